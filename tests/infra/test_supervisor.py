"""The supervisor: starts again what dies, gives up on what keeps dying, stops in order."""

import sys
import threading
from pathlib import Path

import pytest

from infra.embedded_process import EmbeddedError, wait_until
from infra.supervisor import MOST_RESTARTS, Child, Supervisor

pytestmark = pytest.mark.slow  # starts processes

PATIENT = """
import signal, sys

def tell(word):
    with open(sys.argv[2], "a") as file:
        print(word, file=file)

def leave(*_):
    tell(sys.argv[1])
    sys.exit(0)

signal.signal(signal.SIGTERM, leave)
tell("up")
signal.pause()
"""


def test_children_are_stopped_in_their_order(tmp_path: Path) -> None:
    told = tmp_path / "told"
    children = [Child(name, [sys.executable, "-c", PATIENT, name, str(told)], {}) for name in ("web", "worker")]
    said: list[str] = []
    ready = threading.Event()
    supervisor = Supervisor(children, said.append, list)
    status: list[int] = []
    both_up = lambda: told.exists() and told.read_text().count("up") == 2  # noqa: E731
    running = threading.Thread(target=lambda: status.append(supervisor.run(both_up, ready.set)))
    running.start()
    assert ready.wait(20)
    supervisor.stop()
    running.join(20)
    assert status == [0]
    assert told.read_text().split()[2:] == ["web", "worker"]
    assert said == []


def test_a_child_that_keeps_dying_is_given_up(tmp_path: Path) -> None:
    said: list[str] = []
    lasting = Child("web", [sys.executable, "-c", "import signal; signal.pause()"], {})
    broken = Child("worker", [sys.executable, "-c", "import sys; sys.exit(3)"], {})
    assert Supervisor([lasting, broken], said.append, list).run(lambda: False, lambda: None) == 1
    assert said == ["worker ended (status 3): starting it again."] * MOST_RESTARTS + [
        "worker keeps ending (status 3): giving up. Its log lines above say why."
    ]
    assert wait_until(lambda: not lasting.running, 1)


def test_a_store_that_keeps_dying_is_given_up() -> None:
    said: list[str] = []
    lasting = Child("web", [sys.executable, "-c", "import signal; signal.pause()"], {})
    assert Supervisor([lasting], said.append, lambda: ["redis"]).run(lambda: False, lambda: None) == 1
    assert said == ["redis ended: started it again, with its data."] * MOST_RESTARTS + [
        "redis keeps ending: giving up. Its log under var/ says why."
    ]
    assert wait_until(lambda: not lasting.running, 1)


def test_a_store_that_cannot_start_again_ends_all() -> None:
    def mend() -> list[str]:
        raise EmbeddedError("the embedded Redis does not start: disk full")

    lasting = Child("web", [sys.executable, "-c", "import signal; signal.pause()"], {})
    with pytest.raises(EmbeddedError, match="disk full"):
        Supervisor([lasting], print, mend).run(lambda: False, lambda: None)
    assert wait_until(lambda: not lasting.running, 1)
