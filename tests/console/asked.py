"""A platform asked as a bot would ask it."""

import orjson

from tests.console.samples import USER, StillClock, text
from web.console.lineapi.events import Events
from web.console.lineapi.memory import User
from web.console.lineapi.platform import LinePlatform

TOKEN = "token-of-the-test"


class Line:
    """A platform with one known user, asked as a bot would."""

    def __init__(self, **more):
        self.clock = StillClock()
        self.platform = LinePlatform(access_token=TOKEN, clock=self.clock, **more)
        self.memory = self.platform.memory
        self.events = Events(self.platform)
        self.memory.users[USER] = User(USER, "王小明", "zh-Hant")

    def ask(self, method, path, body=None, token=TOKEN, **headers):
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        data = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        return self.platform.answer(method, path, sent, data)

    def post(self, path, body, **headers):
        return self.ask("POST", "/v2/bot/" + path, body, **headers)

    def reply(self, token, **headers):
        return self.post("message/reply", {"replyToken": token, "messages": [text()]}, **headers)

    def got(self, chat=USER):
        return len(self.memory.deliveries(chat))
