"""The worker as Procfile starts it, in whose city it is always day and whom LINE may keep waiting for a moment only."""

import sys

import bot.messenger
import bot.outbox
import jobs.worker
from benchmarks.daytime_worker import DaytimeClock
from wiring.stores import Stores

ANSWER_SECONDS = 1.0
BACKOFF_SECONDS = (0.1, 0.2, 0.5)

if __name__ == "__main__":
    Stores.clock = DaytimeClock()
    bot.messenger.ANSWER_SECONDS = ANSWER_SECONDS
    bot.outbox.BACKOFF_SECONDS = BACKOFF_SECONDS
    sys.exit(jobs.worker.main())
