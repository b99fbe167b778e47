"""verify_draw.py me: one citizen's own place, from the public files and the receipt."""

from pathlib import Path

import pytest

from tests.draw.made_up import Person
from tests.draw.verifying import said, v2


def me(folder: Path, person: Person, **other: str) -> tuple[int, str]:
    made = v2()
    _, entries, result = made.write(folder)
    pool = "L" if person.i in (1, 2, 3) else "G"
    given = {"plate": person.plate, "holder": person.holder, "salt": person.salt.hex(), "result": result} | other
    return said(
        [
            "me",
            entries,
            given["result"],
            "TEST/V2",
            person.entry_no,
            pool,
            given["plate"],
            given["holder"],
            given["salt"],
        ]
    )


@pytest.mark.parametrize(("i", "place"), [(4, "won, no. 1"), (1, "won, no. 5"), (8, "waiting, no. 2")])
def test_one_citizen_finds_the_own_place(i: int, place: str, tmp_path: Path) -> None:
    status, text = me(tmp_path, Person(i))
    assert status == 0
    assert place in text


def test_a_plate_may_be_typed_as_people_write(tmp_path: Path) -> None:
    assert me(tmp_path, Person(4), plate="ｔｓｔ–0004 ")[0] == 0


def test_before_the_draw_the_list_alone_is_asked(tmp_path: Path) -> None:
    status, text = me(tmp_path, Person(4), result="-")
    assert status == 0
    assert "on the list, row" in text
    assert "won" not in text


@pytest.mark.parametrize(
    "other", [{"plate": "TST-0005"}, {"plate": "TST0-004"}, {"holder": "A200000005"}, {"salt": "00" * 32}]
)
def test_another_persons_plate_number_or_salt_is_refused(other: dict[str, str], tmp_path: Path) -> None:
    status, text = me(tmp_path, Person(4), **other)
    assert status == 1
    assert "another commit or pool" in text


def test_somebody_not_on_the_list_is_told_so(tmp_path: Path) -> None:
    status, text = me(tmp_path, Person(9))
    assert status == 1
    assert "not on the list" in text
