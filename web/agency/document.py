"""The OpenAPI 3.1 document, made from the operations that are served: what is not in them is not in it."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from domain.agencyapi import MOST_BATCH_BYTES
from web.agency.operations import OPERATIONS, SVG, Operation
from web.agency.problems import MEDIA_TYPE
from web.agency.shapes import Problem

VERSION = "1.0.0"
JSON = "application/json"
REF = "#/components/schemas/{model}"
NUMBER = {"type": "string", "pattern": "^[A-Z0-9]{1,40}$"}
PROBLEMS: Mapping[int, str] = {
    400: "The call is not as described; `detail` says where.",
    401: "No key, or one that opens nothing.",
    403: "The key is not for this.",
    404: "There is no such thing.",
    409: "The Idempotency-Key was used for another call.",
    413: f"More than {MOST_BATCH_BYTES // 2**20} MiB.",
    415: "The body must be application/json.",
    429: "Too many calls: come again after `Retry-After`.",
    503: "For a moment nothing can be kept: the same call again, with the same Idempotency-Key.",
}


def problems_of(operation: Operation) -> list[int]:
    """The statuses it may answer besides 200."""
    writes = [413, 415] if operation.body else []
    writes += [409] if operation.body and not operation.secret else []
    return sorted([400, 401, 403, *([404] if operation.missing else []), *writes, 429, 503])


def document(public_url: str) -> dict[str, Any]:
    """The document, as /agency/v1/openapi.json gives it."""
    shapes: list[type[BaseModel]] = [Problem]
    shapes += [shape for one in OPERATIONS for shape in (one.body, one.answer) if shape is not None]
    _, schemas = models_json_schema([(shape, "validation") for shape in dict.fromkeys(shapes)], ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        path = re.sub(r"<(\w+)>", r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _told(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ParkLine 停車通: agencies",
            "version": VERSION,
            "description": "Bills in, write-offs (銷帳) out. docs/agencies.md has a client to begin with.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": f"{public_url}/agency/v1"}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"agencyKey": {"type": "http", "scheme": "bearer"}},
        },
    }


def _told(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": {"description": "Done.", "content": _content(operation)}}
    for status in problems_of(operation):
        content = {MEDIA_TYPE: {"schema": _ref(Problem)}}
        answers[str(status)] = {"description": PROBLEMS[status], "content": content}
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Scope: {operation.scope.value}.",
        "security": [{"agencyKey": [operation.scope.value]}],
        "parameters": _parameters(operation),
        "responses": answers,
    }
    if operation.body is not None:
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref(operation.body)}}}
    return told


def _content(operation: Operation) -> dict[str, Any]:
    if operation.answer is None:
        return {SVG: {"schema": {"type": "string"}}}
    return {JSON: {"schema": _ref(operation.answer)}}


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in re.findall(r"<(\w+)>", operation.path):
        found.append({"name": name, "in": "path", "required": True, "schema": NUMBER})
    if operation.query is not None:
        shape = operation.query.model_json_schema()
        for name, schema in shape["properties"].items():
            required = name in shape.get("required", ())
            found.append({"name": name, "in": "query", "required": required, "schema": _without_null(schema)})
    if operation.body is not None and not operation.secret:
        schema = {"type": "string", "pattern": "^[!-~]{1,64}$"}
        told = "The same call again under the same key gets the same answer, for two days."
        found.append({"name": "Idempotency-Key", "in": "header", "description": told, "schema": schema})
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query has no null: a value is there or it is not."""
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return {**kept, **(choices[0] if choices else {})}


def _ref(shape: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=shape.__name__)}
