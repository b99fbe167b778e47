"""COLLECT_FOR: a code that stands for nobody stops the start, or is told by /readyz where it could not be seen then."""

import pytest
from flask import Flask

from adapters.bills.cities import load_cities
from infra.database import UnitOfWorkFactory
from infra.redis import make_redis
from infra.settings import Settings, SettingsError, load
from models.bill import LedgerAgency
from services.collecting import check, unknown_codes
from tests.infra.test_everything_runs import PRODUCTION
from tests.processes import process
from web import health

CITIES = load_cities()
WRONG = "COLLECT_FOR: ZZZ: no city of cities.toml, and no agency whose bills were imported"
NOBODY_THERE = "postgresql://postgres@127.0.0.1:9/nobody"


def collect_for(codes: str) -> Settings:
    return load({"COLLECT_FOR": codes})


def test_a_code_of_nobody_stops_the_start_with_one_line_that_names_it(
    database_url: str, uow: UnitOfWorkFactory
) -> None:
    with pytest.raises(SettingsError) as refused:
        check(database_url, collect_for("TPE,ZZZ"), CITIES)
    assert str(refused.value) == WRONG
    with uow() as unit:
        unit.session.add(LedgerAgency(code="ZZZ"))
    check(database_url, collect_for("TPE,ZZZ"), CITIES)


def test_what_cannot_be_checked_is_no_reason_not_to_start(database_url: str, uow: UnitOfWorkFactory) -> None:
    check(NOBODY_THERE, collect_for("ZZZ"), CITIES)
    with uow() as unit:
        unit.driver.execute("DROP TABLE ledger_agency CASCADE")  # as before the release step
    check(database_url, collect_for("ZZZ"), CITIES)


def test_readyz_tells_what_the_start_could_not_see(uow: UnitOfWorkFactory, redis_url: str) -> None:
    app = Flask(__name__)
    settings = collect_for("ZZZ")
    with make_redis(redis_url) as client:
        app.register_blueprint(
            health.blueprint(uow, lambda: client, lambda unit: unknown_codes(unit, settings, CITIES))
        )
        answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["warning"]) == (200, WRONG)


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_web_does_not_start_with_it(database_url: str, redis_url: str, environment: dict[str, str]) -> None:
    city = {**environment, **PRODUCTION, "DATABASE_URL": database_url, "REDIS_URL": redis_url, "COLLECT_FOR": "ZZZ"}
    with process(["-m", "gunicorn", "-c", "gunicorn.conf.py", "app:create_app()"], city) as web:
        assert web.process.wait(30) != 0
        assert WRONG in web.output
        assert "Traceback" not in web.output
