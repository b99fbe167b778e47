"""Reads config/fees.toml: the fee items, their texts and discounts."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.feeitems import AfterDeadline, Discount, FeeItem, Fees, IdentifierKind, LookupKey, RefundWay, Texts
from domain.vehicles import VehicleKind
from infra.configfile import Strict, read_config
from infra.settings import SettingsError

FILE = Path(__file__).parent.parent / "config" / "fees.toml"
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]  # fits any button
NumberName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=14)]  # after "Bind "
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
BINDABLE = {LookupKey.PLATE, LookupKey.IDENTIFIER}  # no person's number, and nothing that ends with its bill


class _Texts(Strict):
    zh: Words
    en: Words

    def made(self) -> Texts:
        return Texts(self.zh, self.en)


class _Identifier(Strict):
    zh: NumberName
    en: NumberName
    format: Words

    def made(self, where: str) -> IdentifierKind:
        return IdentifierKind(Texts(self.zh, self.en), _format(f"{where}.identifier.format", self.format))


class _Discount(Strict):
    key: Key
    zh: Words
    en: Words
    off: Annotated[int, Field(ge=1)]
    agencies: Annotated[list[str], Field(min_length=1)]
    kinds: Annotated[list[VehicleKind], Field(min_length=1)]
    issued_how: str | None = None
    since: date | None = None

    def made(self) -> Discount:
        kinds, agencies = frozenset(self.kinds), frozenset(self.agencies)
        return Discount(self.key, Texts(self.zh, self.en), self.off, agencies, kinds, self.issued_how, self.since)


class _Item(Strict):
    zh: Name
    en: Name
    agencies: _Texts
    number: Words
    lookup: Annotated[list[LookupKey], Field(min_length=1)]
    bindable: list[LookupKey] = []
    after_deadline: AfterDeadline
    refund: RefundWay
    about: _Texts
    notes: _Texts
    identifier: _Identifier | None = None
    words: list[Words] = []
    discounts: list[_Discount] = []


class _File(Strict):
    """The whole file."""

    item: dict[Key, _Item]


@cache
def load_fees(file: Path = FILE) -> Fees:
    """The fee items of the file. Raises SettingsError, one line that names what is wrong."""
    return Fees({key: _made(file, key, item) for key, item in read_config(file, _File).item.items()})


def _made(file: Path, key: str, item: _Item) -> FeeItem:
    where, told = f"{file.name}: item.{key}", item.identifier
    if strange := set(item.bindable) - set(item.lookup):
        raise SettingsError(f"{where}.bindable: {min(strange)} is not in lookup")
    if strange := set(item.bindable) - BINDABLE:
        raise SettingsError(f"{where}.bindable: {min(strange)} names no lasting thing")
    if (told is None) == (LookupKey.IDENTIFIER in item.lookup):
        raise SettingsError(f"{where}.identifier: is told where lookup has identifier, and only there")
    return FeeItem(
        key=key,
        name=Texts(item.zh, item.en),
        agencies=item.agencies.made(),
        number=_format(f"{where}.number", item.number),
        lookup=tuple(item.lookup),
        bindable=tuple(item.bindable),
        after_deadline=item.after_deadline,
        refund=item.refund,
        about=item.about.made(),
        notes=item.notes.made(),
        identifier=told.made(where) if told else None,
        words=tuple(item.words),
        discounts=tuple(discount.made() for discount in item.discounts),
    )


def _format(where: str, written: str) -> re.Pattern[str]:
    try:
        return re.compile(written, re.ASCII)
    except re.error as error:
        raise SettingsError(f"{where}: {error}") from None
