"""One model call recorded by two instrumentations (LangChain's and OpenAI's, say): counted once, shown once.

A model call directly below another is the same call; below a sum of several (Mastra's generation) the sum is set
apart, whatever it counts. One that lies within another in time only, under another name,
is the same call if it got the same reply. The inner one is nearer to the wire and stays, unless only the outer one
knows the tokens, or stands below the agent alone: then that one stays. What only the other one says is told with it. The
other becomes opaque: its place in the tree is kept, its content would count double.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED
from replaydbg.core.finding import Notice
from replaydbg.core.message import Message
from replaydbg.core.step import NO_USAGE, Body, Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.readers._lazy import lazy

_MODEL_CALL, _OPAQUE = KIND_NUMBER[Kind.MODEL_CALL], KIND_NUMBER[Kind.OPAQUE]
_AGENT_INVOCATION = KIND_NUMBER[Kind.AGENT_INVOCATION]
_REPLIES_COMPARED_MAX = 256
"""Replies are decoded to be compared, which takes time while a trace opens; runs so instrumented are small."""


_NESTED_MAX = 4
"""As many records of one call at most: a framework's, its adapter's, a gateway's and the client's."""


@dataclass(frozen=True, slots=True)
class Twin:
    """Handle of a model call that another instrumentation recorded, too."""

    handle: Any


@dataclass(frozen=True, slots=True)
class Joint:
    """Handle of a model call that two instrumentations recorded."""

    told: Any
    """Whose words hold,"""
    also: Any
    """and whose are taken where those say nothing."""
    is_part: bool = False
    """Whether `also` is the sum of this call and others: then only what it offered is taken of it."""


class PartBody:
    """The body of a call in a sum that alone may say which tools each of its calls was offered."""

    def __init__(self, told: Body, whole: Body) -> None:
        self._told = told
        self._whole = whole

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        return self._whole.tools if self._told.tools is None else self._told.tools

    def __getattr__(self, name: str) -> Any:
        return getattr(self._told, name)


class JointBody:
    """The body of such a call. Like any, it decodes what is asked for."""

    def __init__(self, told: Body, also: Body) -> None:
        self._told = told
        self._also = also

    @property
    def weight(self) -> int | None:
        weights = [getattr(body, "weight", None) for body in (self._told, self._also)]
        return None if None in weights else sum(weights)  # type: ignore[arg-type]

    @lazy
    def usage(self) -> Usage:
        return self._told.usage if self._told.usage != NO_USAGE else self._also.usage

    @lazy
    def output(self) -> Message | None:
        """The reply that has more calls: Mastra's inference has the text alone."""
        said, other = self._told.output, self._also.output
        if said is None or other is None or len(other.tool_calls) <= len(said.tool_calls):
            return said or other
        return replace(other, finish_reason=other.finish_reason or said.finish_reason)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._told, name) or getattr(self._also, name)


def body(handle: Joint, decode: Callable[[Any], Body]) -> Body:
    both = decode(handle.told), decode(handle.also)
    made: Any = PartBody(*both) if handle.is_part else JointBody(*both)
    return made  # type: ignore[no-any-return]  # what it does not say itself it asks the two for


def written(handle: Any, written_of: Callable[[Any], Iterable[Any] | None]) -> Iterable[Any] | None:
    """The bytes of such a handle, and of any other: see `Trace.written`."""
    if isinstance(handle, Twin):
        return written_of(handle.handle)
    if isinstance(handle, Joint) and handle.is_part:
        return written(handle.told, written_of)
    if isinstance(handle, Joint):
        told, also = (written(one, written_of) for one in (handle.told, handle.also))
        return None if told is None or also is None else (*told, *also)
    return written_of(handle)


def set_apart(trace: Trace, decode: Callable[[Any], Body]) -> list[Notice]:
    nested = list(_nested(trace))
    twins = _set_sums_apart(trace, nested)
    if nested:  # looked for again, while calls become opaque
        twins += [_join(trace, outer, inner) for outer, inner in _nested(trace)]
    for outer, inner in _within_in_time(trace, decode):
        twins.append(_join(trace, outer, inner, is_nested=False))
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


def _set_sums_apart(trace: Trace, nested: list[tuple[int, int]]) -> list[int]:
    """Model calls around several others. What they count stays where nothing below them counts it."""
    below: dict[int, list[int]] = {}
    for outer, inner in nested:
        below.setdefault(outer, []).append(inner)
    sums = [(outer, parts) for outer, parts in below.items() if len(parts) > 1]
    for outer, parts in sums:
        for inner in parts:
            _inherit(trace, inner, outer)
            trace.handles[inner] = Joint(trace.handles[inner], trace.handles[outer], is_part=True)
        _hide(trace, outer, counts=all(trace.input_tokens[inner] == NOT_RECORDED for inner in parts))
    return [outer for outer, _ in sums]


def _join(trace: Trace, outer: int, inner: int, *, is_nested: bool = True) -> int:
    """One call of two. Gives the row that is it no more."""
    counts = trace.input_tokens
    only_outer_counts = counts[inner] == NOT_RECORDED and counts[outer] != NOT_RECORDED
    told, also = (outer, inner) if only_outer_counts else (inner, outer)
    kept, twin = told, also
    if not is_nested and _standing(trace, also) > _standing(trace, told):
        kept, twin = also, told
        trace.input_tokens[kept], trace.output_tokens[kept] = counts[told], trace.output_tokens[told]
        trace.costs[kept] = trace.costs[told]
    both = Joint(trace.handles[told], trace.handles[also])
    _inherit(trace, kept, twin)
    _hide(trace, twin, counts=False)
    trace.handles[kept] = both
    return twin


def _standing(trace: Trace, row: int) -> tuple[bool, bool]:
    """Whether it stands below an agent, and whether below anything."""
    above = parent = trace.parents[row]
    while above >= 0 and trace.kinds[above] != _AGENT_INVOCATION:
        above = trace.parents[above]
    return above >= 0, parent >= 0


def _inherit(trace: Trace, kept: int, twin: int) -> None:
    trace.agents[kept] = trace.agents[kept] or trace.agents[twin]
    trace.models[kept] = trace.models[kept] or trace.models[twin]


def _hide(trace: Trace, twin: int, *, counts: bool) -> None:
    trace.kinds[twin] = _OPAQUE
    handle = trace.handles[twin]
    trace.handles[twin] = Twin(handle.told if isinstance(handle, Joint) else handle)
    if not counts:
        trace.input_tokens[twin] = trace.output_tokens[twin] = NOT_RECORDED
        trace.costs[twin] = float("nan")


def _nested(trace: Trace) -> Iterator[tuple[int, int]]:
    """Model calls directly below others, while those ran. Of a long chain of them none is another's twin: spans were left open."""
    kinds, parents, starts, ends = trace.kinds, trace.parents, trace.starts_ns, trace.ends_ns
    found = [
        (parent, row)
        for row, parent in enumerate(parents)
        if parent >= 0
        and kinds[row] == kinds[parent] == _MODEL_CALL
        and (starts[row] <= ends[parent] or starts[row] < 0 or ends[parent] < 0)
    ]
    above: dict[int, int] = {}
    for outer, inner in found:  # parents stand before what is below them
        above[inner] = above.get(outer, 0) + 1
    longest = dict(above)
    for outer, inner in reversed(found):
        longest[outer] = max(longest.get(outer, 0), longest[inner])
    for outer, inner in found:
        if longest[inner] < _NESTED_MAX and kinds[inner] == kinds[outer] == _MODEL_CALL:
            yield outer, inner


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
