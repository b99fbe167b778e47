"""The services of the service desk as wiring makes them, on a test's database, LINE's photos in hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.clock import Clock
from infra.crypto import FieldCipher
from infra.queue import defer
from services.desk.answers import Answers
from services.desk.board import Board
from services.desk.book import ThreadBook
from services.desk.callers import Callers
from services.desk.forgetting import Forgetting
from services.desk.lateness import Lateness
from services.desk.photos import ThreadPhotos
from services.desk.rules import load_desk_rules
from services.desk.threads import Threads
from services.passes.office_days import OfficeDays
from tests.accounts import DATA_KEY


@dataclass
class PhotosInHand:
    """What LINE gives out; `faults` are raised instead, one each."""

    data: bytes = b""
    faults: list[Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def fetch(self, message_id: str) -> bytes:
        self.asked.append(message_id)
        if self.faults:
            raise self.faults.pop(0)
        return self.data


def desk_services(given: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """By the names that conversations and tasks ask for them; `given`: accounts, citizens, notices, vehicles …"""
    rules, book, notices = load_desk_rules(), ThreadBook(FieldCipher((DATA_KEY,))), given["notices"]
    board, source = Board(book, given["accounts"], given["citizens"], given["notice_rules"]), PhotosInHand()
    return {
        "threads": Threads(rules, book, notices, OfficeDays(), defer, clock),
        "thread_answers": Answers(rules, book, notices),
        "thread_board": board,
        "thread_lateness": Lateness(rules, OfficeDays()),
        "thread_callers": Callers(given["accounts"], given["vehicles"], board, notices),
        "thread_photos": ThreadPhotos(book, source, notices),
        "thread_forgetting": Forgetting(rules, notices),
        "photos_in_hand": source,
    }
