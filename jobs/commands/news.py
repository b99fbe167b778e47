"""`flask --app app news` and `faq`: announcements (公告), questions and answers (答客問), as they stand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.staff import StaffRuleError
from infra.configfile import Strict, read_config
from infra.settings import SettingsError
from services.announcements import Announcement
from services.citytexts import CityTexts
from services.questions import Question

STAFF = click.option("--staff", required=True, help="Id of the staff member; kept in the audit.")
KEY = click.argument("key")


Texts = Callable[[Any], CityTexts[Any]]  # of a house


def _group(name: str, what: str, shape: type[Strict], texts: Texts) -> click.Group:
    """The same four commands for texts of either kind."""
    group = click.Group(name, help=f"{what}: listed, written from a file, taken down, shown again.")

    @group.command("list", help="All of them, one line each.")
    @with_appcontext
    def _list() -> None:
        house = current_app.extensions["house"]
        with house.unit() as uow:
            for one in texts(house).every(uow):
                words = one.text.zh.title if isinstance(one.text, Announcement) else one.text.zh.ask
                click.echo(f"{one.key}  {'shown' if one.shown else 'down'}  {words}  {one.changed_by}".rstrip())

    @group.command("put", help="Write KEY as FILE has it, in the form of config/; a new one is shown.")
    @KEY
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @STAFF
    @with_appcontext
    def _put(key: str, file: Path, staff: str) -> None:
        try:
            text = read_config(file, shape)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        if isinstance(text, Question) and text.id != key:
            raise click.ClickException(f"the file is of {text.id}")
        _keep(texts, key, staff, text=text)

    @group.command("take-down", help="Show KEY no more; its words are kept.")
    @KEY
    @STAFF
    @with_appcontext
    def _take_down(key: str, staff: str) -> None:
        _keep(texts, key, staff, shown=False)

    @group.command("put-up", help="Show KEY again.")
    @KEY
    @STAFF
    @with_appcontext
    def _put_up(key: str, staff: str) -> None:
        _keep(texts, key, staff, shown=True)

    return group


def _keep(texts: Texts, key: str, staff: str, *, text: Any = None, shown: bool | None = None) -> None:
    """What is not given stays as it is."""
    house = current_app.extensions["house"]
    try:
        with house.unit() as uow:
            found = texts(house).find(uow, key)
            if found is None and text is None:
                raise StaffRuleError(f"沒有 {key}")
            up = shown if shown is not None else found is None or found.shown
            version = found.version if found else 0
            texts(house).put(uow, key, text or found.text, shown=up, version=version, staff=staff)
    except StaffRuleError as error:
        raise click.ClickException(str(error)) from None
    click.echo("done")


news = _group("news", "Announcements (公告)", Announcement, lambda house: house.announcements.texts)
faq = _group("faq", "Questions and answers (答客問)", Question, lambda house: house.questions.texts)
