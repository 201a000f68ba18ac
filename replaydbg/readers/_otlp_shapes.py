"""The shapes of OTLP JSON for `msgspec`, and the handles that rows keep of their spans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple

from replaydbg.core.message import Json
from replaydbg.readers import _salvage, _span_fields
from replaydbg.readers._attributes import Attributes
from replaydbg.readers._prompts import LONG_KEYS
from replaydbg.readers._salvage import UNREADABLE
from replaydbg.readers._span import Span

_FIELDS = (
    ("traceId", str | None), ("spanId", str | None), ("parentSpanId", str | None), ("name", str | None),
    ("startTimeUnixNano", int | None), ("endTimeUnixNano", int | None),
)  # fmt: skip
_TOLD = ("name", "status", "events", "status_message", "statusMessage", "span_kind")
"""What is told of a span beside its attributes."""
_NO_MORE = (None,) * len(_TOLD[2:])
"""Of a span that tells its name and state alone."""
_CHUNKS_KEPT_MAX = 4
_OPENS_TEXT = re.compile(rb'\{\s*"(?:stringValue|string_value)"\s*:\s*"')
_SHORT_BYTES = 64
_SPAN = re.compile(rb"\{")
_DEFAULTS = {msgspec.Raw: msgspec.Raw()}


class _Pair(msgspec.Struct, gc=False):
    key: str = ""
    value: msgspec.Raw = msgspec.Raw(b"{}")


class _Status(msgspec.Struct, gc=False):
    code: int | str | None = None
    message: str | None = None


class Shape(NamedTuple):
    """Decoders for one spelling of the keys.

    Of requests: `views` leave each span as text, `seen` decode what the columns need of it.
    Of spans: `span` decodes one, `spans` an array of them, `texts` an array of them as text; `body` all but the
    attributes, which stay text until somebody asks for one.
    """

    views: Any
    seen: Any
    span: Any
    spans: Any
    texts: Any
    body: Any


def _snake(key: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", key).lower()


def _shape(*, snake: bool) -> Shape:
    def struct(name: str, *fields: tuple[str, Any]) -> Any:
        spelled = [
            (key, kind, msgspec.field(default=_DEFAULTS.get(kind), name=_snake(key) if snake else key))
            for key, kind in fields
        ]
        return msgspec.defstruct(name, spelled, gc=False)

    def envelope(span: Any) -> Any:
        spans = list[span] | None
        scope = struct("Scope", ("spans", spans))
        scopes = list[scope] | None  # type: ignore[valid-type]
        resource = struct("Resource", ("scopeSpans", scopes), ("instrumentationLibrarySpans", scopes))
        resources = list[resource] | None  # type: ignore[valid-type]
        fields = (("resourceSpans", resources), ("batches", resources), ("data", spans))
        inner = struct("Inner", *fields[:2]) | None
        return struct("Request", *fields, ("trace", inner), ("result", inner), ("resourceLogs", msgspec.Raw))

    def decoder(request: Any) -> Any:
        return msgspec.json.Decoder(list[request] | request, strict=False)

    seen = (*_FIELDS, ("status", _Status | None), ("attributes", list[_Pair] | None))
    span = struct("Span", *seen)
    body = msgspec.defstruct(
        "Body",
        [*((key, msgspec.Raw, None) for key in _TOLD), ("attributes", list[_Pair] | None, None)],
        gc=False,
    )
    return Shape(
        views=decoder(envelope(msgspec.Raw)),
        seen=decoder(envelope(span)),
        span=msgspec.json.Decoder(span, strict=False),
        spans=msgspec.json.Decoder(list[span], strict=False),  # type: ignore[valid-type]
        texts=msgspec.json.Decoder(list[msgspec.Raw]),
        body=msgspec.json.Decoder(body),
    )


CAMEL, SNAKE = _shape(snake=False), _shape(snake=True)


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Text that holds some spans: a whole request, or spans with commas between them (`bare`).

    Handles of spans are a chunk and a place in it: the text of a span is found again when somebody looks.
    """

    shape: Shape
    text: memoryview
    bare: bool
    gaps: Sequence[tuple[int, int]] = ()
    """Where in `text` long values begin as others before them did: of a bare chunk they need not be looked at again."""

    def texts(self) -> list[SpanText]:
        """The text of each span, as views of the buffer."""
        if not self.bare:
            return [SpanText(memoryview(text)) for _, text in spans_of(self.shape.views.decode(self.text))]
        short = without(self.text, self.gaps)
        texts: list[SpanText] = []
        at = left_out = passed = 0
        decoded = self.shape.texts.decode(as_array(short))
        if not self.gaps:
            for text in decoded:
                opening = _SPAN.search(short, at)
                start = opening.start() if opening else at
                at = start + len(memoryview(text))
                texts.append(SpanText(self.text[start:at]))
            return texts
        for text in decoded:
            opening = _SPAN.search(short, at)
            start = opening.start() if opening else at
            at = start + len(memoryview(text))
            begin, mine = start + left_out, passed
            while passed < len(self.gaps) and self.gaps[passed][0] < at + left_out:
                left_out += self.gaps[passed][1] - self.gaps[passed][0]
                passed += 1
            inside = [(left - begin, on - begin) for left, on in self.gaps[mine:passed]]
            texts.append(SpanText(self.text[begin : at + left_out], inside))
        return texts


