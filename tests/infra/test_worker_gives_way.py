"""The worker leaves the processors to the web: LINE waits for its 200."""

import subprocess
import sys

import pytest

TOLD = "import os; from jobs.worker import give_way; before = os.nice(0); give_way(); print(os.nice(0) - before)"


@pytest.mark.slow
def test_the_worker_is_nicer_than_who_started_it() -> None:
    told = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "10"
