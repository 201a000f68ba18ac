"""What a request wants its answer to look like, and a tool its results: formats and schemas, where each vendor puts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from replaydbg.core.message import Json
from replaydbg.core.tool import ToolSpec

_KEYS = ("outputSchema", "output_schema")


def wanted_format(params: Mapping[str, Json]) -> dict[str, Json] | None:
    """`{}` where JSON was asked for, with its `schema` where one was given; None where text was wanted."""
    for holder in (params, params.get("text"), params.get("output_config"), params.get("generation_config")):
        if not isinstance(holder, Mapping):
            continue
        for key in ("response_format", "format", "output_format"):
            found = _of_format(holder.get(key))
            if found is not None:
                return found
        for key in ("response_json_schema", "responseJsonSchema", "response_schema", "responseSchema"):
            if isinstance(holder.get(key), dict):
                return {"schema": holder[key]}
        if "json" in str(holder.get("response_mime_type") or holder.get("responseMimeType")):
            return {}
    return None


def _of_format(value: Json) -> dict[str, Json] | None:
    if value in ("json", "json_object"):
        return {}
    if not isinstance(value, dict):
        return None
    kind = value.get("type")
    if kind in ("json_object", "json"):  # a tuple: anything may stand there, also what a set cannot look up
        return {"schema": value["schema"]} if isinstance(value.get("schema"), dict) else {}
    if kind != "json_schema":
        return None
    inner = value.get("json_schema")
    schema = (inner if isinstance(inner, dict) else value).get("schema")
    return {"schema": schema} if isinstance(schema, (dict, bool)) else {}


def output_schema(spec: ToolSpec) -> Json | None:
    """The schema of the tool's results, where its offer has one."""
    raw: Any = spec.raw
    if not isinstance(raw, dict):
        return None
    for offer in (raw, *(raw.get(key) for key in ("function", "toolSpec", "tool"))):
        if not isinstance(offer, dict):
            continue
        for key in _KEYS:
            if isinstance(offer.get(key), dict):
                return offer[key]
    return None
