"""Tools of our own as every dialect of schemas writes them, and calls as every recorder keeps their arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from replaydbg.core.message import ToolCall
from replaydbg.core.tool import ToolSpec
from replaydbg.wire.arguments import call_from_any, call_from_raw
from replaydbg.wire.tool_specs import read_tools

Schema = dict[str, Any]

TOOLS: dict[str, Schema] = {
    "find_flights": {
        "type": "object",
        "properties": {
            "origin": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "destination": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "cabin": {"type": "string", "enum": ["economy", "premium", "business"]},
            "passengers": {"type": "integer", "minimum": 1, "maximum": 9},
        },
        "required": ["origin", "destination", "cabin", "passengers"],
        "additionalProperties": False,
    },
    "book": {
        "type": "object",
        "properties": {
            "flight": {
                "type": "object",
                "properties": {"number": {"type": "string"}, "day": {"type": "string"}},
                "required": ["number", "day"],
                "additionalProperties": False,
            },
            "seats": {"type": "array", "items": {"type": "string"}, "minItems": 1},
            "insured": {"type": "boolean"},
        },
        "required": ["flight", "seats", "insured"],
        "additionalProperties": False,
    },
    "refund": {
        "type": "object",
        "properties": {
            "amount": {"type": "number", "minimum": 0},
            "currency": {"type": "string", "enum": ["EUR", "USD", "GBP"]},
            "note": {"type": "string", "maxLength": 40},
        },
        "required": ["amount", "currency", "note"],
        "additionalProperties": False,
    },
    "tag": {
        "type": "object",
        "properties": {
            "labels": {"type": "array", "items": {"type": "string", "enum": ["late", "vip", "new"]}}
        },
        "required": ["labels"],
        "additionalProperties": False,
    },
    "now": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
}
VALID: dict[str, list[dict[str, Any]]] = {
    "find_flights": [
        {"origin": "OSL", "destination": "LIS", "cabin": "economy", "passengers": 2},
        {"origin": "JFK", "destination": "CDG", "cabin": "business", "passengers": 1},
    ],
    "book": [
        {"flight": {"number": "TP 781", "day": "2026-06-02"}, "seats": ["12A", "12B"], "insured": True},
        {"flight": {"number": "SK 4", "day": "tomorrow"}, "seats": ["1F"], "insured": False},
    ],
    "refund": [
        {"amount": 120.5, "currency": "EUR", "note": "spät, € 120"},
        {"amount": 7, "currency": "USD", "note": ""},
    ],
    "tag": [{"labels": ["late", "vip"]}, {"labels": ["new"]}],
    "now": [{}],
}


@dataclass(frozen=True)
class Dialect:
    """`offer` writes the tools; `forbids_extra` says whether the dialect can forbid fields that it does not list."""

    name: str
    offer: Callable[[Mapping[str, Schema]], Any]
    forbids_extra: bool = True

    def tools(self) -> tuple[ToolSpec, ...]:
        tools = read_tools(json.loads(json.dumps(self.offer(TOOLS))))
        assert [tool.name for tool in tools] == list(TOOLS)
        return tools


def _each(change: Callable[[Schema], Schema]) -> Callable[[Schema], Schema]:
    """The change at every schema inside a schema, the innermost first."""

    def changed(schema: Schema) -> Schema:
        inner = dict(schema)
        if "properties" in inner:
            inner["properties"] = {name: changed(one) for name, one in inner["properties"].items()}
        if "items" in inner:
            inner["items"] = changed(inner["items"])
        return change(inner)

    return changed


@_each
def _gemini(schema: Schema) -> Schema:
    counts = {key: str(value) for key, value in schema.items() if key in {"minItems", "maxLength"}}
    plain = {key: value for key, value in schema.items() if key != "additionalProperties"}
    return {**plain, **counts, "type": schema["type"].upper()}


@_each
def _bfcl(schema: Schema) -> Schema:
    python = {
        "object": "dict",
        "array": "list",
        "number": "float",
        "integer": "int",
        "string": "str",
        "boolean": "bool",
    }
    return {**schema, "type": python[schema["type"]]}


@_each
def _mlflow(schema: Schema) -> Schema:
    absent = dict.fromkeys(
        ("enum", "anyOf", "minItems", "maxLength", "description", "default", "items", "pattern")
    )
    return {**absent, **schema}


def _drafted(schema: Schema) -> Schema:
    """Draft 7, with a definition for the object inside."""
    properties, definitions = dict(schema["properties"]), {}
    for name, inner in schema["properties"].items():
        if inner["type"] == "object":
            definitions[name] = inner
            properties[name] = {"$ref": f"#/definitions/{name}"}
    draft = "http://json-schema.org/draft-07/schema#"
    return {**schema, "$schema": draft, "properties": properties, "definitions": definitions}


def _function(name: str, schema: Schema, **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": "", "parameters": schema, **more}}


DIALECTS = (
    Dialect("OpenAI Chat", lambda tools: [_function(*pair) for pair in tools.items()]),
    Dialect("OpenAI strict", lambda tools: [_function(*pair, strict=True) for pair in tools.items()]),
    Dialect("OpenAI Responses", lambda tools: [{"type": "function", "name": n, "parameters": s} for n, s in tools.items()]),
    Dialect("Anthropic", lambda tools: [{"name": n, "input_schema": s} for n, s in tools.items()]),
    Dialect("Gemini", lambda tools: [{"functionDeclarations": [{"name": n, "parameters": _gemini(s)} for n, s in tools.items()]}], forbids_extra=False),
    Dialect("MCP", lambda tools: {"tools": [{"name": n, "inputSchema": s} for n, s in tools.items()]}),
    Dialect("Bedrock", lambda tools: [{"toolSpec": {"name": n, "inputSchema": {"json": s}}} for n, s in tools.items()]),
    Dialect("MLflow", lambda tools: [_function(n, _mlflow(s)) for n, s in tools.items()]),
    Dialect("BFCL", lambda tools: [{"name": n, "parameters": _bfcl(s)} for n, s in tools.items()]),
    Dialect("draft 7", lambda tools: [_function(n, _drafted(s)) for n, s in tools.items()]),
)  # fmt: skip

SHAPES: dict[str, Callable[[str, str, Any], ToolCall]] = {
    "text": lambda id_, name, value: call_from_raw(id_, name, json.dumps(value)),
    "text with spaces": lambda id_, name, value: call_from_raw(id_, name, json.dumps(value, indent=2, ensure_ascii=False)),
    "a value": ToolCall,
    "text or value": lambda id_, name, value: call_from_any(id_, name, json.dumps(value) if len(value) % 2 else value),
}  # fmt: skip
"""How recorders keep arguments. Broken text can only be kept as text."""
