"""`python -m benchmarks NAME …`: the named ones of NAMES, or all of them."""

import argparse
import signal
import sys
import time
from collections.abc import Callable

import psycopg
import redis

from benchmarks import agency, draw, endtoend, importing, lookup, pay, push, staff, webhook
from benchmarks.ground import Ground, ground
from benchmarks.line import Line
from benchmarks.report import Target, environment

NAMES = ("webhook", "endtoend", "pay", "lookup", "import", "agency", "draw", "push", "staff")
EMPTY = "empty"
LARGE_BILLS = 5_000_000


def main() -> int:
    """Run what is asked for. Exit status 1 when a target is missed, so that a script can tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", metavar="|".join(NAMES), help="which benchmarks to run")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--large-bills", type=int, default=LARGE_BILLS, help="size of the large ledger")
    parser.add_argument("--staff-rows", type=int, default=staff.ROWS, help="size of the lists of the back office")
    given = parser.parse_args()
    if unknown := set(given.which) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and stores are stopped
    with ground() as stores, Line() as line:
        print(_environment(stores))
        print(f"seed {given.seed}; medians, in brackets the lowest and highest; both sides take turns")
        stores.make_ledger(endtoend.LEDGER, endtoend.LEDGER_BILLS)
        stores.make_ledger(EMPTY, 0)
        runs: dict[str, Callable[[], list[Target]]] = {
            "webhook": lambda: webhook.run(stores, line, given.seed),
            "endtoend": lambda: endtoend.run(stores, line, given.seed),
            "pay": lambda: pay.run(stores, line, given.seed, EMPTY),
            "lookup": lambda: lookup.run(stores, given.seed, endtoend.LEDGER, given.large_bills),
            "import": lambda: importing.run(stores, given.seed, EMPTY),
            "agency": lambda: agency.run(stores, line, given.seed, EMPTY),
            "draw": lambda: draw.run(given.seed),
            "push": lambda: push.run(stores, line, given.seed, EMPTY),
            "staff": lambda: staff.run(stores, EMPTY, given.staff_rows),
        }
        targets: list[Target] = []
        for name in given.which or NAMES:
            began = time.perf_counter()
            print(f"\n{name}", flush=True)
            targets += runs[name]()
            print(f"  took {time.perf_counter() - began:.0f} s", flush=True)
    print("\nreached")
    print("\n".join(target.line() for target in targets))
    return 0 if all(target.met for target in targets) else 1


def _environment(stores: Ground) -> str:
    with psycopg.connect(stores.server) as connection, redis.Redis.from_url(stores.redis) as client:
        version = connection.info.server_version
        return environment(f"{version // 10_000}.{version % 100}", str(client.info("server")["redis_version"]))


if __name__ == "__main__":
    sys.exit(main())
