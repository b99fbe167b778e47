"""`flask --app app staff add|reset|disable|list`: accounts of staff. Passwords are never typed here."""

from collections.abc import Callable
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from domain.staff import ROLE_NAMES, Role, StaffRuleError

ACTOR = "operator"  # whoever holds the server

staff = click.Group("staff", help="Staff accounts (承辦人員) and roles (角色).")


@staff.command("add", help="A new account; prints the address at which its owner chooses a password, good for a day.")
@click.argument("login")
@click.option("--name", required=True, help="The owner's name.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--lot", "lots", multiple=True, help="Number of a lot; for the role lot, once or more.")
@with_appcontext
def add(login: str, name: str, role: str, lots: tuple[str, ...]) -> None:
    """Give the address to nobody but its owner."""
    click.echo(_try(lambda uow, all_: all_.add(uow, login, name, Role(role), lots, actor=ACTOR)))


@staff.command("reset", help="Password and authenticator are void; prints the address to choose them anew.")
@click.argument("login")
@with_appcontext
def reset(login: str) -> None:
    """Every session of the account ends."""
    click.echo(_try(lambda uow, all_: all_.reset(uow, login, actor=ACTOR)))


@staff.command("disable", help="Close an account at once, with every session.")
@click.argument("login")
@with_appcontext
def disable(login: str) -> None:
    """It stays in the list, because the audit names it."""
    _try(lambda uow, all_: all_.disable(uow, login, actor=ACTOR))
    click.echo("disabled")


@staff.command("list", help="Every account: login, role, lots, state.")
@with_appcontext
def list_() -> None:
    """One line each, without names."""
    for one in _try(lambda uow, all_: all_.all(uow)):
        state = "disabled" if one.disabled else "locked" if one.locked else "ready" if one.ready else "not set up"
        click.echo(f"{one.login:<16} {one.role.value:<8} {ROLE_NAMES[one.role]}  {state:<10} {' '.join(one.lots)}")


def _try(step: Callable[[Any, Any], Any]) -> Any:
    house = current_app.extensions["house"]
    try:
        with house.unit() as uow:
            return step(uow, house.staff_accounts)
    except StaffRuleError as error:
        raise click.ClickException(str(error)) from None
