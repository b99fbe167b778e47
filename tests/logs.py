"""Every log line of a whole test run, in one folder: of all test processes, and of the processes that tests start."""

import os
import re
import tempfile
from pathlib import Path

from jobs.house import TO_TRY

VARIABLE = "PARKLINE_TEST_LOGS"

# A random id may hold ten digits in a row that read like a mobile number: it is of no person.
RANDOM_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9A-HJKMNP-TV-Z]{26}\b")
# Written apart from the net that is being tested: what a person would search the logs for.
PERSONAL = {
    "LINE id": re.compile(r"[UCR][0-9a-f]{32}"),
    "mobile number": re.compile(r"(?<!\d)09\d{2}-?\d{3}-?\d{3}(?!\d)"),
    "plate": re.compile(r"(?<![A-Za-z0-9-])(?:[A-Z]{2,3}-\d{3,4}|\d{4}-[A-Z]{2})(?![A-Za-z0-9-])", re.IGNORECASE),
    "link": re.compile(r"/[pr]/[\w-]{20,}"),
    "token": re.compile(r"eyJ[\w-]{10,}\.[\w-]+|Bearer [\w-]{8,}"),
    "e-mail": re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}"),
}


def folder() -> Path:
    """The folder of this run, made by its first process; the others are told by the environment."""
    if VARIABLE not in os.environ:
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix="parkline-logs-")
    return Path(os.environ[VARIABLE])


def own_file() -> Path:
    """Where this test process logs to."""
    return folder() / f"tests-{os.getpid()}.log"


def leaks(where: Path) -> list[str]:
    """What of a person stands in the logs of a folder, one line each: file, line, kind; never the thing itself."""
    found = []
    for path in sorted(where.glob("*.log")):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if line == TO_TRY:  # nobody's plates
                continue
            said = RANDOM_ID.sub("", line)
            found += [f"{path.name}:{number}: {kind}" for kind, shape in PERSONAL.items() if shape.search(said)]
    return found
