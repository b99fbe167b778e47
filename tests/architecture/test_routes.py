"""Every address of the house has a declared protection, and has it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import app as front_door
from infra import settings
from infra.embedded import StoreUrls
from infra.keys import with_keys

CHANGES = {"POST", "PUT", "PATCH", "DELETE"}

# rule → how it is protected. public: reading only, nothing personal. token: whoever holds the signed address.
# csrf: a form of ours. signed: the sender's signature over the body. header: only our own page can send it.
# bearer: a channel access token, or an agency's key. inside: from the machine's own networks only.
PROTECTION = {
    "/healthz": "public",
    "/readyz": "public",
    "/metrics": "inside",
    "/privacy": "public",
    "/privacy/static/<path:filename>": "public",
    "/passes/": "csrf",
    "/passes/pay": "csrf",
    "/passes/receipts/<token>": "token",
    "/passes/receipts/<token>/qr.png": "token",
    "/passes/odds/<path:draw_id>/<language>.png": "public",
    "/draws/": "public",
    "/draws/static/<path:filename>": "public",
    "/draws/verify_draw.py": "public",
    "/draws/verifiers/<sha256>/verify_draw.py": "public",
    "/draws/check": "public",
    "/draws/<path:draw_id>/log.tsv": "public",
    "/draws/<path:draw_id>/late.tsv": "public",
    "/draws/<path:draw_id>/promotions.tsv": "public",
    "/draws/<path:draw_id>/<name>": "public",
    "/staff/login": "csrf",
    "/staff/setup/<token>": "token csrf",
    "/staff/static/<path:filename>": "public",
    "/pay/static/<path:filename>": "public",
    "/p/<token>": "token csrf",
    "/p/<token>/other": "token csrf",
    "/p/<token>/carry": "token signed",
    "/p/<token>/back": "token",
    "/p/<token>/store/<int:page>": "token",
    "/p/<token>/store/<int:page>.png": "token",
    "/b/<token>.png": "token",
    "/refund/<token>": "token csrf",
    "/person/<token>": "token csrf",
    "/r/<token>": "token",
    "/r/<token>.pdf": "token",
    "/c/<token>.ics": "token",
    "/pay/notify/<provider>": "signed",
    "/mydata/static/<path:filename>": "public",
    "/mydata/<token>": "token csrf",
    "/records/<token>": "token csrf",
    "/agency/v1/openapi.json": "public",
    "/agency/v1/": "bearer",
    "/agency/v1/<path:rest>": "bearer",
    "/agency/v1/bills": "bearer",
    "/agency/v1/bills/<number>": "bearer",
    "/agency/v1/bills/<number>/slip-qr.svg": "bearer",
    "/agency/v1/write-offs": "bearer",
    "/agency/v1/write-offs/acknowledgements": "bearer",
    "/agency/v1/statement": "bearer",
    "/agency/v1/cases": "bearer",
    "/agency/v1/holders": "bearer",
    "/agency/v1/passes": "bearer",
    "/agency/v1/members/nonces": "bearer",
    "/agency/v1/members/standing": "bearer",
    "/agency/v1/members/unlink": "bearer",
    "/demobank/static/<path:filename>": "public",
    "/demobank/<trade_number>": "token csrf",
    "/console/static/<path:filename>": "public",
    "/v2/bot/<path:_rest>": "bearer",
}
STAFF = "/staff/"  # behind the gate, which asks for a power; every change needs the form's token
CONSOLE = "/console/"  # console mode only, on loopback; every change needs the page's own header


@pytest.fixture
def app(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Flask]:
    given = with_keys(settings.load({"PARKLINE_VAR": str(tmp_path)}), tmp_path)
    made = front_door.create_app(given, StoreUrls(database_url, redis_url))
    yield made
    made.extensions["house"].engine.dispose()


def protection(rule: str) -> set[str]:
    if rule.startswith(CONSOLE) and rule not in PROTECTION:
        return {"header"}
    if rule.startswith(STAFF) and rule not in PROTECTION:
        return {"gate", "csrf"}
    return set(PROTECTION.get(rule, "").split())


def address(rule: str) -> str:
    """The rule with values for its parts that its converters take."""
    made_up = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1"}
    filled = rule.replace("<path:_rest>", "message/push")
    return re.sub(r"<(?:(\w+):)?(\w+)>", lambda part: made_up.get(part[1] or "", part[2]), filled)


def test_every_route_declares_its_protection(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert [rule for rule in sorted(rules) if not protection(rule)] == []
    assert sorted(set(PROTECTION) - rules) == [], "declared, but no longer there"


def test_what_changes_something_is_protected_against_forgery(app: Flask) -> None:
    client = app.test_client()
    refused = {"csrf": {400}, "signed": {400, 401, 404}, "header": {403}, "bearer": {401, 404}}
    tried = 0
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) & CHANGES:
            ways = protection(rule.rule) & set(refused)
            assert ways, f"{method} {rule.rule} is open"
            answer = client.open(address(rule.rule), method=method, data=b"{}", content_type="application/json")
            expected = set().union(*(refused[way] for way in ways))
            assert answer.status_code in expected, f"{method} {rule.rule}: {answer.status_code}"
            tried += 1
    assert tried > 10


def test_every_route_has_the_strict_headers(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and rule.rule != "/console/api/state":
            headers = client.get(address(rule.rule)).headers
            policy = headers.get("Content-Security-Policy", "")
            assert "default-src 'none'" in policy, rule.rule
            assert "unsafe" not in policy, rule.rule
            assert headers.get("X-Content-Type-Options") == "nosniff", rule.rule
