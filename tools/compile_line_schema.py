"""Compile LINE's OpenAPI description of the Messaging API into the JSON Schema that the console checks with.

    python tools/compile_line_schema.py [DIRECTORY_OF_LINE_OPENAPI]

The description cannot be used as it is: its unions are a base object with a `discriminator` and no `oneOf`, so an
OpenAPI validator checks nothing below `messages[i]`. Here every `allOf` chain is flattened, every discriminated base
becomes one if/then per entry of its mapping, every object is closed, and the `required` lists that are missing from the
description but told in LINE's reference are added (REQUIRED_BY_REFERENCE). Lengths that LINE counts in grapheme
clusters are left out: `web/console/lineapi/` counts them by hand.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "web" / "console" / "lineapi" / "schema"
SOURCE_FILE = "messaging-api.yml"
COMPILED_FILE = "messaging-api.json"

# The requests the console and the fake answer; everything they refer to is compiled with them.
ROOTS = (
    "ReplyMessageRequest",
    "PushMessageRequest",
    "MulticastRequest",
    "BroadcastRequest",
    "ValidateMessageRequest",
    "ShowLoadingAnimationRequest",
    "RichMenuRequest",
    "RichMenuBulkLinkRequest",
    "RichMenuBulkUnlinkRequest",
    "CreateRichMenuAliasRequest",
    "UpdateRichMenuAliasRequest",
)

# Told by the reference (action objects, rich menu object, items object, text message), missing from the description.
REQUIRED_BY_REFERENCE = {
    "PostbackAction": ["data"],
    "MessageAction": ["text"],
    "URIAction": ["uri"],
    "DatetimePickerAction": ["data", "mode"],
    "RichMenuSwitchAction": ["richMenuAliasId", "data"],
    "Action": ["type"],
    "RichMenuRequest": ["size", "selected", "name", "chatBarText", "areas"],
    "RichMenuSize": ["width", "height"],
    "RichMenuArea": ["bounds", "action"],
    "RichMenuBounds": ["x", "y", "width", "height"],
    "QuickReply": ["items"],
    "QuickReplyItem": ["type", "action"],
    "Emoji": ["index", "productId", "emojiId"],
    "ImagemapVideo": ["originalContentUrl", "previewImageUrl", "area"],
    "ImagemapExternalLink": ["linkUri", "label"],
    "FlexSpan": ["text"],
    "FlexBoxLinearGradient": ["angle", "startColor", "endColor"],
}

# Counted in grapheme clusters (guide "Character counting in a text"), which JSON Schema cannot.
COUNTED_IN_GRAPHEMES = {("RichMenuRequest", "chatBarText"), ("RichMenuRequest", "name")}

KEPT_KEYWORDS = ("type", "enum", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum")
REFERENCE = "#/components/schemas/"

Schema = dict[str, Any]


class Compiler:
    """Turns the named schemas of one OpenAPI document into draft-07 definitions."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self.schemas = schemas
        self.definitions: dict[str, Schema] = {}
        self.tags = {
            _name(target): (schema["discriminator"]["propertyName"], tag)
            for schema in schemas.values()
            if "discriminator" in schema
            for tag, target in schema["discriminator"]["mapping"].items()
        }

    def define(self, name: str) -> Schema:
        """A reference to the definition of `name`, compiled on first use."""
        if name not in self.definitions:
            self.definitions[name] = {}  # a place first: Flex boxes hold boxes
            source = self.schemas[name]
            self.definitions[name] = self._union(name, source) if "discriminator" in source else self._named(name)
        return {"$ref": f"#/definitions/{name}"}

    def _union(self, name: str, source: Schema) -> Schema:
        key = source["discriminator"]["propertyName"]
        mapping = source["discriminator"]["mapping"]
        branches = [
            {"if": {"properties": {key: {"const": tag}}}, "then": self.define(_name(target))}
            for tag, target in mapping.items()
        ]
        required = sorted({key, *source.get("required", []), *REQUIRED_BY_REFERENCE.get(name, [])})
        return {"type": "object", "required": required, "properties": {key: {"enum": list(mapping)}}, "allOf": branches}

    def _named(self, name: str) -> Schema:
        source = self.schemas[name]
        if "allOf" not in source and "properties" not in source and source.get("type") != "object":
            return self._value(source, name, "")
        properties, required = self._flatten(name, source)
        if name in self.tags:
            key, tag = self.tags[name]
            properties[key] = {"const": tag}
            required.add(key)
        closed: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
        if required:
            closed["required"] = sorted(required)
        return closed

    def _flatten(self, name: str, source: Schema) -> tuple[dict[str, Schema], set[str]]:
        """The properties and required names of an object with all that it inherits."""
        properties: dict[str, Schema] = {}
        required = {*source.get("required", []), *REQUIRED_BY_REFERENCE.get(name, [])}
        for part in source.get("allOf", []):
            parent = _name(part["$ref"]) if "$ref" in part else name
            inherited, more = self._flatten(parent, self.schemas[parent] if "$ref" in part else part)
            properties |= inherited
            required |= more
        for key, value in source.get("properties", {}).items():
            properties[key] = self._value(value, name, key)
        return properties, required

    def _value(self, source: Schema, owner: str, key: str) -> Schema:
        if "$ref" in source:
            return self.define(_name(source["$ref"]))
        kept = {keyword: source[keyword] for keyword in KEPT_KEYWORDS if keyword in source}
        if (owner, key) in COUNTED_IN_GRAPHEMES:
            kept.pop("maxLength")
        if "items" in source:
            kept["items"] = self._value(source["items"], owner, key)
        if isinstance(source.get("additionalProperties"), dict):
            kept["additionalProperties"] = self._value(source["additionalProperties"], owner, key)
        return kept


def _name(reference: str) -> str:
    return reference.removeprefix(REFERENCE)


def compile_schema(directory: Path) -> Schema:
    """The compiled schema of the description in `directory`, with the commit it came from."""
    document = yaml.safe_load((directory / SOURCE_FILE).read_text(encoding="utf-8"))
    compiler = Compiler(document["components"]["schemas"])
    for root in ROOTS:
        compiler.define(root)
    commit = (directory / "COMMIT").read_text(encoding="ascii").strip()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": f"Compiled by tools/compile_line_schema.py from {SOURCE_FILE} of line/line-openapi, commit "
        f"{commit}. Copyright LY Corporation, Apache-2.0 (LICENSE beside this file). Do not edit.",
        "definitions": dict(sorted(compiler.definitions.items())),
    }


def rendered(schema: Schema) -> str:
    """The text that is committed."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Compile, and copy the licence and the commit beside the result."""
    given = (
        sys.argv[1]
        if len(sys.argv) > 1
        else os.environ.get("LINE_OPENAPI_DIR", str(ROOT.parent / "shared/line-openapi"))
    )
    directory = Path(given)
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / COMPILED_FILE).write_text(rendered(compile_schema(directory)), encoding="utf-8")
    for name in ("LICENSE", "COMMIT"):
        (TARGET / name).write_bytes((directory / name).read_bytes())


if __name__ == "__main__":
    main()
