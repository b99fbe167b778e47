"""No plate, phone, token or user id in any log line of the whole test run.

What is read at the end of the run is read by tests/conftest.py, when every test process has ended; a leak fails the
run. These tests show that the reading reads, and that lines get there.
"""

import logging
from pathlib import Path

import pytest
import structlog

from jobs.house import TO_TRY
from tests import logs


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("LINE id", '{"to":"U' + "0a" * 16 + '"}'),
        ("mobile number", "sent to 0912345678"),
        ("mobile number", "sent to 0912-345-678"),
        ("plate", "asked for ABC-1234,"),
        ("plate", "asked for ab-1234,"),
        ("plate", "asked for 1234-AB"),
        ("link", "GET /p/" + "a" * 48),
        ("token", "Authorization: Bearer abcdefgh"),
        ("e-mail", "to wang@example.com"),
    ],
)
def test_the_reading_finds(kind: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text(f"fine\n{line}\n")
    assert f"web.log:2: {kind}" in logs.leaks(tmp_path)


def test_what_operators_need_is_no_leak(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text(
        '{"event":"request","rule":"/p/<token>","timestamp":"2026-07-15T01:30:00Z","ip":"203.0.113.7"}\n'
        '{"event":"event_failed","event_id":"01H810YECXQQZ37VAXPF6H9E6T"}\n'
        '{"event":"send_not_accepted","request_id":"b0952566-417f-49ee-b3d3-746d38a1ce38"}\n'
        '{"event":"send_not_accepted","request_id":"b0912345-6789-49ee-b3d3-746d38a1ce38"}\n'
        f"{TO_TRY}\n"
        '{"event":"event_failed","event_id":"01H810YECXQQZ0912345678E6T"}\n'
    )
    assert logs.leaks(tmp_path) == []


def test_this_runs_lines_are_kept_and_went_through_the_net() -> None:
    structlog.get_logger().info("planted_by_us", what="for ABC-1234")
    logging.getLogger("some.library").warning("planted by a library for ABC-1234")
    kept = logs.own_file().read_text()
    assert '"what":"for [plate]"' in kept
    assert "planted by a library for [plate]" in kept
