"""Cassettes of HTTP recorders in YAML: VCR for Python and for Ruby, and pytest-recording.

The model calls among the recorded exchanges are read as a raw chat log is, with the exact prompts and schemas that
were sent; other exchanges are left out. One cassette is one sitting.

Get one: `@pytest.mark.vcr` of pytest-recording writes `cassettes/<module>/<test>.yaml` with `pytest --record-mode=once`,
`vcr.use_cassette("run.yaml")` anything.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from replaydbg import limits
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.trace import Source
from replaydbg.readers import _cassette, _stitch, _stitched, _yaml
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.wire import loose

_INTERACTIONS = re.compile(rb"(?:\A|\n)(interactions|http_interactions):[ \t]*\r?(?:\n|\Z)")


def sniff(document: Document) -> float:
    head = document.head
    return 0.9 if head[:1] not in b"{[" and _INTERACTIONS.search(head) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # YAML is parsed whole
    notices: list[Notice] = []
    value = _cassette_of(document, notices)
    stitcher = _stitch.Stitcher()
    if value is not None:
        for call in _cassette.calls(value, "", notices):
            exchange = value["interactions"][call.path[-1]]
            origin = _stitched.Origin(memoryview(loose.encoded(exchange).encode()), ())
            stitcher.add_call(call, origin, group="cassette")
    traces = _stitched.traces(Source(document.name, READER.name), stitcher, notices)
    yield Reading(traces, tuple(notices))


def _cassette_of(document: Document, notices: list[Notice]) -> dict[str, Json] | None:
    """The cassette in the shape of its JSON form; None, and a notice, where it can not be read."""
    if len(document.buffer) > limits.YAML_BYTES_MAX:
        most = limits.YAML_BYTES_MAX >> 20
        notices.append(Notice("", f"more than {most} MiB of YAML; record to JSON, or split the cassette"))
        return None
    try:
        value = _yaml.load(bytes(document.buffer).decode("utf-8-sig", "replace"))
    except _yaml.NotYamlError as error:
        notices.append(Notice("", f"{error}"))
        return None
    record = loose.mapping(value)
    exchanges = record.get("interactions", record.get("http_interactions"))
    if not isinstance(exchanges, list):
        raise NotThisFormat("no interactions")
    return {"interactions": [_plain(loose.mapping(exchange)) for exchange in exchanges]}


def _plain(exchange: dict[str, Json]) -> dict[str, Json]:
    """The status as a number; bodies that Ruby wrote as base64 as text."""
    request, response = loose.mapping(exchange.get("request")), loose.mapping(exchange.get("response"))
    status = response.get("status")
    if isinstance(status, dict):
        response = {**response, "status": status.get("code")}
    return {**exchange, "request": _with_text(request), "response": _with_text(response)}


def _with_text(message: dict[str, Json]) -> dict[str, Json]:
    packed = loose.mapping(message.get("body")).get("base64_string")
    if not isinstance(packed, str):
        return message
    try:
        return {**message, "body": _yaml.text_of(base64.b64decode(packed))}
    except (binascii.Error, ValueError):
        return message


READER = Reader("vcr", "HTTP cassettes in YAML (VCR)", sniff, read, needs=(b"interactions:",))
