"""Tasks of backups: one a night where BACKUP_FOLDER is set; a night that was missed is made up."""

from datetime import timedelta
from pathlib import Path

import structlog
from procrastinate import JobContext

from domain.clock import TAIPEI
from infra import backup
from infra.clock import SystemClock
from infra.queue import queue

EVERY_HOUR = "41 * * * *"
NOT_BEFORE_HOUR = 3  # of the city's night

log = structlog.get_logger(__name__)


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="backups.nightly", queueing_lock="backups.nightly", lock="backups.nightly", pass_context=True)
def nightly(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """The backup of the day that began at three in the morning, unless it is there."""
    folder: Path | None = context.additional_context["backup_folder"]
    if folder is None:
        return
    night = (SystemClock().now().astimezone(TAIPEI) - timedelta(hours=NOT_BEFORE_HOUR)).date()
    if written := backup.nightly(context.additional_context["database_url"], folder, night):
        log.info("backup_written", bytes=written.stat().st_size)
