"""Events of an Inspect sample as the rows of a trace.

Spans (`span_begin`, or `step` in logs of 2024) are steps that group others; wrappers that every sample has and that
say nothing are left out. The event of a tool and the span in which the tool ran are one step, so that what an agent
did on behalf of a tool call stands below it. Changes of state are told by the messages already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from replaydbg.core.columns import NOT_RECORDED, Arranged, Columns, arrange
from replaydbg.core.finding import Notice
from replaydbg.core.step import Body, Kind, Status
from replaydbg.core.trace import Source
from replaydbg.readers import _moments
from replaydbg.readers._attributes import number
from replaydbg.readers._inspect_bodies import (
    SAMPLE,
    TALK,
    Handle,
    error_text,
    read_usage,
    sample_name,
    split_model,
)
from replaydbg.readers._inspect_sample import Sample, items, value_of
from replaydbg.readers._transcript_body import UNHEARD
from replaydbg.wire import loose

_NO_STEPS = frozenset(
    {"span_begin", "span_end", "step", "state", "store", "sample_init", "anchor", "checkpoint"}
)
"""Events that frame others, or repeat what the messages say."""
_FRAMES = frozenset({"span_begin", "step"})
_WRAPPERS = frozenset({"init", "solvers", "scorers", "handoff"})
_UNHEARD_ROLES = frozenset({"user", "system"})
_EVENTS_DEPTH_MAX = 20
"""Events inside of events, as logs of 2024 keep those of a tool; agents that call agents nest some few levels."""

EventBody: TypeAlias = Callable[[Handle], Body]


class _Head(msgspec.Struct):
    """What the columns want to know of an event. `Any`: a broken field must not take the event with it."""

    event: Any = ""
    uuid: Any = None
    id: Any = None
    span_id: Any = None
    parent_id: Any = None
    type: Any = None
    name: Any = None
    action: Any = None
    function: Any = None
    source: Any = None
    scorer: Any = None
    model: Any = None
    timestamp: Any = None
    completed: Any = None
    working_time: Any = None
    error: Any = None
    output: Any = None
    failed: Any = None
    score: Any = None
    events: msgspec.Raw = msgspec.Raw(b"null")


_HEAD = msgspec.json.Decoder(_Head)


@dataclass(slots=True)
class _Span:
    """A span, a step of an old log, or an event with others inside."""

    head: _Head
    handle: Handle
    parent: str
    step_id: str
    """The step that stands for it: itself, or above a wrapper the next one that is shown."""
    agent: str
    """The nearest agent around."""
    end_ns: int = NOT_RECORDED


class Walk:
    """One sample's way to a trace."""

    def __init__(self, sample: Sample, id_: str, task: str, place: str) -> None:
        self.sample = sample
        self.id = id_
        self.task = task
        self.place = place
        self.notices: list[Notice] = []
        self._columns = Columns()
        self._spans: dict[str, _Span] = {}
        self._heads: list[tuple[Handle, _Head, str]] = []
        """Events in order, each with the span that it happened in."""
        self._open_steps: list[str] = []
        self._tool_spans: dict[Handle, str] = {}

    def arranged(self, source: Source, decode: EventBody) -> Arranged:
        self._collect(self.sample.events, (), "", 0)
        self._join_tools()
        self._add_sample()
        joined = set(self._tool_spans.values())
        for id_, span in self._spans.items():
            if span.step_id == id_ and id_ not in joined and span.head.event in _FRAMES:
                self._add_span(id_, span)
        for handle, head, span_id in self._heads:
            if head.event not in _NO_STEPS:
                self._add_event(handle, head, span_id)
        self._add_unheard()
        arranged = arrange(self._columns, trace_id=self.id, source=source, decode=decode)
        return Arranged(arranged.trace, (*self.notices, *arranged.notices))

    # ---- what happened where ------------------------------------------------------------------------------------

    def _collect(self, texts: list[msgspec.Raw], path: Handle, inside: str, depth: int) -> None:
        for at, text in enumerate(texts):
            handle = (*path, at)
            try:
                head = _HEAD.decode(text)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                self.notices.append(Notice(f"{self.place}/events/{at}", "no event, left out"))
                continue
            head.event, head.type = loose.text(head.event), loose.text(head.type)
            span_id = loose.text(head.span_id) or (self._open_steps[-1] if self._open_steps else "")
            span_id = inside if depth and not loose.text(head.span_id) else span_id
            self._frame(handle, head, span_id)
            self._heads.append((handle, head, span_id))
            inner = _items(head.events)
            if inner and depth < _EVENTS_DEPTH_MAX:
                id_ = _event_id(handle, head)
                self._begin(id_, handle, head, span_id)
                self._collect(inner, handle, id_, depth + 1)
            elif inner:
                self.notices.append(Notice(f"{self.place}/events/{at}", "nested too deep, left out"))

    def _frame(self, handle: Handle, head: _Head, span_id: str) -> None:
        if head.event == "span_begin" and loose.text(head.id):
            self._begin(head.id, handle, head, loose.text(head.parent_id))
        elif head.event == "span_end" and loose.text(head.id) in self._spans:
            self._spans[head.id].end_ns = _moments.nanoseconds(head.timestamp)
        elif head.event == "step" and head.action == "begin":
            id_ = f"step{'.'.join(map(str, handle))}"
            self._begin(id_, handle, head, span_id)
            self._open_steps.append(id_)
        elif head.event == "step" and self._open_steps:
            self._spans[self._open_steps.pop()].end_ns = _moments.nanoseconds(head.timestamp)

    def _begin(self, id_: str, handle: Handle, head: _Head, parent: str) -> None:
        """Whatever is around has begun before, so that the step and the agent around are known."""
        is_shown = head.event not in _FRAMES or head.type not in _WRAPPERS
        around = self._spans.get(parent)
        agent = loose.text(head.name) if head.type == "agent" else around.agent if around else ""
        step_id = id_ if is_shown else around.step_id if around else SAMPLE
        self._spans.setdefault(id_, _Span(head, handle, parent, step_id, agent))

    def _join_tools(self) -> None:
        """Each tool event with the span that was begun for it: inside of the event's own span, by the tool's name."""
        waiting: dict[str, list[str]] = {}
        for handle, head, span_id in self._heads:
            if head.event == "span_begin" and head.type == "tool":
                waiting.setdefault(loose.text(head.name), []).append(loose.text(head.id))
            elif head.event == "tool" and _event_id(handle, head) not in self._spans:
                near = waiting.get(loose.text(head.function), [])
                at = next((n for n in reversed(range(len(near))) if span_id in self._above(near[n])), -1)
                if at >= 0:
                    self._tool_spans[handle] = near.pop(at)

    def _above(self, id_: str) -> tuple[str, ...]:
        """The span, its parent, and the parent of that: a hand-off puts one more around the tool."""
        span = self._spans.get(id_)
        above = self._spans.get(span.parent) if span else None
        return id_, span.parent if span else "", above.parent if above else ""

    # ---- rows ---------------------------------------------------------------------------------------------------

    def _add_sample(self) -> None:
        fields = self.sample.fields
        moments = [_moments.nanoseconds(head.timestamp) for _, head, _ in self._heads]
        known = [moment for moment in moments if moment >= 0]
        start, end = _moments.nanoseconds(fields.started_at), _moments.nanoseconds(fields.completed_at)
        self._columns.add(
            id=SAMPLE,
            kind=Kind.OPAQUE,
            name=sample_name(self.task, self.id, self.sample),
            handle=(),
            start_ns=start if start >= 0 or not known else min(known),
            end_ns=end if end >= 0 or not known else max(known),
            status=Status.ERROR if fields.error else Status.UNSET,
        )

    def _add_span(self, id_: str, span: _Span) -> None:
        is_agent = span.head.type == "agent"
        name = loose.text(span.head.name) or loose.text(span.head.type) or "span"
        self._columns.add(
            id=id_,
            kind=Kind.AGENT_INVOCATION if is_agent else Kind.OPAQUE,
            name=name,
            handle=span.handle,
            parent_id=self._step_of(span.parent),
            agent=span.agent,
            start_ns=_moments.nanoseconds(span.head.timestamp),
            end_ns=span.end_ns,
        )

    def _add_event(self, handle: Handle, head: _Head, span_id: str) -> None:
        id_, parent = _event_id(handle, head), self._step_of(span_id)
        if handle in self._tool_spans:
            id_ = self._tool_spans[handle]
            parent = self._step_of(self._spans[id_].parent)
        start, end = _times(head)
        common: dict[str, Any] = {
            "id": id_,
            "handle": handle,
            "parent_id": parent,
            "agent": self._spans[span_id].agent if span_id in self._spans else "",
            "start_ns": start,
            "end_ns": end,
            "status": Status.ERROR if _has_failed(head) else Status.UNSET,
        }
        if head.event == "model":
            self._add_model(head, common)
        elif head.event == "tool":
            self._columns.add(kind=Kind.TOOL_EXECUTION, name=loose.text(head.function) or "tool", **common)
        else:
            self._columns.add(kind=Kind.OPAQUE, name=_name(head), **common)

    def _add_model(self, head: _Head, common: dict[str, Any]) -> None:
        _, model = split_model(loose.text(head.model))
        recorded = loose.mapping(loose.mapping(head.output).get("usage"))
        usage = read_usage(recorded)
        cost = recorded.get("total_cost")
        self._columns.add(
            kind=Kind.MODEL_CALL,
            name=f"chat {model}".rstrip(),
            model=model,
            input_tokens=NOT_RECORDED if usage.input_tokens is None else usage.input_tokens,
            output_tokens=NOT_RECORDED if usage.output_tokens is None else usage.output_tokens,
            cost_usd=number(cost),
            **common,
        )

    def _add_unheard(self) -> None:
        """What the conversation ended with, where no model was sent it: of all events only changes of state tell that."""
        asked = [handle for handle, head, _ in self._heads if head.event == "model"]
        listed = items(self.sample.fields.messages) if asked else []
        last = loose.mapping(value_of(listed[-1])) if listed else {}
        told = loose.text(last.get("id")) or loose.text(last.get("content"))
        if not told or loose.text(last.get("role")) not in _UNHEARD_ROLES:
            return
        mark, sample = loose.encoded(told).encode(), self.sample
        sent = (sample.events[handle[0]] for handle in asked)
        if any(mark in bytes(memoryview(raw)) for raw in (*sample.pools, *sent)):
            return
        changes = [
            head
            for handle, head, _ in self._heads
            if head.event == "state" and mark in bytes(memoryview(sample.events[handle[0]]))
        ]
        heads = changes[-1:] or [head for _, head, _ in self._heads]
        moment = max(_moments.nanoseconds(head.timestamp) for head in heads)
        self._columns.add(
            id="unheard", kind=Kind.OPAQUE, name=UNHEARD, handle=TALK, parent_id=SAMPLE, start_ns=moment
        )

    def _step_of(self, span_id: str) -> str:
        return self._spans[span_id].step_id if span_id in self._spans else SAMPLE


