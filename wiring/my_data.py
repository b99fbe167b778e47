"""One's own data: the copy behind a link, changing the number, leaving."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from bot.dialog import DialogStore
from infra import queue
from services.downloads import Downloads
from services.holdings_names import Names
from services.leaving import Leaving
from services.my_data import MyData
from services.number_change import NumberChange
from services.passes.qualifying import OwnPhotos
from web.mydata.views import MyDataServices
from web.mydata.views import blueprint as my_data_page
from wiring.desk import DeskRoom


class MyDataRoom(DeskRoom):
    """What 個資法 §3 gives a citizen."""

    @cached_property
    def my_data(self) -> MyData:
        names = Names(self.cities, self.vehicles.rules)
        return MyData(self.accounts, names, self.thread_book, OwnPhotos(self.cipher), self.clock)

    @cached_property
    def downloads(self) -> Downloads:
        return Downloads(self.my_data, self.settings.public_url, self.session_keys, self.clock)

    @cached_property
    def number_change(self) -> NumberChange:
        return NumberChange(self.accounts, self.phone_codes, self.sms, self.account_rules.agency)

    @cached_property
    def leaving(self) -> Leaving:
        def forget(channel: str, citizen: str) -> None:
            self.redis.delete(DialogStore.key((channel, citizen)))

        return Leaving(self.accounts, self.vehicles, queue.defer, forget)

    def for_conversations(self) -> Mapping[str, Any]:
        given = {"downloads": self.downloads, "number_change": self.number_change, "leaving": self.leaving}
        return {**super().for_conversations(), **given}

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "leaving": self.leaving, "downloads": self.downloads}

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        services = MyDataServices(self.unit, self.downloads, self.citizens)
        return [*super().doors(csrf, limiter), my_data_page(services, limiter)]
