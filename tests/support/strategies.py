"""Anything that the nouns can be, for properties. JSON stays within what JSON can say: no NaN, no lone surrogates."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from replaydbg.core.columns import Columns, arrange
from replaydbg.core.message import (
    Media,
    Message,
    OtherPart,
    ParseProblem,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Source, Trace

texts = st.text(st.characters(codec="utf-8"), max_size=12)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(texts, json_values, max_size=3)
problems = st.none() | st.builds(ParseProblem, texts, st.integers(-1, 99), truncated=st.booleans())
calls = st.builds(ToolCall, texts, texts, json_values, st.none() | texts, problems)
parts = st.one_of(
    st.builds(Text, texts),
    st.builds(Reasoning, texts, texts),
    calls,
    st.builds(ToolResponse, texts, json_values, texts, is_error=st.booleans()),
    st.builds(Media, texts, texts, texts, texts),
    st.builds(OtherPart, json_values),
)
messages = st.builds(Message, st.sampled_from(Role), st.lists(parts, max_size=3).map(tuple), texts, texts)
tools = st.builds(ToolSpec, texts, texts, st.none() | objects | st.booleans(), json_values)
counts = st.none() | st.integers(0, 2**40)
bodies = st.builds(
    PlainBody,
    messages=st.none() | st.lists(messages, max_size=3).map(tuple),
    output=st.none() | messages,
    tools=st.none() | st.lists(tools, max_size=2).map(tuple),
    params=objects,
    call=st.none() | calls,
    has_result=st.booleans(),
    result=json_values,
    input=json_values,
    output_value=json_values,
    error=texts,
    usage=st.builds(Usage, counts, counts, counts, counts),
    response_model=texts,
    provider=texts,
).map(lambda body: body if body.has_result else _without_result(body))
"""A result that was not recorded is None: `has_result` says which None is one."""


def _without_result(body: PlainBody) -> PlainBody:
    fields = {name: getattr(body, name) for name in PlainBody.__slots__}
    return PlainBody(**(fields | {"result": None}))


ids = st.text("0123456789abcdef", min_size=16, max_size=16) | texts.filter(bool)
times = st.just(-1) | st.integers(1, 2**62)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """A forest of up to six steps; ids are OTLP's or anything."""
    columns = Columns()
    names = draw(st.lists(ids, min_size=1, max_size=6, unique=True))
    for number, id_ in enumerate(names):
        columns.add(
            id=id_,
            kind=draw(st.sampled_from(Kind)),
            name=draw(texts),
            handle=draw(bodies),
            parent_id=draw(st.sampled_from(["", *names[:number]])),
            agent=draw(texts),
            model=draw(texts),
            start_ns=draw(times),
            end_ns=draw(times),
            status=draw(st.sampled_from(Status)),
            cost_usd=draw(st.just(float("nan")) | st.floats(0, 9, width=32)),
        )
    return arrange(
        columns, trace_id=draw(ids), source=Source("made up", "test"), decode=lambda body: body
    ).trace
