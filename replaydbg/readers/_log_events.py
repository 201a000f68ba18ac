"""GenAI events of OTLP log records, gathered by the span that they belong to, and joined to it at the end of a file.

Records may stand before, behind or without their spans. A span that is not in the file becomes a model call of its
own: a run is then known by its model calls alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from replaydbg.core.columns import NOT_RECORDED, STATUS_NUMBER
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.step import Status
from replaydbg.readers import _dialects, _genai_events, _salvage
from replaydbg.readers._assembly import Assembly, known
from replaydbg.readers._attributes import Attributes, any_value, keyed
from replaydbg.readers._genai_events import CHOICE
from replaydbg.readers._span import Event, Span
from replaydbg.readers._span_fields import nanoseconds, span_id, trace_id

_RECORDS = re.compile(rb'"(?:logRecords|log_records)"\s*:\s*\[')
_UNSET = STATUS_NUMBER[Status.UNSET]


@dataclass(slots=True)
class Call:
    """What the records of one span say together."""

    trace_id: str
    span_id: str
    attributes: dict[str, Json] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    records: list[Json] = field(default_factory=list)

    @property
    def has_reply(self) -> bool:
        return any(event.name == CHOICE for event in self.events)


class LogEvents:
    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self._calls: dict[tuple[str, str], Call] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def add_text(self, text: memoryview, place: str) -> None:
        """Every record in JSON text that holds some, whatever is around them; a damaged one is a notice."""
        for start, end, whole in _salvage.objects_in_arrays(text, _RECORDS):
            try:
                record = _salvage.loads(text[start:end])
            except ValueError:
                record = None
            if not whole or not isinstance(record, dict):
                self.notices.append(Notice(place or f"byte {start}", "a damaged log record, left out"))
            else:
                self.add(record, place)

    def add(self, record: Mapping[str, Json], place: str) -> None:
        """One record. Events that are not GenAI's are passed over."""
        attributes = keyed(record.get("attributes"))
        name = record.get("eventName") or record.get("event_name") or attributes.get("event.name")
        if not isinstance(name, str) or not name.startswith("gen_ai."):
            return
        call = self._call_of(record, name, place)
        if call is None:
            return
        body = any_value(record.get("body"))
        time = nanoseconds(_first(record, "timeUnixNano", "observedTimeUnixNano"))
        _tell(
            call, Event(name, body if isinstance(body, dict) else {"content": body}), attributes, time, record
        )

    def tell(  # noqa: PLR0917 - as `add`, of a record that its store keeps otherwise
        self,
        ids: tuple[str, str],
        name: str,
        fields: Mapping[str, Json],
        attributes: Mapping[str, Json],
        time: int,
        record: Json,
    ) -> None:
        """One event of the span with these ids (of the trace, its own)."""
        call = self._calls.setdefault(ids, Call(*ids))
        _tell(call, Event(name, fields), attributes, time, record)

    def _call_of(self, record: Mapping[str, Json], name: str, place: str) -> Call | None:
        own = span_id(record.get("spanId", record.get("span_id")))
        if own:
            trace = trace_id(record.get("traceId", record.get("trace_id")))
            return self._calls.setdefault((trace, own), Call(trace, own))
        # A reply that was streamed comes after its span has ended, and names none.
        waiting = next((each for each in reversed(self._calls.values()) if not each.has_reply), None)
        if waiting is None:
            self.notices.append(Notice(place, f"an event {name} that names no span, left out"))
            return None
        self.notices.append(
            Notice(waiting.span_id, f"an event {name} names no span; it was joined to the call before it")
        )
        return waiting

    def join(self, assembly: Assembly, *, final: bool = True) -> None:
        """Give each call to its span. Where no more spans will come (`final`) those without one get a row of their own."""
        spans = len(assembly)
        alone = assembly.join(self._calls) if self._calls else []
        if not final:
            alone.clear()
        for call in alone:
            _add(call, assembly)
        assembly.notices += self.notices
        self.notices.clear()
        if alone:
            calls = "1 model call is" if len(alone) == 1 else f"{len(alone)} model calls are"
            missing = (
                "their spans are not in the file"
                if spans
                else "the tree is in the file of the spans: open that, or both in one (`cat`)"
            )
            told = f"{calls} known by log records only; {missing}"
            assembly.notices.append(Notice(alone[0].span_id if spans else "", told))


def _tell(call: Call, event: Event, attributes: Mapping[str, Json], time: int, record: Json) -> None:
    for key, value in attributes.items():
        call.attributes.setdefault(key, value)
    if event.name != _genai_events.OPERATION_DETAILS:
        call.events.append(event)
    if time != NOT_RECORDED:
        call.times.append(time)
    if not call.records or call.records[-1] is not record:
        call.records.append(record)


def _first(record: Mapping[str, Json], *keys: str) -> Json:
    for key in keys:
        snake = re.sub(r"(?=[A-Z])", "_", key).lower()
        value = record.get(key) or record.get(snake)
        if value:
            return value
    return None


def _add(call: Call, assembly: Assembly) -> None:
    operation = call.attributes.setdefault("gen_ai.operation.name", "chat")
    model = call.attributes.get("gen_ai.request.model")
    name = f"{operation} {model}" if isinstance(model, str) else str(operation)
    span = Span(name, Attributes(call.attributes), "", call.events, call.records)
    wanted = {key: call.attributes[key] for key in _dialects.WANTED if key in call.attributes}
    assembly.add(
        call.trace_id,
        call.span_id,
        "",
        known(wanted, name),
        min(call.times, default=NOT_RECORDED),
        max(call.times, default=NOT_RECORDED),
        _UNSET,
        call.attributes,
        span,
    )
