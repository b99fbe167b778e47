"""`python app.py`: stores, schema, web and worker on this machine, from start to an orderly end."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from adapters.bills.cities import load_cities
from infra import metrics, migrations
from infra.connections import WEB_PROCESS, WORKER_PROCESS, TooFewConnectionsError, check_room
from infra.embedded import StoreUrls, mend, store_urls
from infra.embedded_process import EmbeddedError
from infra.settings import Settings, SettingsError
from infra.supervisor import Child, Supervisor, python
from services import collecting
from services.demo import PLATES

LOCAL = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - behind the city's proxy; never in console mode
ANSWER_SECONDS = 2.0

TO_TRY = "Plates to try: " + ", ".join(f"{plate.number} {plate.shows}" for plate in PLATES)

Say = Callable[[str], None]


def run(settings: Settings, say: Say) -> int:
    """Run until SIGTERM or SIGINT. Returns the exit status; 2: it could not start, `say` told why in one line."""
    taken = _port_taken(settings)
    if taken:
        say(taken)
        return 2
    stopped: list[int] = []
    supervisor: list[Supervisor] = []

    def leave(number: int, _frame: object) -> None:
        stopped.append(number)
        for one in supervisor:
            one.stop()
        if not supervisor:
            raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    try:
        with store_urls(settings) as urls:
            check_room(urls.database, WEB_PROCESS + WORKER_PROCESS)
            fresh = migrations.bring_up_to_date(urls.database)
            collecting.check(urls.database, settings, load_cities(settings.paybill_cities, settings.paybill_urls))
            environment = _environment(settings, urls)
            if fresh and settings.console_mode:
                _offer_made_up_city(environment, say)
            supervisor.append(Supervisor(_children(environment), say, lambda: mend(settings)))
            if stopped:
                return 0
            address = f"{settings.public_url}/{'console/' if settings.console_mode else ''}"
            return supervisor[0].run(
                lambda: _answers(settings.port), lambda: say(f"ParkLine is running. Open {address}  (Ctrl-C stops it)")
            )
    except (EmbeddedError, TooFewConnectionsError, SettingsError) as error:
        say(str(error))
        return 2
    except OperationalError:
        say("DATABASE_URL: PostgreSQL cannot be reached, or does not let us in")
        return 2
    except KeyboardInterrupt:
        return 0


def _port_taken(settings: Settings) -> str | None:
    host = LOCAL if settings.console_mode else EVERYWHERE
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, settings.port))
        except OSError as error:
            return f"PORT: {settings.port} cannot be used ({error.strerror}). Set another, e.g. PORT=8001"
    return None


def _environment(settings: Settings, urls: StoreUrls) -> dict[str, str]:
    shared = settings.parkline_var / "metrics"
    metrics.clear(shared)
    return {
        "DATABASE_URL": urls.database,
        "REDIS_URL": urls.redis,
        "PORT": str(settings.port),
        "PUBLIC_URL": settings.public_url,
        "PARKLINE_VAR": str(settings.parkline_var),
        metrics.SHARED: str(shared),
        "WEB_CONCURRENCY": "1",  # console mode keeps its chats in the memory of the one web process
    }


def _children(environment: dict[str, str]) -> list[Child]:
    """In the order they are stopped: nothing new comes in, then what is in hand is finished."""
    web = python("-m", "gunicorn", "-c", "gunicorn.conf.py", "app:create_app()")
    worker = python("-m", "jobs.worker")
    return [Child("web", web, environment), Child("worker", worker, environment)]


def _offer_made_up_city(environment: dict[str, str], say: Say) -> None:
    """A terminal is asked; without one the city is loaded, since the console page is of no use without bills."""
    asked = sys.stdin.isatty()
    if asked:
        answer = input("The database is empty. Fill it with a made-up city to try things out? [Y/n] ")
        if answer.strip().lower() not in ("", "y", "yes"):
            return
    else:
        say("The database is empty: filling it with a made-up city to try things out.")
    done = subprocess.run(  # noqa: S603 - a command of our own
        python("-m", "flask", "--app", "app", "demo"),
        env={**os.environ, **environment},
        stdout=None if asked else subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        say("The made-up city could not be loaded; `flask --app app demo` tries again.")
    elif not asked:
        say(TO_TRY)  # one line for a log; the command's own list is for whoever sits there


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOCAL, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
