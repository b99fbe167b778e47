"""LINE for a benchmark: the tests' fake, its checks light, in a process of its own. It prepares the calls too."""

import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

REPLY = ("POST", "/v2/bot/message/reply", 200)
PUSH = ("POST", "/v2/bot/message/push", 200)
RATE = ("POST", "/v2/bot/message/push", 429)
POLL_SECONDS = 0.05

Said = tuple[str, str]  # citizen, text


class _Books:
    """What the other process answers; each method is called by name."""

    def __init__(self) -> None:
        from tests.fakes.line import FakeLine

        self._line = FakeLine(checks="light", keeps_bodies=False, strangers=True)

    def __enter__(self) -> Self:
        self._line.__enter__()
        return self

    def __exit__(self, *exc: Any) -> None:
        self._line.__exit__(*exc)

    def about(self) -> tuple[str, str, str, str]:
        """Address, bot, channel secret, access token."""
        line = self._line
        return line.url, line.platform.bot_user_id, line.channel_secret, line.access_token

    def answer_after(self, milliseconds: float) -> None:
        self._line.faults.latency_ms = milliseconds

    def forget(self) -> None:
        self._line.forget()

    def taken(self) -> int:
        return self._line.calls[REPLY] + self._line.calls[PUSH]

    def keep_rates(self, on: bool) -> None:
        self._line.platform.rates.enabled = on

    def pushed(self) -> tuple[int, int, int]:
        """How many different people have got one message exactly, how many more, how often the rate was exceeded."""
        counts = [len(timeline) for timeline in self._line.memory.timelines.values()]
        return counts.count(1), len(counts) - counts.count(1), self._line.calls[RATE]

    def busiest_second(self) -> int:
        """The most deliveries in any one second, as LINE's clock has them."""
        moments = sorted(one.at.timestamp() for timeline in self._line.memory.timelines.values() for one in timeline)
        most = first = 0
        for last, moment in enumerate(moments):
            while moment - moments[first] >= 1:
                first += 1
            most = max(most, last - first + 1)
        return most

    def prepare(self, said: Sequence[Said]) -> list[bytes]:
        from web.console.lineapi.events import SIGNATURE_HEADER, sign

        calls = []
        for citizen, text in said:
            body = self._line.events.body([self._line.events.text(citizen, text)])
            head = (
                "POST /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: LineBotWebhook/2.0\r\n"
                f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
                f"{SIGNATURE_HEADER}: {sign(body, self._line.channel_secret)}\r\n\r\n"
            )
            calls.append(head.encode() + body)
        return calls


def _serve(pipe: Connection) -> None:
    with _Books() as books:
        while (asked := pipe.recv()) is not None:
            name, arguments = asked
            pipe.send(getattr(books, name)(*arguments))


class Line:
    """The benchmark's end of it."""

    url: str
    channel: str
    secret: str
    token: str

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        self.url, self.channel, self.secret, self.token = self._ask("about")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.is_alive():
            self._pipe.send(None)
        self._process.join()

    def answer_after(self, milliseconds: float) -> None:
        """How long every call takes from now on."""
        self._ask("answer_after", milliseconds)

    def prepare(self, said: Sequence[Said]) -> list[bytes]:
        """A whole signed HTTP request per text. Its reply token is good for a minute, as at LINE."""
        calls: list[bytes] = self._ask("prepare", said)
        return calls

    def keep_rates(self, *, on: bool) -> None:
        """From now on answer 429 beyond LINE's own rates, or no longer."""
        self._ask("keep_rates", on)

    def pushed(self) -> tuple[int, int, int]:
        """People with one message, people with more, and how often the rate was exceeded."""
        one, more, refused = self._ask("pushed")
        return one, more, refused

    def busiest_second(self) -> int:
        """The most deliveries in any second since forget()."""
        most: int = self._ask("busiest_second")
        return most

    def forget(self) -> None:
        """Empty the books."""
        self._ask("forget")

    def taken(self) -> int:
        """Replies and pushes accepted since forget()."""
        count: int = self._ask("taken")
        return count

    def wait_taken(self, count: int, seconds: float) -> float:
        """Wait for so many; the moment they were there (perf_counter). Raises TimeoutError."""
        until = time.perf_counter() + seconds
        while self.taken() < count:
            if time.perf_counter() > until:
                raise TimeoutError(f"LINE has {self.taken()} of {count} messages after {seconds:.0f} s")
            time.sleep(POLL_SECONDS)
        return time.perf_counter()

    def _ask(self, name: str, *arguments: Any) -> Any:
        self._pipe.send((name, arguments))
        return self._pipe.recv()
