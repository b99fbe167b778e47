"""Cards about photos of slips and pasted codes."""

from collections.abc import Callable
from datetime import date
from typing import Any

from domain.codes import Source
from domain.ports.scanning import Trouble
from domain.reader import Reader
from flex_templates import scan
from flex_templates.pay_link import official_link
from flex_templates.person import anyone

TODAY = date(2026, 12, 20)
NUMBER = "Q7078443D090047"
OFFICIAL = "https://pay.taipei/qr/2/Q7078443D090047/bafb/2"


def _missed(reader: Reader, source: Source, silent: tuple[str, ...] = (), **told: Any) -> dict[str, Any]:
    return scan.missed(reader, scan.Read(source, NUMBER, **told), silent, TODAY, anyone(reader))


CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "scan a slip": scan.ask,
    "scan, one barcode of three": lambda r: scan.more(r, 1),
    "scan, nothing read": lambda r: scan.unread(r, scan.NOTHING, anyone(r)),
    **{
        f"scan, photo {trouble}": lambda r, why=why: scan.unread(r, why, anyone(r))
        for trouble, why in ((trouble, scan.TROUBLES[trouble]) for trouble in Trouble)
    },
    "scan, Taipei's slip": lambda r: _missed(
        r, Source.TAIPEI, official=official_link(r, "臺北市" if r.language == "zh-TW" else "Taipei City", OFFICIAL)
    ),
    "scan, Taipei's slip of no known page": lambda r: _missed(r, Source.TAIPEI),
    "scan, unknown store slip": lambda r: _missed(r, Source.STORE, amount=50),
    "scan, unknown bill of 台灣Pay": lambda r: _missed(
        r, Source.TWQR, amount=1_180, deadline=date(2026, 12, 31), payee="Taipei Water"
    ),
    "scan, unknown slip of an agency": lambda r: _missed(r, Source.CHAT),
    "scan, unknown number, a city silent": lambda r: _missed(
        r, Source.NUMBER, silent=("臺北", "新北") if r.language == "zh-TW" else ("Taipei", "New Taipei")
    ),
    **{f"scan, no bill, {why}": lambda r, why=why: scan.refused(r, why, anyone(r)) for why in scan.REFUSED},
}
