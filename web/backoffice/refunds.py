"""退款與對帳: money to give back, requests for a second person, refunds without an answer, settlement files."""

import csv
import io
from collections.abc import Callable
from datetime import date

from flask import abort, request
from flask.typing import ResponseReturnValue

from domain.moneycsv import HeaderError, Malformed, Taken, read
from domain.staff import Power, StaffRuleError
from services import reconciliation, refundbook
from services.refundbook import RefundNotFoundError
from services.refunds import RefundRuleError
from web.backoffice.gate import member
from web.backoffice.room import Room, field, form_id, refused, show, try_to


def register(room: Room) -> None:
    """Its routes."""
    views = _Refunds(room)
    room.page("/refunds", "refunds", views.look, Power.SEE_MONEY)
    room.page("/refunds/find", "refunds_find", views.find, Power.SEE_MONEY, ("POST",))
    room.page("/refunds/ask", "refunds_ask", views.ask, Power.REFUND, ("POST",))
    room.page("/refunds/decide", "refunds_decide", views.decide, Power.REFUND, ("POST",))
    room.page("/refunds/settle", "refunds_settle", views.settle, Power.REFUND, ("POST",))
    room.page("/refunds/reconcile", "reconcile", views.reconcile, Power.SEE_MONEY, ("POST",))


class _Refunds:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services
        self._refunds = room.services.refunds

    def look(self, **found: object) -> ResponseReturnValue:
        """GET: the refund list."""
        with self._services.unit() as uow:
            owed = refundbook.owed(uow)
            waiting = self._refunds.waiting(uow)
            open_ = self._refunds.open(uow)
            checks = reconciliation.kept(uow)
        may = member().may(Power.REFUND)
        values = {"owed": owed, "waiting": waiting, "open": open_, "checks": checks, "may": may}
        values |= {"providers": sorted(self._services.providers), "names": self._services.names}
        return show("refunds.html", "退款與對帳", **values, **found)

    def find(self) -> ResponseReturnValue:
        """POST: the money that came under a trade number (交易編號)."""
        number = field("number", 40)
        with self._services.unit() as uow:
            found = [(one, refundbook.lock_money(uow, one)) for one in refundbook.money_of(uow, number)]
            money = [(one, it.payment.provider, it.payment.amount, it.left, it.payment.paid_at) for one, it in found]
        return self.look(number=number, money=money)

    def ask(self) -> ResponseReturnValue:
        """POST: give money back; above the limit another person must approve."""

        def deed() -> None:
            amount = field("amount", 9)
            if not amount.isdecimal():
                raise StaffRuleError("金額需要是整數")
            with self._services.unit() as uow:
                self._refunds.request(
                    uow, form_id("attempt"), int(amount), reason=field("reason"), staff=member().actor
                )

        return self._try(deed, "已送出退款。超過額度的退款，要由另一位同仁核准。")

    def decide(self) -> ResponseReturnValue:
        """POST: a second person approves or rejects."""
        approve = field("approve", 1) == "1"

        def deed() -> None:
            with self._services.unit() as uow:
                self._refunds.decide(uow, form_id("id"), approve=approve, staff=member().actor)

        return self._try(deed, "已核准退款。" if approve else "已退回申請。")

    def settle(self) -> ResponseReturnValue:
        """POST: what the provider's own books show of a refund without a clear answer."""
        reference = field("reference", 60) or None

        def deed() -> None:
            with self._services.unit() as uow:
                self._refunds.settle_by_staff(uow, form_id("id"), reference=reference, staff=member().actor)

        return self._try(deed, "已登記退款結果。")

    def reconcile(self) -> ResponseReturnValue:
        """POST: a provider's settlement file of one day against our books."""
        sent, provider = request.files.get("file"), field("provider", 20)
        if provider not in self._services.providers:
            abort(400)
        try:
            day = date.fromisoformat(field("day", 10))
            rows = list(read(io.StringIO(sent.read().decode("utf-8-sig") if sent else "", newline="")))
        except (HeaderError, ValueError, csv.Error):
            return refused(StaffRuleError("檔案無法讀取：需要 UTF-8 的 CSV，以及正確的日期"), "refunds")
        taken = [row for row in rows if isinstance(row, Taken)]
        malformed = [row.line for row in rows if isinstance(row, Malformed)]
        with self._services.unit() as uow:
            compared = reconciliation.compare(uow, provider, day, taken, actor=member().actor)
        return self.look(compared=compared, malformed=malformed)

    def _try(self, deed: Callable[[], None], words: str) -> ResponseReturnValue:
        try:
            return try_to(deed, "refunds", words)
        except RefundNotFoundError:
            return refused(StaffRuleError("沒有這筆款項或退款"), "refunds")
        except RefundRuleError as error:
            return refused(error, "refunds")
