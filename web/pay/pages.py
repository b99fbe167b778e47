"""What the templates show: view models to HTML, in the reader's language."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import make_response, render_template, request, url_for
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from werkzeug.wrappers import Response

from domain.amounts import money
from domain.bills import PayableType
from domain.cities import Cities, city_of
from domain.clock import TAIPEI, city_date
from domain.dates import day, day_and_time, deadline
from domain.errors import CitizenMistakeError
from domain.halts import Stopped
from domain.orders import OrderState, mask_plate
from domain.orderview import AttemptView, Line, OrderView, Receipt, Standing
from domain.passtexts import until
from domain.reader import Language, Reader
from domain.storebarcode import PROVIDER
from domain.writeoffs import STANDINGS
from infra.barcodes import drawing, picture
from infra.locales import reader as reader_of
from infra.pdf import Section, document
from services.halts import Seen, stopped
from services.storeslips import Slip
from web.pay.about import about
from web.pay.frame import frame
from web.pay.passes import facts
from web.pay.services import PayServices

QR_MASK = 2
QR_BORDER = 4  # modules of quiet, as the standard asks
DARK = re.compile("1+")

_TEMPLATES: Mapping[OrderState, str] = {
    OrderState.OPEN: "pay/order.html",
    OrderState.PAYING: "pay/paying.html",
    OrderState.PAID: "pay/paid.html",
}
_KINDS: Mapping[OrderState, str] = {
    OrderState.EXPIRED: "expired",
    OrderState.CANCELLED: "cancelled",
    OrderState.REPLACED: "replaced",
}


class Pages:
    """Renders the pages of one set of services."""

    def __init__(self, services: PayServices) -> None:
        self._services = services
        self._halts = Seen(services.unit)

    def order(
        self, order: OrderView, token: str, *, note: str | None = None, mistake: CitizenMistakeError | None = None
    ) -> Response:
        """The page of a pay link in whatever state its order is."""
        if order.state in _KINDS:
            return self.kind(_KINDS[order.state], 410, order.language, passes=any(line.about for line in order.lines))
        reader = _reader(order.language)
        halted = self._halts.now()
        ways = self._services.payments.ways
        keys = [*(way.key for way in ways), PROVIDER]
        page = self._page(reader) | {
            "stopped": {key: told.text(reader.language) for key in keys if (told := stopped(halted, key))},
            "order": order,
            "token": token,
            "note": note,
            "problem": reader.t(mistake.text, **mistake.values) if mistake else None,
            "total": money(reader, order.total),
            "discount": money(reader, order.discount) if order.discount else None,
            "billed": money(reader, order.total + order.discount),
            "until": self._until(reader, order),
            "seconds_left": max(int((order.expires_at - self._services.clock.now()).total_seconds()), 0),
            "lines": [self._line(reader, line) for line in order.due],
            "about": about(reader, self._services.fees, order.due),
            "agencies": _stopped_agencies(reader, order.due, halted, self._services.cities),
            "not_due": [self._line(reader, line) for line in order.lines if line.standing is not Standing.DUE],
            "ways": ways,
            "trial": self._services.trial_ways,
            "store": bool(self._services.slips.fit(order.due)),
            "passes": any(line.about for line in order.lines),
        }
        if order.attempt is not None:
            page["provider"] = reader.t(self._services.payments.name_of(order.attempt.provider))
            page["amount"] = money(reader, order.attempt.amount + order.attempt.fee)
            page["closes"] = self._services.payments.closes(order.attempt.provider)
            ends_at = order.attempt.payable_until
            page["number_until"] = self._moment(reader, ends_at) if ends_at else None
        if order.state is OrderState.OPEN:
            page["qr"] = _qr(self._services.links.public_url + url_for("pay.order", token=token))
        if order.state is OrderState.PAID:
            page["receipt_token"] = self._services.links.receipt_token(order.id)
        status = 409 if mistake else 200
        return make_response(render_template(_TEMPLATES[order.state], **page), status)

    def carry(self, order: OrderView, attempt: AttemptView, token: str) -> Response:
        """One button that takes the signed form to the provider."""
        reader = _reader(order.language)
        page = self._page(reader) | {
            "token": token,
            "form": attempt.form,
            "provider": reader.t(self._services.payments.name_of(attempt.provider)),
            "amount": money(reader, attempt.amount + attempt.fee),
        }
        return make_response(render_template("pay/carry.html", **page))

    def slip(self, order: OrderView, slips: Sequence[Slip], page: int, token: str) -> Response:
        """One bill's three barcodes; the others are a link away."""
        reader = _reader(order.language)
        slip = slips[page - 1]
        segments = (slip.segments.first, slip.segments.second, slip.segments.third)
        shown = self._page(reader) | {
            "token": token,
            "line": self._line(reader, slip.line) | {"amount": money(reader, slip.line.pay_amount), "billed": None},
            "codes": [(code, Markup(drawing(code))) for code in segments],  # noqa: S704 - drawn here
            "number": page,
            "count": len(slips),
            "left_out": len(order.chosen) - len(slips),
        }
        return make_response(render_template("pay/store.html", **shown))

    def slip_picture(self, slip: Slip, page: int, count: int, language: str) -> Response:
        """The same as a PNG: amount, number and deadline, no plate."""
        reader = _reader(language)
        line = self._line(reader, slip.line) | {"amount": money(reader, slip.line.pay_amount)}
        words = [
            f"{line['agency']} {line['item']}  {page}/{count}",
            f"{reader.t('單號')} {line['number']}",
            f"{line['amount']}  {reader.t('繳費期限')} {line['deadline']}",
            reader.t("已繳費？超商繳費約需數日入帳，請勿重複繳納，保留收據。"),
        ]
        segments = (slip.segments.first, slip.segments.second, slip.segments.third)
        response = make_response(picture(words, segments))
        response.headers["Content-Type"] = "image/png"
        response.headers["Cache-Control"] = "no-store"
        return response

    def receipt(self, paid: Receipt, language: str, token: str, *, wrong_company: bool = False) -> Response:
        """繳費成功 and 繳費證明 in one page, with the fields of the pay.taipei manual."""
        reader = _reader(language)
        page = self._page(reader) | {
            "receipt": paid,
            "token": token,
            "fields": self._receipt_fields(reader, paid),
            "trial": paid.provider in self._services.trial_ways,
            "paid_at": _second(paid.paid_at),
            "lines": [self._line(reader, line) for line in paid.lines],
            "wrong_company": wrong_company,
            "passes": any(line.about for line in paid.lines),
        }
        return make_response(render_template("pay/receipt.html", **page))

    def receipt_pdf(self, paid: Receipt, language: str, company: str | None) -> Response:
        """The same as a PDF. `company`: a 統一編號 to print on it."""
        reader = _reader(language)
        fields = [(reader.t("繳費時間"), _second(paid.paid_at)), *self._receipt_fields(reader, paid)]
        fields += [(reader.t("統一編號"), company)] if company else []
        lines = []
        for line in (self._line(reader, line) for line in paid.lines):
            number = (reader.t("申請編號") if line["pass"] else reader.t("單號"), line["number"])
            shown = [number, *([(reader.t("車牌"), line["plate"])] if line["plate"] else [])]
            if bought := line["pass"]:
                shown += [(reader.t("停車場"), bought["lot"]), (reader.t("票種"), bought["type"])]
                shown += [(reader.t("方案"), bought["plan"]), (reader.t("使用期間"), bought["valid"])]
            shown += [(reader.t("停車日期"), line["parked_on"])] if line["parked_on"] else []
            shown += [(reader.t("包含單號"), line["covers"])] if line["covers"] else []
            lines.append([(f"{line['agency']} {line['item']}", line["amount"]), *shown])
        trial = reader.t("這是測試交易，沒有真的扣款，不能當作繳費憑證。")
        note = trial if paid.provider in self._services.trial_ways else ""
        passes = any(line.about for line in paid.lines)
        later = reader.t("機關入帳需要作業時間，期間官方網站可能仍顯示未繳，請勿重複繳費，並保留本頁。")
        sections = [
            Section(reader.t("繳費證明"), [fields], note),
            Section(
                reader.t("帳單明細"),
                lines,
                "" if passes else later,
            ),
        ]
        title = f"{reader.t('停車通')} {reader.t('繳費證明')}"
        response = make_response(document(title, self._services.host, sections, language=reader.language.value))
        response.headers["Content-Type"] = "application/pdf"
        response.headers["Content-Disposition"] = f'attachment; filename="receipt-{paid.trade_number}.pdf"'
        response.headers["Cache-Control"] = "no-store"
        return response

    def _receipt_fields(self, reader: Reader, paid: Receipt) -> list[tuple[str, str]]:
        """The fields of the pay.taipei manual with their values, 總金額 last."""
        agencies = sorted({line.key.agency for line in paid.lines})
        items = sorted({self._services.fees.name(reader, line.fee_item) for line in paid.lines})
        stop = ", " if reader.language is Language.EN else "、"
        return [
            (
                reader.t("機關單位"),
                stop.join(city_of(self._services.cities, code).name(reader.language) for code in agencies),
            ),
            (reader.t("繳費項目"), stop.join(items)),
            (reader.t("交易編號"), paid.trade_number),
            (reader.t("付款方式"), reader.t(self._services.payments.name_of(paid.provider))),
            *([(reader.t("機關銷帳"), reader.t(words))] if (words := STANDINGS.get(paid.write_off)) else []),
            *self._reduction(reader, paid),
            (reader.t("小計"), money(reader, paid.subtotal)),
            (reader.t("手續費"), money(reader, paid.fee)),
            (reader.t("總金額"), money(reader, paid.total)),
        ]

    def _reduction(self, reader: Reader, paid: Receipt) -> list[tuple[str, str]]:
        """帳單金額 and 優惠, where something was taken off."""
        if not paid.discount:
            return []
        less = reader.t("減 {amount}", amount=money(reader, paid.discount))
        return [(reader.t("帳單金額"), money(reader, paid.billed)), (reader.t("優惠"), less)]

    def kind(self, what: str, status: int, language: str = Language.ZH.value, *, passes: bool = False) -> Response:
        """A page that says kindly what happened, what was not changed, and what to do next. `passes`: of a pass."""
        page = self._page(_reader(language)) | {"passes": passes}
        return make_response(render_template("pay/kind.html", what=what, **page), status)

    def _page(self, reader: Reader) -> dict[str, Any]:
        return {**frame(reader, self._services.host), "money": lambda amount: money(reader, amount)}

    def _line(self, reader: Reader, line: Line) -> dict[str, Any]:
        today = city_date(self._services.clock.now())
        return {
            "key": str(line.key),
            "chosen": line.chosen,
            "standing": line.standing.value,
            "notice": line.key.type is PayableType.NOTICE,
            "item": self._services.fees.name(reader, line.fee_item),
            "agency": city_of(self._services.cities, line.key.agency).name(reader.language),
            "number": line.number,
            "pass": facts(reader, line.about, today) if line.about else None,
            "plate": mask_plate(line.plate),
            "parked_on": day(reader, line.parked_on, today) if line.parked_on else None,
            "deadline": deadline(reader, line.deadline, today) if line.deadline else None,
            "extra_charge": money(reader, line.extra_charge) if line.extra_charge else None,
            "covers": (", " if reader.language is Language.EN else "、").join(key.number for key in line.covers),
            "amount": money(reader, line.price),
            "billed": money(reader, line.billed) if line.billed != line.price else None,
        }

    def _until(self, reader: Reader, order: OrderView) -> str:
        """The end of the link; a pass's is its pay deadline, said as the city does: 24:00."""
        if any(line.about for line in order.lines):
            return until(reader, order.expires_at, city_date(self._services.clock.now()))
        return self._moment(reader, order.expires_at)

    def _moment(self, reader: Reader, moment: datetime) -> str:
        return day_and_time(reader, moment, city_date(self._services.clock.now()))


