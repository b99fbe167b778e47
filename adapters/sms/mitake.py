"""Mitake (三竹簡訊): one message by POST (facts/taiwan.md §6.4). Its default is Big5, so UTF8 is always asked for."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urljoin

from adapters.sms.form_post import post_form
from domain.errors import Retry
from domain.ports.sms import Delivery, Sms, SmsRefusedError, SmsUnclearError

URL = "https://smexpress.mitake.com.tw:9601/SmSendGet.asp"
LINE_BREAK = "\x06"  # ASCII 6 is Mitake's line break
TAKEN = frozenset("0124")  # reserved, at the phone, at the operator's, delivered
CAUSES = {
    "5": "content", "6": "number", "7": "switched_off", "8": "expired", "a": "account", "b": "account", "c": "stopped",
    "e": "address_not_allowed", "h": "quota", "k": "quota", "m": "password_expired",
}  # fmt: skip
# Of a query: 0 to 2 are on their way to the phone, whatever the operator has said so far.
ENDED = {"4": Delivery.DELIVERED} | dict.fromkeys("56789", Delivery.FAILED)
MOST_ASKED = 100  # ids in one query

_STATE = re.compile(r"^([0-9A-Za-z#$-]{1,64})\t([0-9])\t[0-9]*\s*$", re.MULTILINE)
_FIELD = re.compile(r"^(msgid|statuscode)=([0-9A-Za-z#$-]{1,64})\s*$", re.MULTILINE)


class Mitake:
    """An account at Mitake. `url`: newer accounts have hosts of their own."""

    key = "mitake"

    def __init__(self, username: str, password: str, url: str = URL) -> None:
        self._account = {"username": username, "password": password}
        self._url = url

    def send(self, sms: Sms) -> str:
        """The msgid. Raises SmsRefusedError or SmsUnclearError."""
        body = sms.text.replace("\r\n", "\n").replace("\n", LINE_BREAK)
        message = {"dstaddr": sms.mobile.national, "smbody": body, "encoding": "UTF8"}
        answer = dict(_FIELD.findall(post_form(self._url, self._account | message)))
        status = answer.get("statuscode", "")
        if status in TAKEN and "msgid" in answer:
            return answer["msgid"]
        if status in CAUSES:
            raise SmsRefusedError(CAUSES[status], Retry.NEVER)
        raise SmsUnclearError("unknown_answer")

    def deliveries(self, gateway_ids: Sequence[str]) -> Mapping[str, Delivery]:
        """By SmQueryGet.asp, beside the address of sending: id, status and time of each. Raises OutsideError."""
        found: dict[str, Delivery] = {}
        for start in range(0, len(gateway_ids), MOST_ASKED):
            asked = ",".join(gateway_ids[start : start + MOST_ASKED])
            answer = post_form(urljoin(self._url, "SmQueryGet.asp"), self._account | {"msgid": asked})
            found |= {message: ENDED[status] for message, status in _STATE.findall(answer) if status in ENDED}
        return found
