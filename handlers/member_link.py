"""連結官網會員: LINE's account linking with the city's own site, with the way out on every card."""

from typing import Any

from bot.conversation import Ask, Conversation, Done, NoData, Outcome, entry
from bot.input import AccountLinked
from bot.postback import door
from bot.triggers import Kind, Words
from bot.turn import Turn
from domain.clock import city_date
from domain.dates import day
from domain.members import NONCE_LIFE, MemberSite, MemberVehicle
from domain.reader import msgid
from flex_templates import errors
from flex_templates import member_link as cards
from flex_templates.card import Press
from flex_templates.person import anyone
from handlers.choosing import BINDS
from handlers.kinds import values_of
from services.members import Members
from services.vehicles import Vehicles

NAME = msgid("連結官網會員")


class LinkMember(Conversation[NoData]):
    key = "member_link"
    triggers = (
        Words("連結官網會員", "官網會員", "LINE 綁定", "會員連結", "link my account", "link account"),
        Kind(AccountLinked),
    )

    def __init__(self, members: Members, vehicles: Vehicles) -> None:
        self._members = members
        self._vehicles = vehicles

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        site = self._members.site
        if isinstance(turn.input, AccountLinked):
            return self._came_back(turn, turn.input)
        if standing := self._standing(turn):
            return standing
        if site is None:
            instead = turn.t("車輛可以直接在這裡綁定，不需要官網的帳號。")
            return Done(errors.not_yet(turn.reader, turn.t(NAME), instead, anyone(turn.reader)))
        return Ask(lambda: self._members.token(turn.citizen), lambda later, token: self._offer(later, site, token))

    @entry
    def unlink(self, turn: Turn[NoData]) -> Outcome:
        """The way out; pressed once more it changes nothing."""
        self._members.unlink(turn.uow, turn.channel, turn.citizen)
        return Done(cards.unlinked(turn.reader, self._named(turn), self._again(turn), anyone(turn.reader)))

    def _offer(self, turn: Turn[Any], site: MemberSite, token: str | None) -> Outcome:
        if token is None:
            happened = turn.t("LINE 暫時無法開始連結，請稍後再試。")
            return Done(errors.trouble(turn.reader, happened, anyone(turn.reader), [self._again(turn)]))
        minutes = int(NONCE_LIFE.total_seconds() // 60)
        name = site.name(turn.reader.language)
        return Done(cards.offer(turn.reader, name, site.link(token), minutes, anyone(turn.reader)))

    def _came_back(self, turn: Turn[Any], given: AccountLinked) -> Outcome:
        """LINE's event. One that comes again for a link that stands is no failure."""
        vehicles = self._members.link(turn.uow, turn.channel, turn.citizen, given.nonce) if given.ok else None
        if vehicles is not None:
            told = [(one, self._bind(turn, one)) for one in vehicles]
            return Done(cards.linked(turn.reader, self._named(turn), told, self._out(turn), anyone(turn.reader)))
        happened = turn.t("官網會員沒有連結：登入已逾時、已用過，或不是由官網開始。請重新連結。")
        failed = errors.trouble(turn.reader, happened, anyone(turn.reader), [self._again(turn)])
        return self._standing(turn) or Done(failed)

    def _standing(self, turn: Turn[Any]) -> Outcome | None:
        """The link as it stands, with the way out; None: there is none."""
        since = self._members.since(turn.uow, turn.channel, turn.citizen)
        if since is None:
            return None
        when = day(turn.reader, city_date(since), city_date(turn.now))
        return Done(cards.standing(turn.reader, self._named(turn), when, self._out(turn), anyone(turn.reader)))

    def _bind(self, turn: Turn[Any], one: MemberVehicle) -> Press | None:
        if self._vehicles.owns(turn.uow, turn.channel, turn.citizen, one.vehicle):
            return None
        plate = one.vehicle.plate.canonical
        data = door(BINDS, "keep", **values_of(one.vehicle))
        return Press(turn.t("綁定 {plate}", plate=plate), data)

    def _named(self, turn: Turn[Any]) -> str:
        site = self._members.site
        return site.name(turn.reader.language) if site else turn.t("官網")

    def _out(self, turn: Turn[Any]) -> Press:
        return Press(turn.t("解除連結"), door(self.key, "unlink"))

    def _again(self, turn: Turn[Any]) -> Press:
        return Press(turn.t("重新連結"), door(self.key, "begin"))
