"""Photos from LINE's data API: whole, within limits, and never asked for again once LINE has them no more."""

from collections.abc import Iterator

import pytest

from adapters.photos import line
from adapters.photos.line import LinePhotos
from domain.errors import OutsideError, Retry
from tests.fakes.loopback import Call, Loopback


class DataApi(Loopback):
    """Gives one body with one status, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.status, self.body = 200, b"\xff\xd8\xff photo"
        self.asked: list[tuple[str, str | None]] = []

    def handle(self, call: Call) -> None:
        self.asked.append((call.path, call.headers.get("Authorization")))
        call.send_response(self.status)
        call.send_header("Content-Length", str(len(self.body)))
        call.end_headers()
        call.wfile.write(self.body)


@pytest.fixture
def api() -> Iterator[DataApi]:
    with DataApi() as made:
        yield made


def test_a_photo_is_fetched_by_its_message_with_the_channels_token(api: DataApi) -> None:
    assert LinePhotos(api.url, "secret").fetch("123/../4") == b"\xff\xd8\xff photo"
    assert api.asked == [("/v2/bot/message/123%2F..%2F4/content", "Bearer secret")]


@pytest.mark.parametrize(
    ("status", "retry"),
    [(404, Retry.NEVER), (410, Retry.NEVER), (202, Retry.NEVER), (429, Retry.THROTTLE), (503, Retry.LATER)],
)
def test_what_is_gone_is_not_asked_for_again(api: DataApi, status: int, retry: Retry) -> None:
    api.status, api.body = status, b""
    with pytest.raises(OutsideError, match=f"http_{status}") as raised:
        LinePhotos(api.url, "secret").fetch("1")
    assert raised.value.retry is retry


def test_a_photo_beyond_the_limit_is_given_up_for_good(api: DataApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "MOST_PHOTO_BYTES", 1000)
    api.body = bytes(100_000)
    with pytest.raises(OutsideError, match="too_long") as raised:
        LinePhotos(api.url, "secret").fetch("1")
    assert raised.value.retry is Retry.NEVER
