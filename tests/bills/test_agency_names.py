"""Agencies that staff have added are called by their names, wherever a city of the file would be."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from adapters.bills.cities import load_cities
from domain.cities import city_of
from domain.reader import Language
from infra.database import UnitOfWorkFactory
from services.agency_names import NamedCities

ADDED = "INSERT INTO agency (id, code, name) VALUES (gen_random_uuid(), 'WATER', '臺北自來水事業處')"


def test_an_agency_goes_by_the_name_it_was_added_with(uow: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    cities = NamedCities(load_cities(), uow)
    assert city_of(cities, "WATER").name(Language.ZH) == "開單機關（代碼 WATER）"
    with uow() as unit:
        unit.connection.execute(text(ADDED))
    assert "WATER" not in cities, "the names are read every half minute only"
    monkeypatch.setattr("services.agency_names.time.monotonic", lambda: cities._until)
    water = city_of(cities, "WATER")
    assert [water.name(language) for language in Language] == ["臺北自來水事業處"] * 2
    assert water.office(Language.ZH) == "臺北自來水事業處"
    assert city_of(cities, "TPE").name(Language.ZH) == "臺北市"
    assert set(cities) == set(load_cities()), "it is no city that could be asked"


def test_a_database_that_does_not_answer_keeps_no_bill_back() -> None:
    def nobody() -> None:
        raise OperationalError("", {}, Exception())

    assert city_of(NamedCities(load_cities(), nobody), "WATER").name(Language.EN) == "Billing agency (code WATER)"  # type: ignore[arg-type]
