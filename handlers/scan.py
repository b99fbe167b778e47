"""掃描: a photo of a slip, or a pasted code: which bill is it? Only the bill is shown; what was read is not kept."""

from collections.abc import Sequence
from typing import Any, cast

from pydantic import BaseModel

from bot.conversation import Aside, Ask, Conversation, Done, Goto, Outcome, Stay, entry, step
from bot.input import Photo
from bot.message import Message, quick_camera, quick_photos, text, with_quick_replies
from bot.triggers import Kind, Shape, Words
from bot.turn import Turn
from domain import paytaipei
from domain.cities import Cities, city_of
from domain.clock import city_date
from domain.codes import Claim, Refusal, Refused, Said, Source, pasted, understand
from domain.feeitems import Fees
from domain.officialsites import OfficialSites
from domain.ports.scanning import Trouble
from domain.reader import msgid
from domain.weblinks import links as addresses
from flex_templates import pay_link, scan, truth
from flex_templates.person import anyone
from handlers.answering import Answering, names
from handlers.by_number import ByNumber
from handlers.claimed import Claimed, Found
from handlers.closed import Closed
from handlers.offers import Offers
from services.identifiers import Identifiers
from services.links import Links
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.orders import Orders
from services.scanning import Scanning
from services.storeslips import StoreSlips
from services.vehicles import Vehicles

MOST_MISSED = 3  # cards about what was read and is not known


