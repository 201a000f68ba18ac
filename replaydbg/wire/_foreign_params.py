"""Parameters of one shape in the words of another, and those that another shape refuses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from replaydbg.core.message import Json
from replaydbg.wire import loose

ONLY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "anthropic": frozenset(
            {"thinking", "output_config", "context_management", "mcp_servers", "container"}
        ),
        "google": frozenset(
            {
                "generationConfig",
                "safetySettings",
                "toolConfig",
                "cachedContent",
                "labels",
                "serviceTier",
                "top_k",
            }
        ),
    }
)
"""By the provider of a recording: what its requests may hold and no other shape has."""

_RESPONSES = frozenset(
    {
        "background", "conversation", "include", "max_output_tokens", "max_tool_calls", "previous_response_id", "prompt",
        "reasoning", "text", "truncation",
    }
)  # fmt: skip
_CHAT = frozenset(
    {
        "audio", "frequency_penalty", "function_call", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens",
        "modalities", "n", "prediction", "presence_penalty", "reasoning_effort", "response_format", "seed", "stop",
        "verbosity", "web_search_options",
    }
)  # fmt: skip


def speaks_responses(params: Mapping[str, Json]) -> bool:
    """Whether a request with these parameters was one of OpenAI Responses."""
    return not _RESPONSES.isdisjoint(params)


def for_chat(params: Mapping[str, Json]) -> dict[str, Json]:
    """Parameters of OpenAI Responses by the names of Chat Completions; what that has not is left out."""
    if not speaks_responses(params):
        return dict(params)
    kept = {name: value for name, value in params.items() if name not in _RESPONSES}
    text, effort = loose.mapping(params.get("text")), loose.mapping(params.get("reasoning")).get("effort")
    if params.get("max_output_tokens") is not None:
        kept.setdefault("max_completion_tokens", params["max_output_tokens"])
    if effort is not None:
        kept.setdefault("reasoning_effort", effort)
    if "verbosity" in text:
        kept["verbosity"] = text["verbosity"]
    match text.get("format"):
        case {"type": "json_schema", **rest}:
            kept["response_format"] = {"type": "json_schema", "json_schema": rest}
        case {"type": "json_object"} as plain:
            kept["response_format"] = plain
    match kept.get("tool_choice"):
        case {"type": "function", "name": str(name)}:
            kept["tool_choice"] = {"type": "function", "function": {"name": name}}
    return kept


def for_responses(params: Mapping[str, Json]) -> dict[str, Json]:
    """Parameters of Chat Completions by the names of OpenAI Responses; what that has not is left out.

    The history is sent whole, so what names it by an id goes.
    """
    named = {"previous_response_id", "conversation", "background"}
    kept = {name: value for name, value in params.items() if name not in _CHAT and name not in named}
    tokens = params.get("max_completion_tokens", params.get("max_tokens"))
    if tokens is not None:
        kept.setdefault("max_output_tokens", tokens)
    if params.get("reasoning_effort") is not None:
        kept["reasoning"] = {"effort": params["reasoning_effort"], **loose.mapping(kept.get("reasoning"))}
    text = dict(loose.mapping(kept.get("text")))
    if params.get("verbosity") is not None:
        text.setdefault("verbosity", params["verbosity"])
    match params.get("response_format"):
        case {"type": "json_schema", "json_schema": dict(schema)}:
            text.setdefault("format", {"type": "json_schema", **schema})
        case {"type": "json_object"} as plain:
            text.setdefault("format", plain)
    if text:
        kept["text"] = text
    match kept.get("tool_choice"):
        case {"type": "function", "function": {"name": str(name)}}:
            kept["tool_choice"] = {"type": "function", "name": name}
    return kept
