"""One model call recorded by two instrumentations (LangChain's and OpenAI's, say): counted once, shown once.

A model call directly below another is the same call; below a sum of several (Mastra's generation) the sum is set
apart, whatever it counts. One that lies within another in time only, under another name,
is the same call if it got the same reply. The inner one is nearer to the wire and stays, unless only the outer one
knows the tokens. The other becomes opaque: its place in the tree is kept, its content would count double.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED
from replaydbg.core.finding import Notice
from replaydbg.core.step import Body, Kind
from replaydbg.core.trace import Trace

_MODEL_CALL, _OPAQUE = KIND_NUMBER[Kind.MODEL_CALL], KIND_NUMBER[Kind.OPAQUE]
_REPLIES_COMPARED_MAX = 256
"""Replies are decoded to be compared, which takes time while a trace opens; runs so instrumented are small."""


@dataclass(frozen=True, slots=True)
class Twin:
    """Handle of a model call that another instrumentation recorded, too."""

    handle: Any


def set_apart(trace: Trace, decode: Callable[[Any], Body]) -> list[Notice]:
    twins = _set_sums_apart(trace)
    twins += [_make_opaque(trace, outer, inner) for outer, inner in _nested(trace)]
    twins += [_make_opaque(trace, outer, inner) for outer, inner in _within_in_time(trace, decode)]
    if not twins:
        return []
    calls = "1 model call was" if len(twins) == 1 else f"{len(twins)} model calls were"
    return [
        Notice(
            trace.ids[min(twins)],
            f"{calls} recorded twice, by two instrumentations; one of each two is shown as opaque, "
            "and its tokens are not counted",
        )
    ]


def _set_sums_apart(trace: Trace) -> list[int]:
    """Model calls around several others. What they count stays where nothing below them counts it."""
    below: dict[int, list[int]] = {}
    for outer, inner in _nested(trace):
        below.setdefault(outer, []).append(inner)
    sums = [(outer, parts) for outer, parts in below.items() if len(parts) > 1]
    for outer, parts in sums:
        for inner in parts:
            _inherit(trace, inner, outer)
        _hide(trace, outer, counts=all(trace.input_tokens[inner] == NOT_RECORDED for inner in parts))
    return [outer for outer, _ in sums]


def _make_opaque(trace: Trace, outer: int, inner: int) -> int:
    counts = trace.input_tokens
    only_outer_counts = counts[inner] == NOT_RECORDED and counts[outer] != NOT_RECORDED
    twin, kept = (inner, outer) if only_outer_counts else (outer, inner)
    _inherit(trace, kept, twin)
    _hide(trace, twin, counts=False)
    return twin


def _inherit(trace: Trace, kept: int, twin: int) -> None:
    trace.agents[kept] = trace.agents[kept] or trace.agents[twin]
    trace.models[kept] = trace.models[kept] or trace.models[twin]


def _hide(trace: Trace, twin: int, *, counts: bool) -> None:
    trace.kinds[twin] = _OPAQUE
    trace.handles[twin] = Twin(trace.handles[twin])
    if not counts:
        trace.input_tokens[twin] = trace.output_tokens[twin] = NOT_RECORDED
        trace.costs[twin] = float("nan")


def _nested(trace: Trace) -> Iterator[tuple[int, int]]:
    kinds = trace.kinds
    for row, parent in enumerate(trace.parents):
        if kinds[row] == _MODEL_CALL and parent >= 0 and kinds[parent] == _MODEL_CALL:
            yield parent, row


def _within_in_time(trace: Trace, decode: Callable[[Any], Body]) -> Iterator[tuple[int, int]]:
    starts, ends, names, kinds = trace.starts_ns, trace.ends_ns, trace.names, trace.kinds
    rows = [row for row in trace.rows(Kind.MODEL_CALL) if starts[row] >= 0]
    if len({names[row] for row in rows}) < 2:
        return
    rows.sort(key=lambda row: (starts[row], -ends[row]))
    around: list[int] = []
    compared = 0
    for row in rows:
        around = [outer for outer in around if ends[outer] >= starts[row]]
        for outer in around:
            if names[outer] == names[row] or ends[row] > ends[outer] or kinds[outer] != _MODEL_CALL:
                continue
            compared += 1
            if compared > _REPLIES_COMPARED_MAX:
                return
            reply = _reply(decode(trace.handles[row]))
            if reply is not None and reply == _reply(decode(trace.handles[outer])):
                yield outer, row
                break
        around.append(row)


def _reply(body: Body) -> Any:
    """What the model said, without the ids: one of the two recorders may have left them out."""
    if body.output is None or not body.output.parts:
        return None
    return body.output.text, [(call.name, call.arguments) for call in body.output.tool_calls]
