"""Lots without 張數: their staff are reminded from the 1st, once a day, and see it on the first page."""

from datetime import UTC, datetime

import pytest

from domain.errors import OutsideError
from domain.ports.mail import Mail
from domain.staff import Role
from domain.vehicles import VehicleKind
from services.passes.lots import PlanView
from services.passes.missing_places import MissingPlaces
from services.passes.rounds import NewRound
from tests.clock import MovableClock
from tests.staff.office import Office, Person

FIRST = datetime(2026, 12, 1, 1, 15, tzinfo=UTC)  # a Tuesday, 09:15 in Taiwan; the month of use is 2027-01
SATURDAY = datetime(2026, 12, 5, 1, 15, tzinfo=UTC)
CLOSED = datetime(2026, 12, 21, 1, 15, tzinfo=UTC)


class Sender:
    """Takes mail, unless it is told not to."""

    key = "test"

    def __init__(self) -> None:
        self.mail: list[Mail] = []
        self.broken = False

    def send(self, mail: Mail) -> None:
        if self.broken:
            raise OutsideError("connection")
        self.mail.append(mail)


class Reminding:
    """Two lots that sell and have no 張數; chen of the head office and hou of lot 001 have left an address."""

    def __init__(self, office: Office) -> None:
        self.office, self.sender, self.clock = office, Sender(), MovableClock(FIRST)
        house = office.house
        for lot in ("001", "002"):
            office.lot(lot)
            with house.unit() as uow:
                plan = PlanView("general", "一般", 5760)
                house.lots.put_plan(uow, lot, VehicleKind.CAR, "all-day", plan, staff="test")
        given = (house.pass_rules, house.months, house.office_days, house.staff_accounts, self.sender)
        self.reminding = MissingPlaces(*given, "https://parking.example.gov.tw", self.clock)

    def person(self, login: str, role: Role, *lots: str, email: str = "") -> Person:
        person = self.office.person(login, role, *lots)
        person.log_in()
        if email:
            assert "已儲存提醒信箱" in person.post("/own/email", email=email).text
        return person

    def run(self, at: datetime = FIRST) -> list[str]:
        """The addresses of this run."""
        self.clock.move(seconds=(at - self.clock.now()).total_seconds())
        before = len(self.sender.mail)
        self.reminding.remind(self.office.house.unit)
        return [mail.to for mail in self.sender.mail[before:]]

    def plan(self, lot: str) -> None:
        new = NewRound("2027-01", lot, VehicleKind.CAR, "all-day", "*:9")
        with self.office.house.unit() as uow:
            self.office.house.rounds.plan(uow, new, staff="test")


@pytest.fixture
def reminding(office: Office) -> Reminding:
    return Reminding(office)


def test_each_is_told_of_their_own_lots_once_a_day(reminding: Reminding) -> None:
    reminding.person("chen", Role.HEAD, email="chen@example.gov.tw")
    reminding.person("houyi", Role.LOT, "001", email="hou@example.gov.tw")
    reminding.person("wuyi", Role.LOT, "002")
    reminding.person("sunyi", Role.SERVICE, email="sun@example.gov.tw")
    assert reminding.run() == ["chen@example.gov.tw", "hou@example.gov.tw"]
    assert reminding.run() == [], "the job ran twice"
    both, own = (mail.text for mail in reminding.sender.mail)
    assert "001" in both
    assert "002" in both
    assert "第001停車場" in own
    assert "002" not in own
    assert "https://parking.example.gov.tw/staff/rounds" in own
    reminding.plan("001")
    assert reminding.run(FIRST.replace(day=2)) == ["chen@example.gov.tw"], "hou has nothing left to do"


def test_not_on_days_off_nor_when_it_is_too_late(reminding: Reminding) -> None:
    reminding.person("chen", Role.HEAD, email="chen@example.gov.tw")
    assert reminding.run(SATURDAY) == []
    assert reminding.run(CLOSED) == []


def test_what_was_not_taken_is_sent_again_with_the_same_id(reminding: Reminding) -> None:
    reminding.person("chen", Role.HEAD, email="chen@example.gov.tw")
    reminding.sender.broken = True
    assert reminding.run() == []
    reminding.sender.broken = False
    assert reminding.run() == ["chen@example.gov.tw"]


def test_the_address_is_kept_encrypted_and_taken_back(reminding: Reminding) -> None:
    chen = reminding.person("chen", Role.HEAD, email="chen@example.gov.tw")
    with reminding.office.house.unit() as uow:
        kept = bytes(reminding.office.house.staff_accounts.locked(uow, "chen").email or b"")
    assert b"example" not in kept
    assert "chen@example.gov.tw" in chen.get("/own").text
    assert "不是可以收信的" in chen.post("/own/email", email="nobody").text
    chen.post("/own/email", email="")
    assert reminding.run() == []


def test_the_first_page_says_so_too(reminding: Reminding) -> None:
    hou = reminding.person("houyi", Role.LOT, "001")
    assert "還有 1 項沒有設定張數" in hou.get("/").text
    audit = reminding.person("lintsi", Role.AUDIT)
    assert "沒有設定張數" not in audit.get("/").text
