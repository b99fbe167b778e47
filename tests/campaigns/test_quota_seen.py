"""LINE's month on pages: one answer serves many, a silent LINE is left alone, and the page says how old it is."""

from threading import Event, Thread

from domain.campaigns import Quota
from domain.errors import OutsideError, Retry
from services.line_quota import ASKED_AGAIN, SEEN_FOR, QuotaSeen
from tests.clock import MovableClock


class Month:
    """LINE's month; None: LINE does not answer."""

    def __init__(self) -> None:
        self.quota: Quota | None = Quota(1000, 10)
        self.asked = 0

    def read(self) -> Quota:
        self.asked += 1
        if self.quota is None:
            raise OutsideError("http_500", Retry.LATER)
        return self.quota


def test_a_silent_line_is_asked_once_a_minute_and_its_last_answer_stays() -> None:
    month, clock = Month(), MovableClock()
    seen = QuotaSeen(month, clock)
    first = seen.now()
    assert first is not None
    month.quota = None
    clock.move(seconds=SEEN_FOR.total_seconds())
    told = [seen.now() for _ in range(3)]
    assert month.asked == 2, "every page asked a LINE that does not answer"
    assert [(one.quota, one.at, one.late) for one in told if one] == [(first.quota, first.at, True)] * 3
    clock.move(seconds=ASKED_AGAIN.total_seconds())
    month.quota = Quota(1000, 20)
    again = seen.now()
    assert again is not None
    assert (again.quota.used, again.at, again.late) == (20, clock.now(), False)


def test_one_that_never_answered_is_left_alone_as_well() -> None:
    month, clock = Month(), MovableClock()
    month.quota = None
    seen = QuotaSeen(month, clock)
    assert [seen.now(), seen.now()] == [None, None]
    assert month.asked == 1


def test_a_slow_line_holds_one_page_only() -> None:
    inside, go_on = Event(), Event()

    class Slow(Month):
        def read(self) -> Quota:
            inside.set()
            assert go_on.wait(10)
            return super().read()

    month = Slow()
    seen = QuotaSeen(month, MovableClock())
    first = Thread(target=seen.now)
    first.start()
    assert inside.wait(10)
    assert seen.now() is None, "this page did not wait"
    go_on.set()
    first.join(10)
    told = seen.now()
    assert told is not None
    assert (told.quota, month.asked) == (Quota(1000, 10), 1)
