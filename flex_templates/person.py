"""The way to a person that every error and help card has: a button that calls."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.cities import City
from domain.reader import Reader
from flex_templates.card import Link


@dataclass(frozen=True, slots=True)
class Person:
    """An office that answers the telephone. `name` is ready to show, in the reader's language."""

    name: str
    phone: str  # as written for people, e.g. 02-27269600


def anyone(reader: Reader) -> Person:
    """The citizens' line of the counties and cities, for whatever has no office of its own here."""
    return Person(reader.t("縣市民眾服務專線"), "1999")


def office(reader: Reader, cities: Iterable[City]) -> Person:
    """The first of these cities' offices whose telephone is known, else the citizens' line."""
    return next((_of(reader, city) for city in cities if city.phone), anyone(reader))


def offices(reader: Reader, cities: Iterable[City]) -> list[Person]:
    """Every office of cities in service whose telephone is known, and the citizens' line last."""
    return [*(_of(reader, city) for city in cities if city.enabled and city.phone), anyone(reader)]


def _of(reader: Reader, city: City) -> Person:
    name = city.office(reader.language)
    return Person(name[0].upper() + name[1:], city.phone or "")


def call(reader: Reader, person: Person) -> Link:
    """A button that calls; its label carries the number, for those who cannot press it."""
    digits = "".join(character for character in person.phone if character.isdigit())
    return Link(reader.t("撥打 {phone}", phone=person.phone), f"tel:{digits}")
