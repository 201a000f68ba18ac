"""What a record of a raw chat log says about a model call beside its messages, under the names that loggers use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _moments
from replaydbg.wire import anthropic_messages, loose, openai_chat, tool_specs

NAN = float("nan")
"""One object, so that facts without a cost are equal."""

_SESSION_KEYS = (
    "session_id", "conversation_id", "thread_id", "trace_id", "run_id", "chat_id", "litellm_session_id",
    "litellm_trace_id", "Helicone-Session-Id",
)  # fmt: skip
_START_KEYS = ("start_time", "startTime", "started_at", "start", "request_time", "request_created_at")
_END_KEYS = ("end_time", "endTime", "ended_at", "end", "response_time", "response_created_at")
_LOGGED_KEYS = ("timestamp", "created_at", "time", "ts", "created", "logging_time")
_SECONDS_KEYS = (
    ("latency_sec", 1e9), ("duration_seconds", 1e9), ("latency_ms", 1e6), ("duration_ms", 1e6), ("delay_ms", 1e6),
    ("latencyMs", 1e6), ("response_time", 1e6),
)  # fmt: skip
PARAMETERS = ("optional_params", "model_parameters")
"""Where some loggers keep the parameters of a call apart from what else they say of it."""
_COST_KEYS = ("cost", "cost_usd", "response_cost", "total_cost", "costUSD", "spend")
KEYS = frozenset(
    {*_SESSION_KEYS, *_START_KEYS, *_END_KEYS, *_LOGGED_KEYS, *_COST_KEYS, *(key for key, _ in _SECONDS_KEYS)}
)
"""What stands beside the parameters of a call in a flat record and is none of them."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a record says about a call beside its messages."""

    model: str = ""
    response_model: str = ""
    provider: str = ""
    agent: str = ""
    tools: tuple[ToolSpec, ...] | None = None
    params: Mapping[str, Json] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    cost_usd: float = NAN
    start_ns: int = NOT_RECORDED
    end_ns: int = NOT_RECORDED
    error: str = ""


def facts(
    asked: ModelRequest, reply: Reply | None, body: dict[str, Json], response: Json, record: dict[str, Json]
) -> Facts:
    options: dict[str, Json] = {}
    for key in ("kwargs", *PARAMETERS):
        options |= loose.mapping(record.get(key)) if body is not record.get(key) else {}
    start, end = _times(record, response)
    usage = reply.usage if reply else Usage()
    if usage == Usage() and isinstance(record.get("usage"), dict):
        usage = _usage(record["usage"])
    offered = body["tools"] if "tools" in body else body.get("functions", options.get("tools"))
    asked_tools = asked.tools or tool_specs.read_tools(offered)
    is_told = isinstance(offered, list) or bool(asked.tools) or _is_whole_request(body, record)
    params = {
        **{key: value for key, value in options.items() if key not in {"tools", "messages"}},
        **asked.params,
    }
    return Facts(
        model=asked.model or loose.text(record.get("model")) or (reply.model if reply else ""),
        response_model=reply.model if reply else "",
        provider=asked.provider or loose.text(record.get("custom_llm_provider")),
        agent=loose.text(record.get("agent_name")) or loose.text(record.get("agent")),
        # A request without offers offered nothing; a message list of somebody's own making only does not say.
        tools=asked_tools if is_told else None,
        params=params,
        usage=usage,
        cost_usd=_number(record, _COST_KEYS),
        start_ns=start,
        end_ns=end,
        error=_error(record, response, reply),
    )


_PLAIN_KEYS = frozenset({"role", "content", "name", "tool_calls", "tool_call_id"})
_NOTHING = Facts()


def of_talk(facts: Facts) -> Facts:
    """What holds for every reply of a message list; time and tokens of the whole are no single reply's."""
    return Facts(facts.model, "", facts.provider, facts.agent, facts.tools, facts.params)


def of_message(item: dict[str, Json]) -> Facts:
    """What a message says of itself, as some loggers have it."""
    if item.keys() <= _PLAIN_KEYS:
        return _NOTHING
    start, end = _times(item, None)
    return Facts(
        model=loose.text(item.get("model")),
        usage=_usage(item.get("usage")),
        cost_usd=_number(item, _COST_KEYS),
        start_ns=start,
        end_ns=end,
    )


def joined(whole: Facts, own: Facts) -> Facts:
    """Facts of one reply: its own before those of its list."""
    return replace(
        own,
        model=own.model or whole.model,
        provider=whole.provider,
        agent=whole.agent,
        tools=whole.tools,
        params=whole.params,
    )


def _is_whole_request(body: dict[str, Json], record: dict[str, Json]) -> bool:
    """A request body as it was sent, inside the record of a proxy: what it does not name was not there."""
    return body is not record and "model" in body and ("request" in record or "body" in record)


def _usage(value: Json) -> Usage:
    usage = openai_chat.read_usage(value)
    return usage if usage != Usage() else anthropic_messages.read_usage(value)


def _error(record: dict[str, Json], response: Json, reply: Reply | None) -> str:
    """The recording's words for what went wrong; "" where nothing did."""
    for holder in (record, loose.mapping(response), loose.mapping(record.get("response"))):
        error: Any = holder.get("error") or holder.get("exception") or holder.get("error_str")
        if error and (holder is not response or reply is None or not reply.message.parts):
            words = loose.mapping(error).get("message") or error
            return words if isinstance(words, str) else loose.encoded(words)
    status = loose.mapping(record.get("response")).get("status")
    if isinstance(status, int) and status >= 400:
        return f"HTTP status {status}"
    return ""


def _times(record: dict[str, Json], response: Json) -> tuple[int, int]:
    start, end = _moment(record, _START_KEYS), _moment(record, _END_KEYS)
    logged = _moment(record, _LOGGED_KEYS)
    taken = next(
        (int(_number(record, (key,)) * unit) for key, unit in _SECONDS_KEYS if _number(record, (key,)) >= 0),
        NOT_RECORDED,
    )
    if start < 0 and logged >= 0 and taken >= 0 and end < 0:
        start, end = max(logged - taken, 0), logged  # who knows how long it took writes when it was over
    if start < 0:
        start = logged if logged >= 0 else _moment(loose.mapping(response), ("created", "created_at"))
    if end < 0 <= min(start, taken):
        end = start + taken
    return start, end if end >= start else NOT_RECORDED


def are_newest_first(records: Iterable[dict[str, Json]]) -> bool:
    """Whether a log is told backwards, as pages of gateways are: then each call would come before those that it goes on from."""
    starts = [_times(record, None)[0] for record in records]
    return len(starts) > 1 and all(0 <= later < earlier for earlier, later in pairwise(starts))


def _moment(holder: dict[str, Json], keys: tuple[str, ...]) -> int:
    moments = (_moments.nanoseconds(holder.get(key)) for key in keys)
    return next((moment for moment in moments if moment >= 0), NOT_RECORDED)


def _number(holder: dict[str, Json], keys: tuple[str, ...]) -> float:
    for key in keys:
        value = holder.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e9:
            return float(value)
    return NAN


def session(record: dict[str, Json]) -> str:
    """The session that the record names. In LiteLLM's payloads `trace_id` is that of one request and its retries."""
    no_session = "trace_id" if "litellm_call_id" in record else ""
    for holder in (record, *(loose.mapping(record.get(key)) for key in ("metadata", "request_properties"))):
        for key in _SESSION_KEYS:
            value = holder.get(key) if holder is not record or key != no_session else None
            if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
                return f"{value}"
    return ""
