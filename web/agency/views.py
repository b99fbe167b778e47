"""/agency/v1/…: a key, a checked call, one transaction, an answer; every error is a problem+json."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from flask import Blueprint, request
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from flask_wtf import CSRFProtect
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from domain.agencyapi import BILL_NUMBER, MOST_BATCH_BYTES
from infra.database import UnitOfWork, UnitOfWorkFactory
from services.agencyapi import keys
from services.agencyapi.answers import OtherCallError, SameCall
from services.agencyapi.keys import Caller
from web.agency.document import document
from web.agency.operations import OPERATIONS, SVG, Call, Operation, Services, encoded
from web.agency.problems import ApiError, first_mistake, response

ROOT = "/agency/v1"
LIMIT = "600 per minute"  # calls of one key, or of one address without a key
BEARER = re.compile(r"Bearer ([!-~]{1,200})")
IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,64}")
EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")

log = structlog.get_logger(__name__)


def blueprint(
    units: UnitOfWorkFactory, services: Services, csrf: CSRFProtect, limiter: Limiter, public_url: str
) -> Blueprint:
    """The API. A key in a header guards it, which no page of another site can send: no form token is asked for."""
    room = Blueprint("agency", __name__, url_prefix=ROOT)
    csrf.exempt(room)
    told = orjson.dumps(document(public_url))

    @room.get("/openapi.json", provide_automatic_options=False)
    def openapi() -> Response:
        return Response(told, mimetype="application/json")

    limited = limiter.limit(LIMIT, key_func=_who)
    for operation in OPERATIONS:
        room.add_url_rule(
            operation.path,
            operation.name,
            limited(_view(operation, units, services)),
            methods=[operation.method],
            provide_automatic_options=False,
        )
    room.add_url_rule("/", "nothing", _nothing, methods=EVERY_METHOD, defaults={"rest": ""})
    room.add_url_rule("/<path:rest>", "nothing", _nothing, methods=EVERY_METHOD)
    room.register_error_handler(Exception, _problem)
    return room


def _view(operation: Operation, units: UnitOfWorkFactory, services: Services) -> Callable[..., Response]:
    def view(number: str = "") -> Response:
        request.max_content_length = MOST_BATCH_BYTES
        with units() as uow:
            caller = _caller(uow, operation)
        if "<number>" in operation.path and not BILL_NUMBER.fullmatch(number):
            raise ApiError(400, "number: must be 1 to 40 capital letters or digits")
        query, sent = _query(operation), _sent(operation)
        body = _body(operation, sent)
        key = request.headers.get("Idempotency-Key") if operation.body and not operation.secret else None
        if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
            raise ApiError(400, "Idempotency-Key: must be 1 to 64 printable ASCII characters without blanks")
        with units() as uow:
            call = Call(uow, caller, services, query, body, number)
            answer = encoded(operation.does(call)) if key is None else _once(operation, call, key, sent)
        return Response(answer, mimetype=SVG if operation.answer is None else "application/json", headers=_NO_STORE)

    view.__name__ = operation.name
    return view


_NO_STORE = {"Cache-Control": "no-store"}


def _once(operation: Operation, call: Call, key: str, sent: bytes) -> bytes:
    """The answer of this call, or the one it got before."""
    try:
        same = SameCall(call.uow, call.caller, key, operation.name.encode() + b"\0" + sent)
    except OtherCallError:
        raise ApiError(409, "the Idempotency-Key was used for another call") from None
    if same.answer is not None:
        return same.answer
    answer = encoded(operation.does(call))
    same.keep(answer)
    return answer


def _caller(uow: UnitOfWork, operation: Operation) -> Caller:
    given = BEARER.fullmatch(request.headers.get("Authorization", ""))
    caller = keys.caller(uow, given[1]) if given else None
    if caller is None:
        raise ApiError(401, "a key of this API is needed", {"WWW-Authenticate": "Bearer"})
    if operation.scope not in caller.scopes:
        raise ApiError(403, f"the key has not the scope {operation.scope.value}")
    return caller


def _query(operation: Operation) -> Any:
    given = request.args.to_dict()
    if len(given) != len(list(request.args.items(multi=True))):
        raise ApiError(400, "a parameter is there twice")
    if operation.query is None:
        if given:
            raise ApiError(400, "no parameters here")
        return None
    try:
        return operation.query.model_validate_strings(given)
    except ValidationError as error:
        raise ApiError(400, first_mistake(error)) from None


def _sent(operation: Operation) -> bytes:
    if operation.body is None:
        return b""
    if request.mimetype != "application/json":
        raise ApiError(415, "the body must be application/json")
    return request.get_data(cache=False)


def _body(operation: Operation, sent: bytes) -> Any:
    """In its shape. Rows of bills are left as they are: each is checked where files are, and has its own result."""
    if operation.body is None:
        return None
    try:
        return orjson.loads(sent) if operation.rows else operation.body.model_validate_json(sent)
    except orjson.JSONDecodeError:
        raise ApiError(400, "the body is no JSON") from None
    except ValidationError as error:
        raise ApiError(400, first_mistake(error)) from None


def _nothing(rest: str) -> Response:
    methods = {one.method for one in OPERATIONS if _pattern(one.path).fullmatch(f"/{rest}")}
    methods |= {"GET"} if rest == "openapi.json" else set()
    if methods:
        raise ApiError(405, "not with this method", {"Allow": ", ".join(sorted(methods))})
    raise ApiError(404, "there is no such address; /agency/v1/openapi.json tells which there are")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"<\w+>", "[^/]+", path))


def _who() -> str:
    """Whose calls are counted together: a key's, never kept itself, else an address's."""
    given = request.headers.get("Authorization")
    return hashlib.sha256(given.encode()).hexdigest()[:32] if given else str(request.remote_addr)


def _problem(error: Exception) -> Response:
    if isinstance(error, ApiError):
        return response(error)
    if isinstance(error, RateLimitExceeded):
        return response(ApiError(429, f"at most {LIMIT}"))
    if isinstance(error, RequestEntityTooLarge):
        return response(ApiError(413, f"at most {MOST_BATCH_BYTES} bytes"))
    if isinstance(error, HTTPException):
        return response(ApiError(error.code or 400, "the call cannot be read"))
    if isinstance(error, OperationalError | PoolTimeoutError):
        log.warning("agency_call_not_kept", error=type(error).__name__)
        return response(ApiError(503, "nothing was kept; the same call again"))
    log.error("request_failed", exc_info=error)
    return response(ApiError(500, "something went wrong on our side; it has been logged"))
