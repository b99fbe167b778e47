"""A town whose people want different things, with the services that tell many at once."""

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import text

from bot.notices import NoticePost, discover_notices
from domain.accounts import AccountState
from domain.campaigns import SendingRules
from domain.notices import Channel, Topic
from domain.phones import Mobile
from domain.reader import Language
from infra.database import UnitOfWorkFactory
from infra.locales import reader
from infra.queue import defer
from services.campaigns import Campaigns
from services.citizens import Citizens
from services.consents import Given
from services.last_look import Eligibility
from services.planning import Planning
from services.vehicle_rules import load_vehicle_rules
from tests.accounts import account_services
from tests.bot.running import BOT
from tests.clock import MovableClock

AGREED_AT = datetime(2026, 1, 1, tzinfo=UTC)
LONG_AGO = date(2026, 1, 1)
AREAS = load_vehicle_rules().flood_areas
RULES = SendingRules(reserve_percent=30, line_per_hundred=20, sms_per_hundred_parts=85)
STAFF = "staff-7"


@dataclass
class Town:
    """People and services on one test's database."""

    units: UnitOfWorkFactory
    clock: MovableClock
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.services: Any = account_services(self.units, Citizens(), clock=self.clock)
        self.planning: Planning = self.services["planning"]
        self.notices = NoticePost(discover_notices("handlers.notices"), self.planning, reader, lambda: None)
        self.campaigns = Campaigns(self.planning, self.notices, AREAS, RULES, defer, self.clock)
        self.last_look = Eligibility(self.clock)

    def person(
        self,
        *areas: str,
        language: Language = Language.ZH,
        blocked: bool = False,
        registered: bool = False,
        off: tuple[Topic, ...] = (),
        told_by: Channel = Channel.LINE,
    ) -> str:
        """Somebody new; `areas`: of the flood notice, for a vehicle of theirs."""
        number = next(self._numbers)
        citizen = f"U{number:032x}"
        with self.units() as uow:
            uow.connection.execute(
                text(
                    "INSERT INTO citizen (channel, line_id, language, blocked_at) "
                    "VALUES (:bot, :who, :language, CASE WHEN :blocked THEN now() END)"
                ),
                {"bot": BOT, "who": citizen, "language": language.value, "blocked": blocked},
            )
            if off or told_by is not Channel.LINE:
                uow.connection.execute(
                    text("INSERT INTO notice_settings (channel, citizen, turned_off, told_by) VALUES (:b, :w, :o, :t)"),
                    {"b": BOT, "w": citizen, "o": [topic.value for topic in off], "t": told_by.value},
                )
            if registered:
                self._register(uow, citizen, number)
        if areas:
            self.bind(citizen, *areas)
        return citizen

    def _register(self, uow: Any, citizen: str, number: int) -> None:
        consent = Given(self.services["consents"].version, AGREED_AT)
        mobile = Mobile(f"09{number:08d}")
        self.services["accounts"].keep(
            uow, BOT, citizen, AccountState.LIVE, mobile=mobile, name="王小明", consent=consent
        )

    def bind(self, citizen: str, *areas: str, reminder: str | None = None) -> uuid.UUID:
        """A vehicle more."""
        binding, number = uuid.uuid4(), next(self._numbers)
        with self.units() as uow:
            uow.connection.execute(
                text(
                    "INSERT INTO binding (id, channel, citizen, plate, compact, kind, flood_areas, flood_from, "
                    "reminder_slot, reminder_from) VALUES (:id, :bot, :who, :plate, :compact, 'car', :areas, :since, "
                    ":slot, :slot_since)"
                ),
                {
                    "id": binding,
                    "bot": BOT,
                    "who": citizen,
                    "plate": f"AB-{number:04}",
                    "compact": f"AB{number:04}",
                    "areas": list(areas),
                    "since": LONG_AGO if areas else None,
                    "slot": reminder,
                    "slot_since": LONG_AGO if reminder else None,
                },
            )
        return binding

    def unbind(self, citizen: str) -> None:
        """All vehicles of somebody."""
        self.run("DELETE FROM binding WHERE citizen = :who", who=citizen)

    def run(self, statement: str, **values: Any) -> None:
        """Change something by hand."""
        with self.units() as uow:
            uow.connection.execute(text(statement), values)

    def rows(self, query: str, **values: Any) -> list[Any]:
        """What the database answers."""
        with self.units() as uow:
            return [tuple(row) for row in uow.connection.execute(text(query), values)]

    def waiting(self) -> dict[str, str]:
        """Who would be sent what, on a lock screen: by push or by multicast."""
        found = {}
        for recipients, lane, body in self.rows(
            "SELECT recipients, lane, body FROM outbound_message WHERE ended_at IS NULL ORDER BY seq"
        ):
            for citizen in recipients or [lane]:
                assert citizen not in found, "told twice"
                found[citizen] = orjson.loads(bytes(body))[0]["altText"]
        return found
