"""Which attributes mean what is decided per span: one file mixes instrumentations freely."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import NamedTuple

from replaydbg.core.message import Json
from replaydbg.readers import (
    _dialect_genai,
    _dialect_native,
    _dialect_openinference,
    _dialect_openllmetry,
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
_GENAI = Dialect(_dialect_genai.facts, _dialect_genai.Body, _dialect_genai.COUNTS)
_ALL = (_NATIVE, _OPENINFERENCE, _OPENLLMETRY, _GENAI)

WANTED = (
    _dialect_native.WANTED
    | _dialect_openinference.WANTED
    | _dialect_openllmetry.WANTED
    | _dialect_genai.WANTED
)
"""The few attributes that `facts` looks at; the others stay undecoded until a body is asked for."""

COUNTED = frozenset(
    key
    for each in _ALL
    for key in (*each.counts.input_tokens, *each.counts.output_tokens, each.counts.cost_usd)
)
"""The attributes that hold tokens and costs: different on every span, unlike those of `WANTED`."""

NO_ATTRIBUTES = Attributes({})


def dialect(attributes: Container[str]) -> Dialect:
    """The dialect of a span with these attributes: GenAI knows to say *opaque* where none is known."""
    if _dialect_native.MARK in attributes:
        return _NATIVE
    if _dialect_openinference.MARK in attributes:
        return _OPENINFERENCE
    if "gen_ai.prompt.0.role" in attributes or "gen_ai.completion.0.role" in attributes:
        return _OPENLLMETRY
    return _GENAI


def body(span: Span) -> SpanBody:
    return dialect(span.attributes).body(span)