def _stopped_agencies(
    reader: Reader, lines: Sequence[Line], halted: Mapping[str, Stopped], cities: Cities
) -> dict[str, str]:
    """Names of agencies whose bills are not paid here now, with what staff say of it."""
    codes = sorted({line.key.agency for line in lines} & halted.keys())
    return {city_of(cities, code).name(reader.language): halted[code].text(reader.language) for code in codes}


def _second(moment: datetime) -> str:
    return f"{moment.astimezone(TAIPEI):%Y/%m/%d %H:%M:%S}"


def _reader(language: str) -> Reader:
    """The language the page was switched to, else the one the order was opened in."""
    wanted = request.args.get("lang", language)
    return reader_of(Language.EN if wanted == Language.EN.value else Language.ZH)


def _qr(url: str) -> Markup:
    """The page's own address as an inline drawing, to go on with on a phone."""
    # A fixed mask, and a path of our own: trying all eight masks and drawing square by square, as the library does by
    # itself, costs more than the rest of the page.
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QR_BORDER, mask_pattern=QR_MASK)
    code.add_data(url)
    rows = ["".join("1" if dark else "0" for dark in row) for row in code.get_matrix()]
    path = "".join(
        f"M{run.start()} {y}h{len(run[0])}v1h-{len(run[0])}z"
        for y, row in enumerate(rows)
        for run in DARK.finditer(row)
    )
    side = len(rows)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'
    ).format(side=side, path=path)
