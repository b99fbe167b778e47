"""Telling those who starred a lot that a round of it has opened: once a round, batch by batch."""

from sqlalchemy import func, select, tuple_

from domain.clock import Clock, city_date
from domain.draw.coding import REHEARSAL
from domain.ports.notices import Notices
from domain.rounds import Phase
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.favourite import FavouriteLot
from models.passes import Lot, PassRound
from services.orderbook import database_now
from services.passes.board import PassBoard
from services.passes.lots import Sells

BATCH = 200  # citizens told in one transaction


class OpeningNews:
    """wiring gives the board and the notices. For the schedule."""

    def __init__(self, board: PassBoard, notices: Notices, clock: Clock) -> None:
        self._board = board
        self._notices = notices
        self._clock = clock

    def tell(self, units: UnitOfWorkFactory) -> int:
        """Tell of every round that has opened and was not told of; says how many citizens were. Safe to repeat: a
        dedupe key for each citizen and round keeps a second telling from going.
        """
        with units() as uow:
            opened = self._opened(uow)
        return sum(self._tell(units, draw_id) for draw_id in opened)

    def _opened(self, uow: UnitOfWork) -> list[str]:
        found = (
            select(PassRound.draw_id)
            .join(Lot, Lot.number == PassRound.lot)
            .where(PassRound.phase == Phase.OPEN, PassRound.opening_told_at.is_(None))
            .where(PassRound.opens_at <= database_now(uow), PassRound.closes_at > database_now(uow))
            .where(PassRound.on_shelf, Lot.on_shelf, Lot.sells != Sells.COUNTER)
            .where(~PassRound.draw_id.startswith(REHEARSAL))
        )
        return list(uow.session.scalars(found.order_by(PassRound.draw_id)))

    def _tell(self, units: UnitOfWorkFactory, draw_id: str) -> int:
        told, after = 0, ("", "")
        while True:
            with units() as uow:
                one = self._board.round(uow, draw_id)
                if one is None:
                    raise LookupError(f"no round {draw_id}")
                who = tuple_(FavouriteLot.channel, FavouriteLot.citizen)
                found = select(FavouriteLot.channel, FavouriteLot.citizen).where(FavouriteLot.lot == one.lot)
                batch = uow.connection.execute(found.where(who > after).order_by(who).limit(BATCH)).all()
                for channel, citizen in batch:
                    key = f"pass:opens:{draw_id}:{citizen}"
                    data = {"round": one, "today": city_date(self._clock.now())}
                    self._notices.post(
                        uow, "pass_round_opened", channel=channel, citizen=citizen, dedupe_key=key, data=data
                    )
                if len(batch) < BATCH:
                    row = uow.session.scalars(select(PassRound).where(PassRound.draw_id == draw_id)).one()
                    row.opening_told_at = func.now()
            told += len(batch)
            if len(batch) < BATCH:
                return told
            after = (batch[-1].channel, batch[-1].citizen)
