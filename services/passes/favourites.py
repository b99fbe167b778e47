"""收藏: lots a citizen starred. They are offered first, and a round of theirs that opens is told of."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert

from domain.errors import CitizenMistakeError
from domain.passview import OpenRound
from infra.database import UnitOfWork
from models.favourite import FavouriteLot
from models.passes import Lot, PassEntry, PassRound

MOST = 20  # lots of one citizen


class Favourites:
    """Nobody but the citizen sees or changes them."""

    def star(self, uow: UnitOfWork, channel: str, citizen: str, lot: str) -> None:
        """Star a lot; once more changes nothing. Raises CitizenMistakeError: no such lot, or too many."""
        others = select(FavouriteLot.lot).where(*_of(channel, citizen), FavouriteLot.lot != lot)
        if uow.session.get(Lot, lot) is None:
            raise CitizenMistakeError("這個按鈕不能使用，請重新選擇停車場。")
        if len(uow.connection.execute(others).all()) >= MOST:
            raise CitizenMistakeError("最多可收藏 {most} 處停車場，請先取消一處。", most=MOST)
        values = {"channel": channel, "citizen": citizen, "lot": lot}
        uow.connection.execute(insert(FavouriteLot).values(values).on_conflict_do_nothing())

    def unstar(self, uow: UnitOfWork, channel: str, citizen: str, lot: str) -> None:
        """Take a star back; one that is not there stays so."""
        uow.connection.execute(delete(FavouriteLot).where(*_of(channel, citizen), FavouriteLot.lot == lot))

    def of(self, uow: UnitOfWork, channel: str, citizen: str) -> frozenset[str]:
        """Numbers of the citizen's lots."""
        return frozenset(uow.session.scalars(select(FavouriteLot.lot).where(*_of(channel, citizen))))

    def first(
        self, uow: UnitOfWork, channel: str, citizen: str, rounds: Sequence[OpenRound]
    ) -> tuple[Sequence[OpenRound], int]:
        """The rounds, those of starred lots before those of lots applied for earlier, before all others; and how many
        come first for one of these reasons.
        """
        starred = self.of(uow, channel, citizen)
        mine = (PassEntry.channel == channel, PassEntry.citizen == citizen)
        applied = select(PassRound.lot).join(PassEntry, PassEntry.round_id == PassRound.id).where(*mine)
        recent = frozenset(uow.session.scalars(applied))
        known = sum(one.lot in starred or one.lot in recent for one in rounds)
        return sorted(rounds, key=lambda one: (one.lot not in starred, one.lot not in recent)), known


def _of(channel: str, citizen: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FavouriteLot.channel == channel, FavouriteLot.citizen == citizen
