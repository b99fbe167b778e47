"""Campaigns (群發): announcements and flood notices to many, begun by staff, told by a job, page by page.

Whoever is told has a row in `notice`, which keeps a page that is told again after a kill from going twice.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from domain.bindings import FloodArea
from domain.campaigns import Preview, Quota, SendingRules, ToldLatelyError
from domain.clock import Clock, city_date
from domain.floods import Flood, Template
from domain.notices import Topic
from domain.ports.notices import Letter, Notices
from domain.reader import Language
from domain.smstext import parts
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.campaign import Campaign
from services import audit, line_quota
from services.announcements import Announcement
from services.audiences import Addressee, Audience, page_after, pages
from services.planning import Planning
from services.sms import FLOOD_FIRST

TELL = "campaigns.tell"
LATELY = timedelta(hours=1)  # the same announcement to the same people within it is one press too many

_STOP = """
WITH gone AS (
  UPDATE outbound_message SET ended_at = now(), outcome = 'stopped', recipients = NULL
  WHERE id IN (SELECT outbound_id FROM notice WHERE campaign_id = %(id)s AND outbound_id IS NOT NULL)
    AND ended_at IS NULL AND attempts = 0 RETURNING id
), unsent AS (
  UPDATE sms_message SET state = 'refused', cause = 'stopped', ended_at = now(), recipient = NULL, body = NULL
  WHERE id IN (SELECT sms_id FROM notice WHERE campaign_id = %(id)s AND sms_id IS NOT NULL) AND state = 'waiting'
)
UPDATE notice SET failed = 'stopped' WHERE campaign_id = %(id)s AND outbound_id IN (SELECT id FROM gone)
"""


@dataclass(frozen=True, slots=True)
class News:
    """An announcement to an audience."""

    announcement: Announcement
    audience: Audience


What = News | Flood


class Campaigns:
    """wiring gives planning and post of notices, the areas of floods, the rules of sending, queue.defer, the clock."""

    def __init__(
        self,
        planning: Planning,
        notices: Notices,
        areas: Mapping[str, FloodArea],
        rules: SendingRules,
        defer: Callable[..., None],
        clock: Clock,
    ) -> None:
        self.areas = areas
        self.rules = rules
        self._planning = planning
        self._notices = notices
        self._defer = defer
        self._clock = clock

    def preview(self, uow: UnitOfWork, what: What, ends: uuid.UUID | None = None) -> Preview:
        """Whom it would reach, by the rule that decides when it is told. Reads the whole audience."""
        topic, key, data = self._told(what)
        size = {language: parts(self._notices.words(key, data, language)) for language in Language}
        asked = line = sms = sms_parts = 0
        for page in pages(uow, self._audience(what, ends), city_date(self._clock.now())):
            going = self._planning.plan(uow, topic, [_letter(uuid.UUID(int=0), one) for one in page])
            asked += len(page)
            line += sum(one.plan.line for one in going)
            by_sms = [one for one in going if one.plan.sms]
            sms += len(by_sms)
            sms_parts += sum(size[one.language] for one in by_sms)
        return Preview(asked, line, sms, sms_parts, self.rules.cost(line, sms_parts))

    def start_news(self, uow: UnitOfWork, news: News, *, staff: str, quota: Quota) -> tuple[uuid.UUID, Preview]:
        """Begin to tell an announcement. `quota`: as LINE has it now.

        Raises NotEnoughQuotaError where it would leave too little of LINE's month for what matters more,
        ToldLatelyError where it was just told, and ValueError where nobody would be told.
        """
        preview = self._told_at_all(uow, news, None)
        line_quota.reserve(uow, quota, preview.line, self.rules)
        same = select(Campaign.id).where(Campaign.content == _dump(news), Campaign.made_at > func.now() - LATELY)
        if uow.session.scalar(same.where(Campaign.state != "stopped").limit(1)) is not None:
            raise ToldLatelyError
        row = Campaign(kind="news", areas=list(news.audience.areas), quota_limit=quota.limit, quota_used=quota.used)
        return self._begin(uow, row, news, preview, staff), preview

    def start_flood(
        self, uow: UnitOfWork, flood: Flood, *, staff: str, ends: uuid.UUID | None = None
    ) -> tuple[uuid.UUID, Preview]:
        """Begin to tell a flood notice, whatever is left of LINE's month. `ends`: the notice that this one closes.

        Raises ValueError where nobody would be told, or the other notice is closed already.
        """
        if ends is not None:
            self._still_open(uow, ends)
        preview = self._told_at_all(uow, flood, ends)
        row = Campaign(kind="flood", areas=list(flood.areas), closes=ends)
        return self._begin(uow, row, flood, preview, staff), preview

    def words(self, what: What) -> str:
        """What it says in short, in Chinese: on lock screens and by SMS."""
        _, key, data = self._told(what)
        return self._notices.words(key, data, Language.ZH)

    def tell(self, units: UnitOfWorkFactory, campaign_id: uuid.UUID) -> int:
        """Tell everybody, a transaction for each page; how many were told by this run. Safe to repeat."""
        told, after = 0, ("", "")
        while True:
            with units() as uow:
                row = uow.session.get(Campaign, campaign_id, with_for_update={"key_share": True})
                if row is None or row.state != "sending":
                    return told
                what = _load(row.content)
                page = page_after(uow, self._audience(what, row.closes), city_date(row.made_at), after)
                if not page:
                    row.state, row.told_at = "told", func.now()
                    return told
                topic, key, data = self._told(what)
                letters = [_letter(campaign_id, one) for one in page]
                told += self._notices.post_same(uow, key, letters, data=data, topic=topic, campaign_id=campaign_id)
            after = (page[-1].channel, page[-1].citizen)

    def stop(self, uow: UnitOfWork, campaign_id: uuid.UUID, *, staff: str) -> None:
        """What has not been claimed for sending is not sent. Raises ValueError for a campaign nobody made."""
        row = uow.session.get(Campaign, campaign_id, with_for_update=True)
        if row is None:
            raise ValueError("no such campaign")
        row.state = "stopped"
        uow.session.flush()
        uow.driver.execute(_STOP, {"id": campaign_id})
        audit.write(uow, "campaign.stopped", actor=staff, subject_type="campaign", subject_id=campaign_id)

    # Floods

    def open_floods(self, uow: UnitOfWork) -> Sequence[tuple[Campaign, Flood]]:
        """Flood notices that no 恢復 has closed, the newest first."""
        closed = select(Campaign.closes).where(Campaign.closes.is_not(None))
        found = select(Campaign).where(Campaign.kind == "flood", Campaign.closes.is_(None), Campaign.id.not_in(closed))
        rows = uow.session.scalars(found.order_by(Campaign.made_at.desc())).all()
        return [(row, Flood.load(row.content["flood"])) for row in rows]

    def end_of(self, uow: UnitOfWork, campaign_id: uuid.UUID, at: datetime) -> Flood:
        """The notice that it is over from `at` (aware) on. Raises ValueError for a flood notice that is not open."""
        flood = Flood.load(self._still_open(uow, campaign_id).content["flood"])
        return Flood(Template.RESTORED, flood.areas, at, flood.place, ends=flood.template)

    def _still_open(self, uow: UnitOfWork, campaign_id: uuid.UUID) -> Campaign:
        row = uow.session.get(Campaign, campaign_id, with_for_update=True)
        closing = select(Campaign.id).where(Campaign.closes == campaign_id)
        if row is None or row.kind != "flood" or row.closes is not None or uow.session.scalar(closing):
            raise ValueError("no open flood notice")
        return row

    # Inside

    def _told_at_all(self, uow: UnitOfWork, what: What, ends: uuid.UUID | None) -> Preview:
        preview = self.preview(uow, what, ends)
        if not preview.told:
            raise ValueError("nobody would be told")
        return preview

    def _begin(self, uow: UnitOfWork, row: Campaign, what: What, preview: Preview, staff: str) -> uuid.UUID:
        row.id, row.content, row.made_by, row.planned = uuid.uuid4(), _dump(what), staff, preview.asked
        uow.session.add(row)
        uow.session.flush()
        detail: audit.Detail = {"kind": row.kind, "line": preview.line, "sms": preview.sms}
        audit.write(uow, "campaign.started", actor=staff, subject_type="campaign", subject_id=row.id, detail=detail)
        self._defer(uow, TELL, campaign_id=str(row.id), priority=FLOOD_FIRST if row.kind == "flood" else 0)
        return row.id

    def _audience(self, what: What, ends: uuid.UUID | None) -> Audience:
        if isinstance(what, News):
            return what.audience
        return Audience("told", what.areas, ends) if ends else Audience("flood", what.areas)

    def _told(self, what: What) -> tuple[Topic, str, Mapping[str, Any]]:
        today = city_date(self._clock.now())
        if isinstance(what, Flood):
            areas = [self.areas[area] for area in what.areas]
            return Topic.FLOOD, "flood", {"flood": what, "areas": areas, "today": today}
        return Topic.NEWS, "announcement", {"announcement": what.announcement, "today": today}


def _letter(campaign_id: uuid.UUID, one: Addressee) -> Letter:
    key = f"c:{campaign_id.hex}:{one.channel}:{one.citizen}"
    return Letter(one.channel, one.citizen, key, about=one.about)


def _dump(what: What) -> dict[str, Any]:
    if isinstance(what, Flood):
        return {"flood": what.dump()}
    audience = {"name": what.audience.name, "areas": list(what.audience.areas)}
    return {"announcement": what.announcement.model_dump(mode="json", exclude_defaults=True), "audience": audience}


def _load(content: Mapping[str, Any]) -> What:
    if "flood" in content:
        return Flood.load(content["flood"])
    audience = Audience(content["audience"]["name"], tuple(content["audience"]["areas"]))
    return News(Announcement.model_validate(content["announcement"]), audience)
