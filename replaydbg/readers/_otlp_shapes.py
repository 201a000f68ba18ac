"""The shapes of OTLP JSON for `msgspec`, and the handles that rows keep of their spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from replaydbg.core.message import Json
from replaydbg.readers import _salvage, _span_fields
from replaydbg.readers._span import Span

_FIELDS = (
    ("traceId", str | None), ("spanId", str | None), ("parentSpanId", str | None), ("name", str | None),
    ("startTimeUnixNano", int | None), ("endTimeUnixNano", int | None),
)  # fmt: skip
_OTHER_FIELDS = (
    "traceState", "flags", "kind", "events", "links",
    "droppedAttributesCount", "droppedEventsCount", "droppedLinksCount",
)  # fmt: skip


_DEFAULTS = {msgspec.Raw: msgspec.Raw()}


class _Pair(msgspec.Struct, gc=False):
    key: str = ""
    value: msgspec.Raw = msgspec.Raw(b"{}")


class _Status(msgspec.Struct, gc=False):
    code: int | str | None = None
    message: str | None = None


class Shape(NamedTuple):
    """Decoders for one spelling of the keys.

    Of requests: `views` leave each span as text, `seen` decode what the columns need of it, `whole` keep everything.
    Of spans: `span` decodes one, `spans` an array of them, `texts` an array of them as text.
    """

    views: Any
    seen: Any
    whole: Any
    span: Any
    spans: Any
    texts: Any


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
        return struct(
            "Request",
            ("resourceSpans", resources),
            ("batches", resources),
            ("data", spans),
            ("resourceLogs", msgspec.Raw),
        )

    def decoder(request: Any) -> Any:
        return msgspec.json.Decoder(list[request] | request, strict=False)

    seen = (*_FIELDS, ("status", _Status | None), ("attributes", list[_Pair] | None))
    span = struct("Span", *seen)
    whole = struct("WholeSpan", *seen, *((key, msgspec.Raw) for key in _OTHER_FIELDS))
    return Shape(
        views=decoder(envelope(msgspec.Raw)),
        seen=decoder(envelope(span)),
        whole=decoder(envelope(whole)),
        span=msgspec.json.Decoder(span, strict=False),
        spans=msgspec.json.Decoder(list[span], strict=False),  # type: ignore[valid-type]
        texts=msgspec.json.Decoder(list[msgspec.Raw]),
    )


CAMEL, SNAKE = _shape(snake=False), _shape(snake=True)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Text that holds some spans: a whole request, or spans with commas between them (`bare`).

    Handles of small spans are a chunk and a place in it: the text of a span is found again when somebody looks.
    """

    shape: Shape
    text: memoryview
    bare: bool

    def span(self, place: int) -> memoryview:
        if self.bare:
            texts = self.shape.texts.decode(b"".join((b"[", self.text, b"]")))
        else:
            texts = [text for _, text in spans_of(self.shape.views.decode(self.text))]
        return memoryview(texts[place])


def spans_of(envelope: Any) -> Iterator[tuple[list[Any], Any]]:
    """Each span with the path that leads to it. The path is one list that changes as the walk goes on."""
    path: list[Any] = []
    for number, request in enumerate(envelope if isinstance(envelope, list) else [envelope]):
        prefix = [number] if isinstance(envelope, list) else []
        for at, span in enumerate(request.data or ()):
            path[:] = [*prefix, "data", at]
            yield path, span
        for key in ("resourceSpans", "batches"):
            for at, resource in enumerate(getattr(request, key) or ()):
                yield from _spans_of_resource(resource, path, [*prefix, key, at])


def _spans_of_resource(resource: Any, path: list[Any], prefix: list[Any]) -> Iterator[tuple[list[Any], Any]]:
    for key in ("scopeSpans", "instrumentationLibrarySpans"):
        for at, scope in enumerate(getattr(resource, key) or ()):
            path[:] = [*prefix, key, at, "spans", 0]
            for number, span in enumerate(scope.spans or ()):
                path[-1] = number
                yield path, span


def span_of(handle: Any) -> Span:
    """The span behind a row's handle: its chunk and place, its text, its decoded fields, or its document."""
    if isinstance(handle, dict):
        return _span_fields.span(handle)
    if isinstance(handle, msgspec.Struct):
        return _span_fields.span(_document(handle))
    if isinstance(handle, tuple):
        chunk, place = handle
        handle = chunk.span(place)
    try:
        document = _salvage.loads(memoryview(handle))
    except ValueError:
        document = _salvage.repaired(memoryview(handle))
    return _span_fields.span(document if isinstance(document, dict) else {})


def _document(span: Any) -> dict[str, Json]:
    """A span as its format wrote it, out of decoded fields."""
    document: dict[str, Json] = {}
    for field in msgspec.structs.fields(span):
        value = getattr(span, field.name)
        if isinstance(value, msgspec.Raw):
            value = _salvage.loads(memoryview(value)) if memoryview(value) else None
        elif field.name == "attributes":
            pairs = value or ()
            value = [{"key": pair.key, "value": _salvage.loads(memoryview(pair.value))} for pair in pairs]
        elif isinstance(value, int):  # times, which OTLP writes as text
            value = str(value)
        elif isinstance(value, _Status):
            value = {key: item for key, item in msgspec.structs.asdict(value).items() if item is not None}
        if value is not None:
            document[field.encode_name] = value
    return document