class SpanText(NamedTuple):
    """The text of a span, with the gaps of its chunk that are in it."""

    text: memoryview
    gaps: Sequence[tuple[int, int]] = ()


def without(text: memoryview, gaps: Sequence[tuple[int, int]]) -> bytes | memoryview:
    """The text less what is in the gaps."""
    if not gaps:
        return text
    starts, ends = (0, *(on for _, on in gaps)), (*(left for left, _ in gaps), len(text))
    return b"".join([text[start:end] for start, end in zip(starts, ends, strict=True)])


def as_array(text: memoryview | bytes) -> bytes:
    """The array of these items. Joined, which copies once; formatting takes ten times as long."""
    return b"".join((b"[", text, b"]"))


def spans_of(envelope: Any) -> Iterator[tuple[list[Any], Any]]:
    """Each span with the path that leads to it. The path is one list that changes as the walk goes on."""
    path: list[Any] = []
    for number, request in enumerate(envelope if isinstance(envelope, list) else [envelope]):
        prefix = [number] if isinstance(envelope, list) else []
        for at, span in enumerate(request.data or ()):
            path[:] = [*prefix, "data", at]
            yield path, span
        # Tempo's second API puts a trace around them, Jaeger's third a result.
        around = (("", request), ("trace", request.trace), ("result", request.result))
        for name, inner in around:
            for key in ("resourceSpans", "batches") if inner is not None else ():
                for at, resource in enumerate(getattr(inner, key) or ()):
                    yield from _spans_of_resource(resource, path, [*prefix, *filter(None, (name,)), key, at])


def _spans_of_resource(resource: Any, path: list[Any], prefix: list[Any]) -> Iterator[tuple[list[Any], Any]]:
    for key in ("scopeSpans", "instrumentationLibrarySpans"):
        for at, scope in enumerate(getattr(resource, key) or ()):
            path[:] = [*prefix, key, at, "spans", 0]
            for number, span in enumerate(scope.spans or ()):
                path[-1] = number
                yield path, span


class Spans:
    """The span behind a row's handle: its chunk and place, its text, or its document.

    The chunks looked at last are kept taken apart: steps that follow each other mostly come from one.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._texts = lru_cache(maxsize=_CHUNKS_KEPT_MAX)(Chunk.texts)

    def __call__(self, handle: Any) -> Span:
        if isinstance(handle, dict):
            return _span_fields.span(handle)
        if isinstance(handle, tuple):
            chunk, place = handle
            text, gaps = self._texts(chunk)[place]
        else:
            text, gaps = memoryview(handle), ()
        try:
            return self._undecoded(text, gaps)
        except UNREADABLE:
            document = _salvage.value(text)
            return _span_fields.span(document if isinstance(document, dict) else {})

    def _undecoded(self, text: memoryview, gaps: Sequence[tuple[int, int]]) -> Span:
        body = self._shape.body.decode(without(text, gaps))
        if gaps and not _is_filled(text, gaps, body):
            body = self._shape.body.decode(text)
        attributes = {pair.key: pair.value for pair in body.attributes or ()}
        told = astuple(body)
        if told[2:-1] == _NO_MORE:  # as most are
            name = "" if body.name is None else _told(memoryview(body.name))
            message = "" if body.status is None else _state_message(bytes(body.status))
            return Span(name if isinstance(name, str) else "", Attributes(attributes), message, (), text)
        document = {
            key: _told(memoryview(raw)) for key, raw in zip(_TOLD, told, strict=False) if raw is not None
        }
        return _span_fields.span(document, attributes, text)


def _is_filled(text: memoryview, gaps: Sequence[tuple[int, int]], body: Any) -> bool:
    """Give the one value that was shortened what was left out of it. False where it is not certain which one that is."""
    long = [pair for pair in body.attributes or () if pair.key in LONG_KEYS]
    if len(long) != 1 or len(gaps) != 1 or body.events is not None:
        return False
    (pair,), ((left, on),) = long, gaps
    short = bytes(pair.value)
    opening = _OPENS_TEXT.match(short)
    if opening is None:
        return False
    start, end = left - opening.end(), on + len(short) - opening.end()
    if bytes(text[start:left]) != opening[0] or bytes(text[on:end]) != short[opening.end() :]:
        return False
    pair.value = msgspec.Raw(text[start:end])
    return True


def _told(raw: memoryview) -> Json:
    """The value of a field. Names and states are few, and each is parsed once."""
    return _short(bytes(raw)) if len(raw) <= _SHORT_BYTES else _salvage.loads(raw)


_short = lru_cache(maxsize=4096)(_salvage.loads)


@lru_cache(maxsize=256)
def _state_message(raw: bytes) -> str:
    return _span_fields.status_message(_salvage.loads(raw))
