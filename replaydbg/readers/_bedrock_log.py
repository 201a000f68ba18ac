"""What Bedrock's logging of model invocations writes, to S3 or to CloudWatch: a record for each call, bodies as they were sent.

A body above 100 KB lies in an object of its own, of which the record only has the address.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json
from replaydbg.wire import loose

_KIND = "ModelInvocationLog"


def is_record(value: Json) -> bool:
    return isinstance(value, dict) and value.get("schemaType") == _KIND


def inside(value: Json) -> Iterator[tuple[int, dict[str, Json]]]:
    """The records that the events of CloudWatch hold as text, with their numbers."""
    for number, event in enumerate(loose.sequence(loose.mapping(value).get("events"))):
        record = loose.parsed(loose.mapping(event).get("message"))
        if is_record(record):
            yield number, record


def request(record: dict[str, Json]) -> dict[str, Json] | None:
    """The body that was sent, with the name of the model; None where the record does not hold it."""
    body = loose.parsed(loose.mapping(record.get("input")).get("inputBodyJson"))
    if not isinstance(body, dict):
        return None
    asked = next((body[key] for key in ("inputText", "prompt") if isinstance(body.get(key), str)), None)
    if asked is not None and "messages" not in body:  # models of before Converse take a text
        body = {**body, "messages": [{"role": "user", "content": asked}]}
    return {**body, "model": loose.text(record.get("modelId")).rpartition("/")[2]}


def response(record: dict[str, Json]) -> Json:
    """The body that came back, the text alone of models that answer with one; a stream's as a list of its events."""
    body = loose.parsed(loose.mapping(record.get("output")).get("outputBodyJson"))
    match body:
        case {"generation": str(text)} | {"completion": str(text)}:
            return text
        case {"results": [{"outputText": str(text)}, *_]} | {"outputs": [{"text": str(text)}, *_]}:
            return text
    return body


def elsewhere(record: dict[str, Json]) -> str:
    """Where the body lies that the record does not hold; "" where it was not logged."""
    return loose.text(loose.mapping(record.get("input")).get("inputBodyS3Path"))


def facts(record: dict[str, Json]) -> dict[str, Json]:
    """What the record says of the call, under the names that other logs use."""
    asked, said = loose.mapping(record.get("input")), loose.mapping(record.get("output"))
    usage = {"input_tokens": asked.get("inputTokenCount"), "output_tokens": said.get("outputTokenCount")}
    body = loose.mapping(loose.parsed(said.get("outputBodyJson")))
    return {
        "request": asked,
        "start_time": record.get("timestamp"),
        "duration_ms": loose.mapping(body.get("metrics")).get("latencyMs"),
        "usage": {
            **usage,
            "cache_read_input_tokens": asked.get("cacheReadInputTokenCount"),
            "cache_creation_input_tokens": asked.get("cacheWriteInputTokenCount"),
        },
        "error": record.get("errorCode"),
    }
