"""A run of LangSmith: a row of the few fields that the columns want, and what was said in it when somebody looks."""

from __future__ import annotations

from collections.abc import Iterable
from math import nan
from typing import Any

import msgspec

from replaydbg.core.columns import KIND_NUMBER, STATUS_NUMBER, Row
from replaydbg.core.message import Json
from replaydbg.core.step import NO_USAGE, Kind, Status, Usage
from replaydbg.readers._attributes import number
from replaydbg.readers._payloads import error_in, tool_message, unwrapped
from replaydbg.readers._records import (
    Observed,
    column,
    document_of,
    moment_ns,
    object_of_key,
    row_id,
    seen_of,
    text_of_key,
)
from replaydbg.wire import loose

_FIELDS = (
    "id", "name", "run_type", "start_time", "end_time", "parent_run_id", "trace_id", "dotted_order", "status", "error",
    "prompt_tokens", "completion_tokens", "total_cost",
)  # fmt: skip
_OF_THE_COMMAND_LINE = ("run_id", "token_usage", "costs")
SEVERAL = ("runs", "items", "post", "patch")
"""Where several runs stand in one record."""
NONE = msgspec.Raw(b"null")
RUN = msgspec.json.Decoder(
    msgspec.defstruct(
        "Run",
        [
            *((name, Any, None) for name in (*_FIELDS, *_OF_THE_COMMAND_LINE, "parent_run_ids")),
            *(
                (name, msgspec.Raw, NONE)
                for name in ("outputs", "extra", "metadata", "custom_metadata", "child_runs", *SEVERAL)
            ),
            ("child_run_ids", msgspec.Raw, NONE),
        ],
        gc=False,
    )
)


def seen_run(raw: msgspec.Raw) -> Any:
    return as_the_api_says(seen_of(raw, RUN))


def as_the_api_says(seen: Any) -> Any:
    """What LangSmith's command line and the second version of its API tell of a run, as the first version says it."""
    if seen.metadata != NONE:  # the second version has it beside `extra`, too
        seen.extra = msgspec.Raw(b"[%b,%b]" % (bytes(seen.extra), bytes(seen.metadata)))
    if isinstance(seen.run_type, str) and seen.run_type.isupper():
        seen.run_type, seen.status = seen.run_type.lower(), loose.text(seen.status).lower()
        above = loose.sequence(seen.parent_run_ids)
        seen.parent_run_id = seen.parent_run_id or (above[-1] if above else None)
    if seen.run_id is not None and seen.id is None:
        seen.id = seen.run_id
        used, costs = loose.mapping(seen.token_usage), loose.mapping(seen.costs)
        seen.prompt_tokens, seen.completion_tokens = used.get("prompt_tokens"), used.get("completion_tokens")
        seen.total_cost, seen.extra = costs.get("total_cost"), seen.custom_metadata
    return seen


def id_of(seen: Any) -> str:
    """The id of a run. The JavaScript SDK leaves it out where it completes one; the order still ends with it."""
    return row_id(seen.id) or loose.text(seen.dotted_order).rpartition(".")[2].rpartition("Z")[2]


def merged(raws: Iterable[msgspec.Raw]) -> Any:
    """The fields of a run that was told in several operations: later ones complete earlier ones."""
    whole, *later = map(seen_run, raws)
    for seen in later:
        for name in (*_FIELDS, "outputs", "extra"):
            value = getattr(seen, name)
            if value not in (None, NONE, msgspec.Raw(b"{}")):
                setattr(whole, name, value)
    return whole


def row_of(seen: Any, told: tuple[Any, ...]) -> tuple[str, Row]:
    """The trace and the row of a run; `told` is its handle, which begins with its id."""
    parent, trace_id = row_id(seen.parent_run_id), row_id(seen.trace_id)
    if not trace_id or (not parent and trace_id != id_of(seen)):
        path = [part.rpartition("Z")[2] for part in loose.text(seen.dotted_order).split(".")]
        parent = parent or (path[-2] if len(path) > 1 else "")
        trace_id = trace_id or path[0] or id_of(seen)
    extra = bytes(seen.extra)
    kind, name, agent = _kind(seen, extra)
    is_call = kind is Kind.MODEL_CALL
    tokens = _tokens(seen, _said(seen)) if is_call else (None, None)
    row = (
        told[0],
        parent,
        KIND_NUMBER[kind],
        name,
        agent,
        _model(extra) if is_call else "",
        moment_ns(seen.start_time),
        moment_ns(seen.end_time),
        STATUS_NUMBER[_status(seen, kind)],
        column(tokens[0]),
        column(tokens[1]),
        number(seen.total_cost) if is_call else nan,
        told,
    )
    return trace_id, row


# ---- facts ------------------------------------------------------------------------------------------------------

_KINDS = {"llm": Kind.MODEL_CALL, "tool": Kind.TOOL_EXECUTION, "retriever": Kind.RETRIEVAL}


