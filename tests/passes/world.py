"""A small city with lots and rounds on a real database. Only the beacon is recorded."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import verify_draw
from adapters.randomness.drand import Drand
from adapters.randomness.recorded import RECORDED
from domain.draw import beacon
from domain.draw.entry import Receipt
from domain.phones import Mobile
from domain.plates import Plate
from domain.ports.randomness import Randomness
from domain.rounds import RoundTimes
from domain.vehicles import VehicleKind
from infra.crypto import FieldCipher
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.passes import PassEntry, PassRound
from services.draws import announcing
from services.draws.announcing import Announcing
from services.draws.desk import Desk
from services.draws.drawing import Drawing
from services.draws.freezing import Freezing
from services.draws.promoting import Promoting
from services.lookup_key import LookupKey
from services.passes.application import Application
from services.passes.entries import Entries
from services.passes.lots import Lots, LotView, PlanView
from services.passes.preferences import Preferences
from services.passes.rounds import NewRound, Rounds
from services.passes.rules import load_pass_rules
from services.passes.windows import Windows

STAFF = "staff-7"
CHANNEL = "U" + "0" * 32
SCRIPT = Path(verify_draw.__file__).read_bytes()
DRAW_AT = beacon.time_of(1000)  # 2023-08-23 23:59:24 in Taipei: a beacon round that is recorded
TIMES = RoundTimes(
    opens_at=DRAW_AT - timedelta(days=15),
    closes_at=DRAW_AT - timedelta(hours=1),
    draw_at=DRAW_AT,
    pay_by=DRAW_AT + timedelta(days=3),
)
REGISTERING = DRAW_AT - timedelta(days=5)


@dataclass
class World:
    """Services as wiring makes them. `now`: where a rehearsal's clock is set before each step."""

    units: UnitOfWorkFactory
    randomness: Randomness = field(default_factory=lambda: Drand([], RECORDED))

    deferred: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cipher = cipher = FieldCipher([bytes(range(32))])
        self.rules = load_pass_rules()
        self.lots = Lots()
        self.rounds = Rounds(self.rules, self.lots)
        self.entries = Entries(cipher, LookupKey(self.units, cipher), self.lots)
        self.preferences = Preferences()
        self.windows = Windows(self.rules, self.lots, self.rounds, self.entries)
        self.freezing = Freezing(self.rules, self.rounds, self.entries)
        self.announcing = Announcing(self.rounds, SCRIPT)
        self.drawing = Drawing(self.rounds, self.randomness)
        self.promoting = Promoting(self.rules, self.lots, self.rounds)
        phases = (self.freezing, self.announcing, self.drawing, self.promoting)
        self.desk = Desk(self.units, *phases, self.randomness, self.close_payments, self.defer)

    def close_payments(self, entries: Collection[uuid.UUID]) -> None:
        """Nobody pays online here; tests/passes/paying.py has a provider."""

    def defer(self, uow: UnitOfWork, task: str, **arguments: object) -> None:
        """Jobs are remembered, not run."""
        self.deferred.append((task, *map(str, arguments.values())))

    def lot(self, number: str = "P0123", **more: Any) -> str:
        """A lot with a plan for everybody and one for its own 里."""
        with self.units() as uow:
            name = f"{number} 地下停車場"
            self.lots.put(uow, LotView(number, name, "大安區", "龍安里", "和平東路一段 1 號", **more), staff=STAFF)
            for plan in (PlanView("general", "一般月票", 5760), PlanView("own", "所在里月票", 4032, "L", ("龍安里",))):
                self.lots.put_plan(uow, number, VehicleKind.CAR, "all-day", plan, staff=STAFF)
        return number

    def round(self, lot: str | None = None, *, rehearsal: bool = True, steps: str = "*:2", **more: Any) -> str:
        """A round around the recorded beacon round; the draw_id."""
        new = NewRound(
            month=more.pop("month", "2023-09"),
            lot=lot or self.lot(),
            kind=VehicleKind.CAR,
            pass_type="all-day",
            steps=steps,
            times=more.pop("times", TIMES),
            rehearsal=rehearsal,
            **more,
        )
        with self.units() as uow:
            return self.rounds.plan(uow, new, staff=STAFF).draw_id

    def set_clock(self, draw_id: str, moment: datetime) -> None:
        with self.units() as uow:
            self.rounds.set_clock(uow, draw_id, moment, staff=STAFF)

    def asked(self, draw_id: str, moment: datetime) -> datetime:
        """The real moment that is `moment` on the round's clock."""
        with self.units() as uow:
            return moment - self.row(uow, draw_id).clock_shift

    def apply(self, draw_id: str, i: int, *, at: datetime = REGISTERING, **more: Any) -> tuple[PassEntry, Receipt]:
        """Person i applies, each with an own plate and number."""
        wanted = Application(
            draw_id=draw_id,
            plate=more.pop("plate", Plate(f"AAA-{i:04}")),
            plan=more.pop("plan", "general"),
            holder=more.pop("holder", Mobile(f"09{i:08}")),
            name=f"王{i}",
            asked_at=self.asked(draw_id, at),
            citizen=(CHANNEL, f"U{i:032}"),
            **more,
        )
        with self.units() as uow:
            return self.entries.apply(uow, wanted)

    def row(self, uow: UnitOfWork, draw_id: str) -> PassRound:
        return self.rounds.find(uow, draw_id)

    def phase(self, draw_id: str) -> str:
        with self.units() as uow:
            return self.row(uow, draw_id).phase

    def frozen(self, people: int, **more: Any) -> str:
        """A rehearsal with that many entries, frozen, its clock at half an hour before the draw."""
        draw_id = self.round(**more)
        for i in range(1, people + 1):
            self.apply(draw_id, i)
        self.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
        self.desk.freeze(draw_id, actor=STAFF)
        return draw_id

    def drawn(self, people: int, **more: Any) -> str:
        """A rehearsal that has been drawn, its clock a minute later."""
        draw_id = self.frozen(people, **more)
        self.desk.announce(draw_id, actor=STAFF)
        self.set_clock(draw_id, DRAW_AT + timedelta(minutes=1))
        self.desk.draw(draw_id, actor=STAFF)
        return draw_id

    def real_draw(self, people: int, monkeypatch: pytest.MonkeyPatch) -> str:
        """A real round of the past, announced as if it were then, and drawn now."""
        draw_id = self.round(rehearsal=False)
        for i in range(1, people + 1):
            self.apply(draw_id, i)
        self.desk.freeze(draw_id, actor=STAFF)
        with monkeypatch.context() as patch:
            patch.setattr(announcing, "round_now", lambda uow, row: DRAW_AT - timedelta(minutes=30))
            self.desk.announce(draw_id, actor=STAFF)
        self.desk.draw(draw_id, actor=STAFF)
        return draw_id

    def audited(self, action: str) -> list[dict[str, Any]]:
        """Details of the audit rows of an action."""
        return [
            row["detail"] for row in self.sql("SELECT detail FROM audit_row WHERE action = :a ORDER BY id", a=action)
        ]

    def refusals(self) -> list[tuple[str, str]]:
        """(action, why) of every refused attempt."""
        return [(one["action"], one["why"]) for one in self.audited("draw.refused")]

    def sql(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """Straight to the database, as a person with a client would."""
        with self.units() as uow:
            done = uow.connection.execute(text(statement), values)
            return [dict(row) for row in done.mappings()] if done.returns_rows else []

    def standing(self, draw_id: str) -> list[tuple[int, str, uuid.UUID | None]]:
        """(no, state, entry) of each place."""
        rows = self.sql(
            "SELECT no, state, entry_id FROM pass_seat JOIN pass_round r ON r.id = round_id "
            "WHERE draw_id = :d ORDER BY no",
            d=draw_id,
        )
        return [(row["no"], row["state"], row["entry_id"]) for row in rows]
