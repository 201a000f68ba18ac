"""A step of a run in words that no platform owns: what the adapters of `_platforms` make of a record."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED, STATUS_NUMBER, Row
from replaydbg.core.message import Json
from replaydbg.core.step import NO_USAGE, Kind, Status, Usage
from replaydbg.readers._attributes import number
from replaydbg.readers._records import Observed, column, row_id
from replaydbg.wire import loose


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One step in words that no platform owns."""

    trace: Json
    id: Json
    parent: Json
    kind: Kind = Kind.OPAQUE
    name: Json = ""
    model: Json = ""
    start: int = NOT_RECORDED
    end: int = NOT_RECORDED
    error: str | None = None
    """What went wrong in words, "" where nobody said it; None where nothing did."""
    usage: Usage = NO_USAGE
    cost: Json = None
    input: Json = None
    output: Json = None
    offers: tuple[Json, ...] = ()
    params: Json = None
    call_id: Json = ""
    provider: Json = ""
    agent: Json = ""

    def row(self, handle: object) -> Row:
        is_call = self.kind is Kind.MODEL_CALL
        usage = self.usage if is_call else NO_USAGE
        name = loose.text(self.name) or loose.text(self.model) or str(self.kind)
        is_agent = self.kind is Kind.AGENT_INVOCATION
        return (
            row_id(self.id),
            row_id(self.parent),
            KIND_NUMBER[self.kind],
            name,
            loose.text(self.agent) or (name if is_agent else ""),
            loose.text(self.model) if is_call else "",
            self.start,
            self.end,
            STATUS_NUMBER[Status.UNSET if self.error is None else Status.ERROR],
            column(usage.input_tokens),
            column(usage.output_tokens),
            number(self.cost) if is_call else nan,
            handle,
        )

    def observed(self, raw: Json) -> Observed:
        return Observed(
            self.kind,
            loose.text(self.name),
            self.input,
            self.output,
            has_output=self.output is not None,
            offers=self.offers,
            params=self.params,
            call_id=loose.text(self.call_id),
            error=self.error or "",
            usage=self.usage,
            provider=loose.text(self.provider),
            raw=raw,
        )


_KINDS = {
    "llm": Kind.MODEL_CALL,
    "tool": Kind.TOOL_EXECUTION,
    "agent": Kind.AGENT_INVOCATION,
    "retrieval": Kind.RETRIEVAL,
    "retriever": Kind.RETRIEVAL,
    "rag": Kind.RETRIEVAL,
}


def kind_of(word: Json) -> Kind:
    return _KINDS.get(loose.text(word).lower(), Kind.OPAQUE)


def first(record: dict[str, Json], *keys: str) -> Json:
    return next((record[key] for key in keys if record.get(key) is not None), None)


def usage_of(
    counts: dict[str, Json], input_: str = "prompt_tokens", output: str = "completion_tokens", *cached: str
) -> Usage:
    return Usage(
        loose.count(counts.get(input_)),
        loose.count(counts.get(output)),
        loose.count(
            first(counts, *cached, "cache_read_input_tokens", "prompt_cached_tokens", "cached_tokens")
        ),
        loose.count(
            first(counts, "reasoning_tokens", "completion_reasoning_tokens", "reasoning_output_tokens")
        ),
    )


def said_error(error: Json, *keys: str) -> str | None:
    """An error as text, or as an object that says it under one of the keys."""
    if not error:
        return None
    if isinstance(error, str):
        return error
    told = [loose.text(loose.mapping(error).get(key)) for key in keys]
    return ": ".join(filter(None, told))
