"""Which attributes mean what is decided per span: one file mixes instrumentations freely."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import NamedTuple

from replaydbg.core.message import Json
from replaydbg.readers import (
    _dialect_genai,
    _dialect_langfuse,
    _dialect_langsmith,
    _dialect_mastra,
    _dialect_native,
    _dialect_openinference,
    _dialect_openllmetry,
    _dialect_traceloop,
    _dialect_vercel,
)
from replaydbg.readers._attributes import Attributes
from replaydbg.readers._span import Counts, Facts, Span, SpanBody


class Dialect(NamedTuple):
    facts: Callable[[Mapping[str, Json], str], Facts]
    body: Callable[[Span], SpanBody]
    counts: Counts
    counts_all: bool = False
    """Whether steps of every kind have counts of their own, and not sums of what is below them."""


_NATIVE = Dialect(_dialect_native.facts, _dialect_native.Body, _dialect_native.COUNTS, True)
_OPENINFERENCE = Dialect(
    _dialect_openinference.facts, _dialect_openinference.Body, _dialect_openinference.COUNTS
)
_OPENLLMETRY = Dialect(_dialect_openllmetry.facts, _dialect_openllmetry.Body, _dialect_openllmetry.COUNTS)
_TRACELOOP = Dialect(_dialect_traceloop.facts, _dialect_traceloop.Body, _dialect_traceloop.COUNTS)
_GENAI = Dialect(_dialect_genai.facts, _dialect_genai.Body, _dialect_genai.COUNTS)
_ALL = {
    _dialect_native.MARK: _NATIVE,
    _dialect_openinference.MARK: _OPENINFERENCE,
    **{
        module.MARK: Dialect(module.facts, module.Body, module.COUNTS)
        for module in (_dialect_vercel, _dialect_mastra, _dialect_langfuse, _dialect_langsmith)
    },
    "gen_ai.prompt.0.role": _OPENLLMETRY,
    "gen_ai.completion.0.role": _OPENLLMETRY,
    _dialect_traceloop.MARK: _TRACELOOP,
}
"""Dialects by the attribute that tells them. The first that a span has decides; GenAI has no mark of its own."""

_MARKS = tuple(_ALL)

WANTED = (
    _dialect_native.WANTED
    | _dialect_openinference.WANTED
    | _dialect_vercel.WANTED
    | _dialect_mastra.WANTED
    | _dialect_langfuse.WANTED
    | _dialect_langsmith.WANTED
    | _dialect_openllmetry.WANTED
    | _dialect_traceloop.WANTED
    | _dialect_genai.WANTED
)
"""The few attributes that `facts` looks at; the others stay undecoded until a body is asked for."""

COUNTED = frozenset(key for each in (*_ALL.values(), _GENAI) for key in each.counts.keys)
"""The attributes that hold tokens and costs: different on every span, unlike those of `WANTED`."""

_CONTENTS = (
    "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions",
    "gen_ai.tool.call.id", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "gen_ai.provider.name", "gen_ai.system",
    "input.value", "output.value", "traceloop.entity.input", "traceloop.entity.output",
)  # fmt: skip
_OF_LABEL = {key.replace(".", "_"): key for key in (*_CONTENTS, *WANTED, *COUNTED)}

NO_ATTRIBUTES = Attributes({})


def dotted(labels: Mapping[str, Json]) -> dict[str, Json]:
    """Attributes out of labels, where stores allow no dots in names: those that mean something here have their names again."""
    return {_OF_LABEL.get(key, key): value for key, value in labels.items()}


def dialect(attributes: Container[str]) -> Dialect:
    """The dialect of a span with these attributes: GenAI knows to say *opaque* where none is known."""
    for mark in _MARKS:
        if mark in attributes:
            return _ALL[mark]
    return _GENAI


def body(span: Span) -> SpanBody:
    keys = span.attributes.undecoded
    known = _GENAI if _ALL.keys().isdisjoint(keys) else dialect(keys)
    return known.body(span)