def _kind(seen: Any, extra: bytes) -> tuple[Kind, str, str]:
    """Kind, name and agent. LangChain says which agent a run is of; the run that bears its name is the agent."""
    name = loose.text(seen.name)
    agent = text_of_key(extra, b"lc_agent_name")
    kind = _KINDS.get(loose.text(seen.run_type), Kind.OPAQUE)
    if kind is Kind.OPAQUE and (name == "AgentExecutor" or (agent and name == agent)):
        return Kind.AGENT_INVOCATION, name, name
    return kind, name or loose.text(seen.run_type) or "run", agent


def _model(extra: bytes) -> str:
    keys = (b"ls_model_name", b"model_name", b"model")
    return next(filter(None, (text_of_key(extra, key) for key in keys)), "")


def _status(seen: Any, kind: Kind) -> Status:
    """LangGraph stops to ask a person by an exception, which is no error; a tool's error may be told in its message only."""
    error = loose.text(seen.error)
    if seen.status == "interrupted" or error.startswith("GraphInterrupt("):
        return Status.UNSET
    if seen.status == "error" or error:
        return Status.ERROR
    told = kind is Kind.TOOL_EXECUTION and b'"error"' in bytes(seen.outputs)
    if told and error_in(tool_message(document_of(seen.outputs))):
        return Status.ERROR
    return Status.OK if seen.status == "success" else Status.UNSET


def _tokens(seen: Any, said: dict[str, Json]) -> tuple[int | None, int | None]:
    """What LangSmith counted, else what the reply itself says; its zeros may only mean that nobody counted."""
    counted = seen.prompt_tokens, seen.completion_tokens
    if (
        type(counted[0]) is int
        and type(counted[1]) is int
        and 0 < min(counted) <= max(counted) < loose.COUNT_END
    ):
        return counted
    return (
        loose.count(said.get("input_tokens", said.get("prompt_tokens", counted[0]))),
        loose.count(said.get("output_tokens", said.get("completion_tokens", counted[1]))),
    )


def _said(seen: Any) -> dict[str, Json]:
    """The tokens that a reply tells, under LangChain's names or OpenAI's."""
    outputs = bytes(seen.outputs)
    found = (object_of_key(outputs, key) for key in (b"usage_metadata", b"token_usage", b"usage"))
    return next(filter(None, found), {})


def _usage(seen: Any) -> Usage:
    said = _said(seen)
    details = {
        name: value
        for key, part in said.items()
        if key.endswith("_details")
        for name, value in loose.mapping(part).items()
    }
    return Usage(
        *_tokens(seen, said),
        loose.count(details.get("cache_read", details.get("cached_tokens"))),
        loose.count(details.get("reasoning", details.get("reasoning_tokens"))),
    )


# ---- bodies -----------------------------------------------------------------------------------------------------

_NO_PARAMS = frozenset({"extra_headers", "extra_query", "extra_body", "stream", "stream_options"})
"""What the wrapped client was handed besides the parameters of the model."""


def observed(raws: tuple[msgspec.Raw, ...]) -> Observed:
    """A run out of all that was told of it."""
    seen = merged(raws)
    document = _document(raws)
    kind, name, _ = _kind(seen, bytes(seen.extra))
    inputs, outputs = document.get("inputs"), document.get("outputs")
    metadata = document.get("metadata") or document.get("custom_metadata")
    extra = {"metadata": metadata, **loose.mapping(document.get("extra"))}
    asked = loose.mapping(extra.get("invocation_params"))
    given = loose.mapping(inputs)
    params = asked or {key: value for key, value in given.items() if key not in _NO_PARAMS}
    reply = bytes(seen.outputs)
    is_call = kind is Kind.MODEL_CALL
    return Observed(
        kind=kind,
        name=name,
        input=inputs if is_call else _only(unwrapped(inputs), "input"),
        output=outputs if is_call else _only(unwrapped(outputs), "output"),
        has_output=bool(outputs),
        offers=(asked.get("tools"), asked.get("functions"), given.get("tools"), given.get("functions")),
        params=params if is_call else None,
        call_id=text_of_key(bytes(seen.extra), b"tool_call_id"),
        finish_reason=text_of_key(reply, b"finish_reason") if is_call else "",
        error=loose.text(document.get("error")),
        usage=_usage(seen) if is_call else NO_USAGE,
        response_model=loose.text(loose.mapping(outputs).get("model")) or text_of_key(reply, b"model_name"),
        provider=loose.text(loose.mapping(extra.get("metadata")).get("ls_provider")),
        raw=document,
    )


def _document(raws: tuple[msgspec.Raw, ...]) -> dict[str, Json]:
    """A run as it was told, in one piece. Its children are steps of their own."""
    whole: dict[str, Json] = {}
    for raw in raws:
        told = document_of(raw)
        whole |= {
            key: value for key, value in told.items() if key not in whole or value not in (None, {}, [])
        }
    whole.pop("child_runs", None)
    return whole


def _only(value: Json, key: str) -> Json:
    """What stands under the one key that LangChain makes of a value that is no mapping."""
    return value[key] if isinstance(value, dict) and value.keys() == {key} else value
