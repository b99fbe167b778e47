"""現場相關設定: the rounds of one lot, the newest month first, as the office has always listed them."""

from flask import abort, request
from flask.typing import ResponseReturnValue

from domain.rounds import places_of
from domain.staff import Power
from domain.vehicles import VehicleKind
from web.backoffice.gate import member
from web.backoffice.room import KINDS, Room, show


def register(room: Room) -> None:
    """Its route."""
    room.page("/rounds/lot", "lot_rounds", _LotRounds(room).look, Power.SEE_ROUNDS)


class _LotRounds:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: by 停車場名稱, 車種, 票種; without a lot, the first one may see."""
        seen, types = member().lots(Power.SEE_ROUNDS), self._services.pass_rules.pass_types
        kind, pass_type = request.args.get("kind", ""), request.args.get("type", "")
        if (kind and kind not in set(VehicleKind)) or (pass_type and pass_type not in types):
            abort(404)
        with self._services.unit() as uow:
            lots = [lot for lot in self._services.lots.all(uow) if seen is None or lot.number in seen]
            number = request.args.get("lot") or (lots[0].number if lots else "")
            chosen = next((lot for lot in lots if lot.number == number), None)
            if number and chosen is None:
                abort(404)
            named = {"lot": number, "kind": kind, "pass_type": pass_type}
            rows = self._services.rounds.listed(uow, seen, **named) if chosen else []
        values = {"lots": lots, "chosen": chosen, "rows": rows, "kind": kind, "pass_type": pass_type}
        return show("lot_rounds.html", "現場相關設定", kinds=KINDS, types=types, places=places_of, **values)