class Scan(Conversation["Scan.Data"]):
    key = "scan"
    triggers = (
        Words("掃描", "掃碼", "掃條碼", "拍照", "scan"),
        Kind(Photo),
        Shape("code of a slip", lambda typed: pasted(typed) is not None, order=12),
    )
    title = msgid("掃描")
    explains = msgid("拍繳費單的 QR Code 或條碼，找出帳單")
    place = 5

    class Data(BaseModel):
        segments: tuple[str, ...] = ()  # barcodes of a slip whose others are still to be photographed

    def __init__(
        self,
        scanning: Scanning,
        official_sites: OfficialSites,
        lookup: Lookup,
        quota: Quota,
        orders: Orders,
        links: Links,
        cities: Cities,
        fees: Fees,
        vehicles: Vehicles,
        store_slips: StoreSlips,
        identifiers: Identifiers,
    ) -> None:
        self._scanning = scanning
        self._sites = official_sites
        self._links = links
        self._cities = cities
        self._answering = Answering(orders, links, store_slips)
        self._closed = Closed(fees, cities)
        self._offers = Offers(fees, vehicles, identifiers)
        self._numbers = ByNumber(quota, orders, cities)
        self._claimed = Claimed(self._numbers, quota, fees, lookup, vehicles, store_slips)

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        """A photo, or a code, beside whatever is being asked; the word alone asks for a photo."""
        if isinstance(turn.input, Photo):
            return self._look(turn.input, asked=False)
        said = pasted(turn.typed)
        return Goto(self.photo) if said is None else self._tell(turn, said, asked=False)

    @step(accepts=(Photo,))
    def photo(self, turn: Turn[Data]) -> Message:
        read = len(turn.data.segments)
        shown = scan.more(turn.reader, read) if read else scan.ask(turn.reader)
        return with_quick_replies(shown, [quick_camera(turn.t("開啟相機")), quick_photos(turn.t("選擇照片"))])

    @photo.answer
    def photo_given(self, turn: Turn[Data]) -> Outcome:
        return self._look(cast(Photo, turn.input), asked=True)

    def _look(self, photo: Photo, *, asked: bool) -> Outcome:
        return Ask(
            lambda: self._scanning.codes(photo.message_id), lambda later, read: self._seen(later, read, asked=asked)
        )

    def _seen(self, turn: Turn[Any], read: Sequence[str] | Trouble, *, asked: bool) -> Outcome:
        said = Said() if isinstance(read, Trouble) else understand(read, turn.data.segments)
        if said.claims or said.refusals or set(said.segments) - set(turn.data.segments):
            return self._tell(turn, said, asked=asked)
        why = scan.TROUBLES[read] if isinstance(read, Trouble) else scan.NOTHING
        unread = scan.unread(turn.reader, why, anyone(turn.reader))
        return Stay(unread) if asked else Aside(unread, again=True)

    def _tell(self, turn: Turn[Any], said: Said, *, asked: bool) -> Outcome:
        return self._claimed.ask(turn, said.claims, lambda later, found: self._told(later, said, found, asked))

    def _told(self, turn: Turn[Any], said: Said, found: Found, asked: bool) -> Outcome:
        if not found.views and said.segments:
            turn.data.segments = said.segments
            return Goto(self.photo, before=self._warnings(turn, said.refusals))
        shown = self._shown(turn, said, found) if found.views else self._not_shown(turn, said, found)
        return Done(*shown) if asked else Aside(*shown, again=True)

    def _shown(self, turn: Turn[Any], said: Said, found: Found) -> list[Message]:
        """The bills, ways to keep them, one to pay all at once, and what else there was."""
        shown = [
            self._answering.message(turn, view, private=True, keep=True, offers=self._offers.of(turn, view))
            for view in found.views
        ]
        if len(found.views) > 1:
            shown += self._pay_all(turn, found)
        alike = {claim.source for claim in said.claims if claim not in found.missed}
        others = sum(claim.source in alike for claim in found.missed)
        remarks = [turn.t("另有 {count} 張單子讀到了，但查不到帳單。", count=others)] if others else []
        if said.refusals:
            remarks.append(turn.t("照片裡還有不是繳費單的條碼，我們沒有打開。請不要掃描來路不明的 QR Code。"))
        return [*([text("\n".join(remarks))] if remarks else []), *shown]

    def _pay_all(self, turn: Turn[Any], found: Found) -> list[Message]:
        due = [line.payable for view in found.views for line in view.due]
        quote = self._answering.quote(turn, due, min(view.asked_at for view in found.views))
        if quote is None or len(quote.lines) < 2:
            return []
        link = pay_link.message(
            turn.reader,
            self._links.pay(quote),
            count=len(quote.lines),
            total=quote.total,
            expires_at=quote.expires_at,
            now=turn.now,
            discount=quote.discount,
        )
        return [link]

    def _not_shown(self, turn: Turn[Any], said: Said, found: Found) -> list[Message]:
        person, today = anyone(turn.reader), city_date(turn.now)
        silent = names(turn.reader, found.silent)
        if found.missed:
            shown = []
            for claim in found.missed[:MOST_MISSED]:
                missed = scan.missed(turn.reader, self._read(turn, claim), silent, today, person)
                shown += self._paid(turn, claim) or [missed]
            return [*shown, *self._warnings(turn, said.refusals)]
        return self._warnings(turn, said.refusals) or [scan.refused(turn.reader, said.refusals[0].why, person)]

    def _paid(self, turn: Turn[Any], claim: Claim) -> list[Message]:
        """What is known of a bill that is owed no longer; a number made by leaving zeros away must fit the amount."""
        likeliest, *others = claim.numbers
        closed = self._closed.of(turn, likeliest)
        closed += [card for number in others for card in self._closed.of(turn, number, amount=claim.amount or 0)]
        views = [] if closed else self._numbers.without_bills(turn, likeliest)
        return closed or [self._answering.message(turn, view, offers=self._offers.of(turn, view)) for view in views]

    def _warnings(self, turn: Turn[Any], refusals: Sequence[Refusal]) -> list[Message]:
        """The gravest: addresses, all in one card; else what is no bill though it looks like one."""
        judged = [self._sites.judge(link) for one in refusals for link in addresses(one.text)]
        if judged:
            return [truth.verdict(turn.reader, judged, bills_follow=False)]
        grave = next((one.why for one in refusals if one.why is not Refused.UNKNOWN), None)
        return [scan.refused(turn.reader, grave, anyone(turn.reader))] if grave else []

    def _read(self, turn: Turn[Any], claim: Claim) -> scan.Read:
        url = paytaipei.bill_url(claim.numbers[0]) if claim.source is Source.TAIPEI else None
        office = city_of(self._cities, paytaipei.AGENCY).name(turn.reader.language)
        official = pay_link.official_link(turn.reader, office, url) if url else None
        return scan.Read(claim.source, claim.numbers[0], claim.amount, claim.deadline, claim.payee, official)
