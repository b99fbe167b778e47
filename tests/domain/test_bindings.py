"""What may be chosen for a vehicle: slots, rules as data, effective days, who gets the paperless discount."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bindings import Services, Vehicle, effective_from, has_paperless_discount
from domain.reader import Language
from domain.slots import Slot
from domain.vehicles import VehicleKind
from infra.settings import SettingsError
from services.vehicle_rules import FILE, load_vehicle_rules


@given(st.integers(0, 23), st.integers(1, 24))
def test_a_slot_is_read_back_as_it_was_written(start: int, end: int) -> None:
    if start < end:
        assert Slot.parse(Slot(start, end).key) == Slot(start, end)
    else:
        with pytest.raises(ValueError, match="no slot"):
            Slot(start, end)


@given(st.text(max_size=8))
def test_whatever_a_button_says_is_a_slot_or_refused(text: str) -> None:
    try:
        assert Slot.parse(text).key == text
    except ValueError as error:
        assert "no slot" in str(error)


def test_services_begin_the_next_day_also_over_new_year() -> None:
    assert effective_from(date(2026, 12, 31)) == date(2027, 1, 1)


def test_only_ordinary_motorcycles_get_the_discount() -> None:
    assert [kind for kind in VehicleKind if has_paperless_discount(kind)] == [VehicleKind.MOTORCYCLE]


def test_the_rules_are_those_of_the_sources() -> None:
    rules = load_vehicle_rules()
    assert rules.most_vehicles == 10
    assert rules.preselected == Services(reminder=Slot(13, 18))
    assert [area.name(Language.ZH) for area in rules.flood_areas.values()] == ["堤外停車場", "疏散門", "行政區"]
    assert rules.every_area == tuple(rules.flood_areas)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("most_vehicles = 10", "most_vehicles = 12", "most_vehicles"),
        ("most_vehicles = 10", "most_cars = 10", "most_vehicles"),
        ('default_slot = "13-18"', 'default_slot = "14-18"', "default_slot 14-18 is not among slots"),
        ('"18-21"', '"21-18"', "no slot of a day"),
        ("[flood_areas.gates]", "[flood_areas.GATES]", "flood_areas"),
    ],
)
def test_a_malformed_file_stops_the_start_with_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "vehicles.toml"
    original = FILE.read_text("utf-8")
    assert old in original
    file.write_text(original.replace(old, new), "utf-8")
    with pytest.raises(SettingsError, match=said) as raised:
        load_vehicle_rules(file)
    assert "\n" not in str(raised.value)


def test_a_vehicle_is_its_plate_and_its_kind() -> None:
    from domain.plates import parse_plate

    one = Vehicle(parse_plate("abc-1234"), VehicleKind.CAR)
    assert one == Vehicle(parse_plate("ＡＢＣ１２３４"), VehicleKind.CAR)
    assert one != Vehicle(parse_plate("ABC-1234"), VehicleKind.MOTORCYCLE)
    assert Vehicle(parse_plate("AB-1234"), VehicleKind.CAR) != Vehicle(parse_plate("AB1-234"), VehicleKind.CAR)
