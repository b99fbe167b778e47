"""The API holds to its document: whatever is sent, an answer that is in it, and never our own failure."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from tests.agency.conftest import Api, api_on
from tests.writeoffs.conftest import town_on
from web.agency.document import document
from web.agency.operations import OPERATIONS, Operation

NAMES = [operation.name for operation in OPERATIONS]
SOAK = pytest.mark.soak
# Rows of bills are refused one by one, in their results; a lot or a day may be of the shape and yet not the key's.
LOOSE = {"take_bills": [negative_data_rejection], "gate_passes": [positive_data_acceptance]}


@pytest.fixture
def free(town_engine: Engine) -> Iterator[Api]:
    """The API without its limit of calls."""
    with town_on(town_engine) as town:
        town.join(webhook=False)
        made = api_on(town)
        made.app.extensions["limiter"].pop().enabled = False
        yield made


@pytest.mark.parametrize("examples", [pytest.param(8, marks=pytest.mark.slow), pytest.param(300, marks=SOAK)])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_no_answer_but_a_documented_one(free: Api, name: str, mode: GenerationMode, examples: int) -> None:
    schema = schemathesis.openapi.from_wsgi("/agency/v1/openapi.json", free.app)
    operation = schema.find_operation_by_label(_label(name))
    assert operation is not None

    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )  # fmt: skip
    def hold(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {free.key}"}, excluded_checks=LOOSE.get(name, []))

    hold()


def _label(name: str) -> str:
    (one,) = [operation for operation in OPERATIONS if operation.name == name]
    path = one.path.replace("<", "{").replace(">", "}")
    return f"{one.method} {path}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_refusals_are_problems(free: Api, operation: Operation) -> None:
    path = "/agency/v1" + operation.path.replace("<number>", "W1")

    def refused(status: int, method: str, key: str, **more: Any) -> TestResponse:
        answer = free.client.open(path, method=method, headers={"Authorization": f"Bearer {key}"}, **more)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert (answer.json["status"], set(answer.json)) == (status, {"type", "title", "status", "detail"})
        return answer

    refused(401, operation.method, "parkline_nobody")
    refused(400, operation.method, free.key, query_string={"unheard": "1"})
    if operation.body:
        refused(415, operation.method, free.key, data="{}", content_type="text/plain")
        refused(400, operation.method, free.key, data="{", content_type="application/json")
    assert refused(405, "PUT", free.key).headers["Allow"] == operation.method


def test_the_document_names_what_is_served_and_no_more(free: Api) -> None:
    told = document("https://park.example")
    assert told["openapi"] == "3.1.0"
    served = {
        (rule.rule.removeprefix("/agency/v1").replace("<", "{").replace(">", "}"), method)
        for rule in free.app.url_map.iter_rules()
        if rule.endpoint.startswith("agency.") and rule.endpoint != "agency.nothing"
        for method in (rule.methods or set()) - {"HEAD"}
    }
    written = {(path, method.upper()) for path, methods in told["paths"].items() for method in methods}
    assert served - {("/openapi.json", "GET")} == written
    assert free.client.get("/agency/v1/openapi.json").json == told