# ---- single events ----------------------------------------------------------------------------------------------


def _items(raw: msgspec.Raw) -> list[msgspec.Raw]:
    return [] if bytes(memoryview(raw)[:4]) == b"null" else items(raw)


def _event_id(handle: Handle, head: _Head) -> str:
    return loose.text(head.uuid) or f"{head.event}{'.'.join(map(str, handle))}"


def _times(head: _Head) -> tuple[int, int]:
    """Begin and end. Logs of 2024 say neither when a model call ended nor always how long it took."""
    start, end = _moments.nanoseconds(head.timestamp), _moments.nanoseconds(head.completed)
    if end < 0 <= start and head.event in {"model", "tool"}:
        took = head.working_time
        took = loose.mapping(head.output).get("time") if took is None else took
        if isinstance(took, (int, float)) and 0 <= took < 1e9:
            end = start + round(took * 1e9)
    return start, end if end >= start else NOT_RECORDED


def _has_failed(head: _Head) -> bool:
    return bool(error_text(head.error) or head.failed is True or head.event == "sample_limit") or bool(
        head.event == "model" and error_text(loose.mapping(head.output).get("error"))
    )


def _name(head: _Head) -> str:
    """`score match: C`, `sandbox exec`, `logger`: the event and the one word that tells it from its like."""
    words = (head.scorer, head.action, head.name, head.source, head.type)
    name = " ".join([f"{head.event}", *[word for word in words if isinstance(word, str) and word][:1]])
    value = loose.mapping(head.score).get("value")
    return f"{name}: {value}" if isinstance(value, (str, int, float)) else name
