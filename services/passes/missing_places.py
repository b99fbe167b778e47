"""Staff of lots without 張數 are reminded by e-mail from the 1st: a round without 張數 does not open.

At most one mail a day to each, on working days, until registration would close. Who has left no address sees the same
on the first page of the back office.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

import structlog

from domain.clock import TAIPEI, Clock, city_date
from domain.errors import OutsideError
from domain.ports.mail import Mail, MailSender
from domain.reader import Language
from infra.database import UnitOfWorkFactory
from services.passes.months import MonthRow, Months, month_after
from services.passes.office_days import OfficeDays
from services.passes.rules import PassRules
from services.staff.accounts import Mailbox, StaffAccounts

SHOWN = 50  # lots in one mail
_SUBJECT = "月票張數尚未設定：{month}"
_TEXT = """{month} 使用的月票，還有 {count} 項沒有設定張數，不會開放登記：

{lots}

請在 {opens} 日以前到後台「全區相關設定」設定，或按「複製上月」：
{url}
"""

log = structlog.get_logger(__name__)


class MissingPlaces:
    """wiring gives the rules, months, calendar, accounts, who sends e-mail (None: nobody) and the site's address."""

    def __init__(
        self,
        rules: PassRules,
        months: Months,
        office_days: OfficeDays,
        accounts: StaffAccounts,
        sender: MailSender | None,
        public_url: str,
        clock: Clock,
    ) -> None:
        self._rules = rules
        self._months = months
        self._office_days = office_days
        self._accounts = accounts
        self._sender = sender
        self._url = f"{public_url}/staff/rounds"
        self._clock = clock

    def remind(self, units: UnitOfWorkFactory) -> int:
        """Mail to whoever may set 張數 and has lots without; says to how many. Nobody gets two on one day."""
        now = self._clock.now()
        today, month = city_date(now), month_after(now.astimezone(TAIPEI))
        if today.day > self._rules.schedule.closes[0] or self._sender is None:
            return 0
        with units() as uow:
            if not self._office_days.calendar(uow).works(today):
                return 0
            due = [(box, self._months.missing(uow, month, box.lots)) for box in self._accounts.to_remind(uow, today)]
        sent = 0
        for box, missing in due:
            if missing and self._sends(self._mail(box, month, missing, today)):
                with units() as uow:
                    self._accounts.reminded(uow, box.id, today)
                sent += 1
        return sent

    def _mail(self, box: Mailbox, month: str, missing: Sequence[MonthRow], today: date) -> Mail:
        lots = sorted({f"{row.lot} {row.lot_name}" for row in missing})
        rest = [f"…共 {len(lots)} 處"] if len(lots) > SHOWN else []
        told = _TEXT.format(
            month=month,
            count=len(missing),
            lots="\n".join([*lots[:SHOWN], *rest]),
            opens=self._rules.schedule.opens[0],
            url=self._url,
        )
        message = sha256(f"places {month} {today} {box.id}".encode()).hexdigest()[:32]
        return Mail(message, box.email, _SUBJECT.format(month=month), told, Language.ZH)

    def _sends(self, mail: Mail) -> bool:
        """One mailbox that does not take it keeps nobody else's; the next run tries again, with the same id."""
        if self._sender is None:
            return False
        try:
            self._sender.send(mail)
        except OutsideError as error:
            log.error("places_reminder_failed", message=mail.id, cause=error.cause)
            return False
        return True
