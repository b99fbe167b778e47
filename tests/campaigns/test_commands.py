"""`flask flood` and `flask campaign`, as a member of staff types them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

import app as front_door
from infra import settings
from infra.embedded import StoreUrls
from infra.keys import with_keys
from tests.campaigns.town import Town
from tests.fakes.line import ACCESS_TOKEN, FakeLine

NEWS = "2026-11-21-my-data"
STAFF = ("--staff", "staff-7")
Run = Callable[..., str]


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake


@pytest.fixture
def run(database_url: str, redis_url: str, tmp_path: Path, line: FakeLine) -> Iterator[Run]:
    """Run `flask --app app …`; what it prints. `fails`: it must end with an error."""
    given = {
        "PARKLINE_VAR": str(tmp_path),
        "LINE_CHANNEL_SECRET": "s" * 32,
        "LINE_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
        "LINE_API_URL": line.url,
        "DATA_KEYS": "A" * 43 + "=",
        "SESSION_KEY": "k" * 40,
        "PUBLIC_URL": "https://parkline.example",
    }
    made = front_door.create_app(with_keys(settings.load(given), tmp_path), StoreUrls(database_url, redis_url))
    runner: FlaskCliRunner = made.test_cli_runner()

    def command(*words: str, fails: bool = False, input: str | None = None) -> str:
        done = runner.invoke(args=list(words), input=input)
        assert (done.exit_code != 0) is fails, done.output
        return done.output

    yield command
    made.extensions["house"].engine.dispose()


def test_a_flood_notice_from_preview_to_its_end(run: Run, town: Town) -> None:
    town.person("gates")
    town.person("riverside_lots")
    what = ("closed", "--area", "gates", "--at", "18:00", "--place", "中正橋")
    assert "1 people: 1 by LINE, 0 by SMS (0 parts)\nNT$ 1 at most" in run("flood", "preview", *what)
    assert town.rows("SELECT count(*) FROM campaign") == [(0,)]
    asked = run("flood", "send", *what, *STAFF, input="n\n", fails=True)
    assert "停車通：防汛：中正橋" in asked
    assert "起停車場關閉" in asked
    assert town.rows("SELECT count(*) FROM campaign") == [(0,)]
    assert "begun: " in run("flood", "send", *what, *STAFF, input="y\n")
    shown = run("flood", "list")
    assert "closed  gates 中正橋" in shown
    town.run(
        "INSERT INTO notice (dedupe_key, channel, citizen, notice, send_at, by_line, campaign_id) "
        "SELECT 'k', channel, citizen, 'flood', now(), true, (SELECT id FROM campaign) FROM binding LIMIT 1"
    )
    assert "begun" in run("flood", "close", shown.split()[0], "--yes", *STAFF)
    assert run("flood", "list") == ""
    assert "no open flood notice" in run("flood", "close", shown.split()[0], "--yes", *STAFF, fails=True)
    jobs = town.rows("SELECT task_name, priority FROM procrastinate_jobs ORDER BY id")
    assert jobs == [("campaigns.tell", 10)] * 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("closed", "--area", "moon"), "no area moon: one of riverside_lots, gates, districts"),
        (("closed", "--at", "25:00"), "25:00 is no time of day"),
        (("closed", "--place", "x" * 61), "at most 60 characters"),
        (("restored",), "Invalid value"),
        (("closed", "--yes", *STAFF), "nobody would be told"),
    ],
)
def test_a_flood_notice_that_cannot_be(run: Run, words: tuple[str, ...], said: str) -> None:
    assert said in run("flood", "send" if STAFF[0] in words else "preview", *words, fails=True)


def test_an_announcement_from_preview_to_its_figures(run: Run, town: Town, line: FakeLine) -> None:
    for _ in range(3):
        town.person()
    line.platform.quota.limit = 100
    line.platform.quota.count(68)
    assert "3 people: 3 by LINE" in run("campaign", "preview", NEWS)
    assert "2 free for announcements, 30 % are kept back" in run("campaign", "quota")
    assert "3 messages are needed, 2 are free" in run("campaign", "send", NEWS, *STAFF, fails=True)
    line.platform.quota.limit = None
    begun = run("campaign", "send", NEWS, *STAFF)
    assert "no limit; 68 used, 0 in the outbox" in run("campaign", "quota")
    campaign_id = begun.rpartition("begun: ")[2].strip()
    assert run("campaign", "list").split()[3:6] == ["news", "sending", "0"]
    shown = run("campaign", "show", campaign_id[:8])
    assert "people  0 of 3 asked" in shown
    assert "by staff-7" in shown
    assert "stopped" in run("campaign", "stop", campaign_id, *STAFF)
    assert "news  stopped" in run("campaign", "show", campaign_id)
    nobodys = "0" if campaign_id[0] != "0" else "1"
    assert "no id" in run("campaign", "show", nobodys, fails=True)
    assert "no announcement x: one of " in run("campaign", "send", "x", *STAFF, fails=True)
    assert "no audience x" in run("campaign", "send", NEWS, "--to", "x", *STAFF, fails=True)


def test_a_line_that_does_not_tell_its_quota_is_no_reason_to_send(run: Run, town: Town, line: FakeLine) -> None:
    town.person()
    line.faults.outage(60)
    assert "does not tell its quota: http_500" in run("campaign", "send", NEWS, *STAFF, fails=True)
    assert town.rows("SELECT count(*) FROM campaign") == [(0,)]


WORKS = """
published = 2020-01-01
zh.title = "停車場整修"
zh.body = "自 12 月 1 日起"
en.title = "Works"
en.body = "From 1 December"
"""
ASK = """
id = "{id}"
zh.ask = "怎麼申請？"
zh.answer = "請洽窗口。"
en.ask = "How to apply?"
en.answer = "Please ask the office."
"""


def test_announcements_are_written_taken_down_and_put_up(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "works.toml"
    file.write_text(WORKS, encoding="utf-8")
    assert f"{NEWS}  shown" in run("news", "list")
    assert "done" in run("news", "put", "works", str(file), *STAFF)
    assert "works  shown  停車場整修  staff-7" in run("news", "list")
    run("news", "take-down", "works", *STAFF)
    assert "works  down" in run("news", "list")
    assert "no announcement works" in run("campaign", "preview", "works", fails=True)
    run("news", "put-up", "works", *STAFF)
    assert "0 people" in run("campaign", "preview", "works")
    assert "沒有 moon" in run("news", "take-down", "moon", *STAFF, fails=True)
    file.write_text("published = 1", encoding="utf-8")
    assert "works.toml: " in run("news", "put", "works", str(file), *STAFF, fails=True)


def test_a_question_is_written_under_its_own_id(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ask.toml"
    file.write_text(ASK.format(id="disabled"), encoding="utf-8")
    assert "the file is of disabled" in run("faq", "put", "other", str(file), *STAFF, fails=True)
    run("faq", "put", "disabled", str(file), *STAFF)
    assert "disabled  shown  怎麼申請？  staff-7" in run("faq", "list")


def test_what_did_not_go_is_sent_again(run: Run, town: Town) -> None:
    town.run(
        "INSERT INTO outbound_message (id, channel, lane, body, ended_at, outcome) "
        "VALUES ('00000000-0000-4000-8000-000000000001', 'U0', 'U1', '[]', now(), 'quota')"
    )
    message = run("messages", "failed").split()[0]
    assert run("messages", "send-again", message, *STAFF).strip() != message
    assert "已經重送過" in run("messages", "send-again", message, *STAFF, fails=True)
    assert "沒有這件" in run("messages", "run-again", "x", *STAFF, fails=True)
