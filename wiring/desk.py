"""The service desk (客服): cases that citizens write, what staff answer, whom they help."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from domain.desk import DeskRules
from infra import queue
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
from wiring.vehicles import VehicleRoom


class DeskRoom(VehicleRoom):
    """聯絡我們, from the chat to the back office."""

    @cached_property
    def desk_rules(self) -> DeskRules:
        return load_desk_rules()

    @cached_property
    def thread_book(self) -> ThreadBook:
        return ThreadBook(self.cipher)

    @cached_property
    def threads(self) -> Threads:
        return Threads(self.desk_rules, self.thread_book, self.notices, OfficeDays(), queue.defer, self.clock)

    @cached_property
    def thread_answers(self) -> Answers:
        return Answers(self.desk_rules, self.thread_book, self.notices)

    @cached_property
    def thread_board(self) -> Board:
        return Board(self.thread_book, self.accounts, self.citizens, self.notice_rules)

    @cached_property
    def thread_lateness(self) -> Lateness:
        return Lateness(self.desk_rules, OfficeDays())

    @cached_property
    def thread_callers(self) -> Callers:
        return Callers(self.accounts, self.vehicles, self.thread_board, self.notices)

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "threads": self.threads}

    def for_tasks(self) -> Mapping[str, Any]:
        given = {
            "threads": self.threads,
            "thread_lateness": self.thread_lateness,
            "thread_photos": ThreadPhotos(self.thread_book, self.photos, self.notices),
            "thread_forgetting": Forgetting(self.desk_rules, self.notices),
        }
        return {**super().for_tasks(), **given}
