"""Every8d: one message by POST (facts/taiwan.md §6.4). Answers credit,sent,cost,unsent,batchID or a negative code."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urljoin

from adapters.sms.form_post import post_form
from domain.errors import Retry
from domain.ports.sms import Delivery, Sms, SmsRefusedError, SmsUnclearError

URL = "https://biz3.every8d.com.tw/prepaid/API21/HTTP/sendSMS.ashx"

DELIVERED, ON_THE_WAY = "100", frozenset({"0", "300"})  # any other status is a failure: no such number, switched off …

# A line for each number of a batch: name, number, time, cost, status; ours have one.
_STATE = re.compile(r"^[^\t\r\n]*\t[^\t\r\n]*\t[^\t\r\n]*\t[^\t\r\n]*\t(-?[0-9]+)[ \t]*\r?$", re.MULTILINE)
_DONE = re.compile(r"\s*-?[0-9.]+,([0-9]+),[0-9.]+,([0-9]+),([0-9A-Za-z-]{0,64})\s*")
_REFUSED = re.compile(r"\s*-[0-9]+\s*(,.*)?", re.DOTALL)


class Every8d:
    """An account at Every8d."""

    key = "every8d"

    def __init__(self, username: str, password: str, url: str = URL) -> None:
        self._account = {"UID": username, "PWD": password}
        self._url = url

    def send(self, sms: Sms) -> str:
        """The batch id. Raises SmsRefusedError or SmsUnclearError."""
        message = {"SB": "", "MSG": sms.text, "DEST": sms.mobile.national, "ST": ""}
        answer = post_form(self._url, self._account | message)
        if done := _DONE.fullmatch(answer):
            sent, unsent, batch = done.groups()
            if batch and (int(sent), int(unsent)) == (1, 0):
                return batch
            if int(sent) == 0:
                raise SmsRefusedError("unsent", Retry.NEVER)
        elif _REFUSED.fullmatch(answer):
            raise SmsRefusedError("refused", Retry.NEVER)
        raise SmsUnclearError("unknown_answer")

    def deliveries(self, gateway_ids: Sequence[str]) -> Mapping[str, Delivery]:
        """By getDeliveryStatus.ashx, beside the address of sending: one call for each batch. Raises OutsideError."""
        found = {}
        for batch in gateway_ids:
            asked = self._account | {"BID": batch, "PNO": "1"}
            state = _STATE.search(post_form(urljoin(self._url, "getDeliveryStatus.ashx"), asked))
            if state and state[1] not in ON_THE_WAY:
                found[batch] = Delivery.DELIVERED if state[1] == DELIVERED else Delivery.FAILED
        return found
