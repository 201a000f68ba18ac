"""Sessions of Strands Agents: a message a file, in the order of their numbers."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.core.message import Role
from replaydbg.readers._api import Document
from replaydbg.readers.strands_session import READER
from tests.support.readings import one, opened, outline, sniffed

USE = {"toolUse": {"toolUseId": "t1", "name": "look", "input": {"q": "a"}}}
GOT = {"toolResult": {"toolUseId": "t1", "status": "error", "content": [{"text": "no"}]}}
TOOK = {"usage": {"inputTokens": 5, "outputTokens": 2}, "metrics": {"latencyMs": 3}}


def said(number: int, role: str, *blocks: Any, **more: Any) -> dict[str, Any]:
    message = {"role": role, "content": list(blocks), **({"metadata": TOOK} if role == "assistant" else {})}
    moment = f"2026-11-26T17:21:{number:02}.5+00:00"
    return {"message": message, "message_id": number, "redact_message": None, "created_at": moment, **more}


TALK = [
    said(0, "user", {"text": "hi"}),
    said(1, "assistant", {"text": "I look."}, USE),
    said(2, "user", GOT),
    *(
        said(number, "assistant" if number % 2 else "user", {"text": f"word {number}"})
        for number in range(3, 12)
    ),
]
FOLDER = "session_s/agents/agent_ann/messages"


def folder(opened_number: int = 0) -> Document:
    files = {f"message_{at}.json": memoryview(orjson.dumps(value)) for at, value in enumerate(TALK)}
    own = f"message_{opened_number}.json"
    document = Document(f"{FOLDER}/{own}", files[own])
    assert READER.beside is not None
    names = READER.beside(document, [*files, "agent.json", "x/message_1.json"])
    return Document(document.name, document.buffer, {name: Document(name, files[name]) for name in names})


@pytest.mark.parametrize("number", [0, 10])
def test_the_files_of_a_folder_are_one_talk_whichever_is_opened(number: int) -> None:
    *_, reading = READER.read(folder(number), False)
    (trace,) = reading.traces
    assert (trace.id, reading.notices) == ("s/ann", ())
    assert outline(trace)[:3] == ["model-call chat", "tool-execution look!", "model-call chat"]
    assert (len(trace), {trace.agent(row) for row in range(len(trace))}) == (7, {"ann"})
    assert (trace.tokens(0), trace.duration_ms(0)) == (7, 3)
    last = trace.body(6)
    assert last.messages is not None
    assert [message.text for message in last.messages][-2:] == ["word 9", "word 10"], "10 comes behind 9"
    assert last.output is not None
    assert last.output.text == "word 11"


def snapshot(prompt: Any, **version: str) -> dict[str, Any]:
    kept = {"messages": [one["message"] for one in TALK], "state": {}, "system_prompt": prompt}
    return {"scope": "agent", **version, "created_at": "2026-11-27T05:43:01Z", "data": kept, "app_data": {}}


@pytest.mark.parametrize(
    "prompt", ["be nice", [{"text": "be nice"}, {"cachePoint": {"type": "default"}}], None]
)
def test_a_snapshot_has_the_prompt_and_all_messages(prompt: Any) -> None:
    name = "./.strands/session/s1/scopes/agent/ann/snapshots/snapshot_latest.json"
    data = memoryview(orjson.dumps(snapshot(prompt, schema_version="1.0")))
    *_, reading = READER.read(Document(name, data), False)
    (trace,) = reading.traces
    assert (trace.id, reading.notices, len(trace), trace.tokens(0)) == ("s1/ann", (), 7, 7)
    assert outline(trace)[:3] == ["model-call chat", "tool-execution look!", "model-call chat"]
    first = trace.body(0).messages or ()
    assert [message.text for message in first] == (["be nice", "hi"] if prompt else ["hi"])
    assert sniffed(READER, snapshot(prompt, schemaVersion="1.0")) == 0.95
    assert sniffed(READER, {**snapshot(prompt, schema_version="1.0"), "scope": "multi_agent"}) == 0.0


def test_one_file_alone() -> None:
    assert sniffed(READER, TALK[1]) == 0.95
    assert outline(one(READER, TALK[1])) == ["model-call chat"]
    assert outline(one(READER, TALK[0])) == ["opaque messages without a reply"]


def test_what_a_guardrail_took_out_is_told_as_it_was_sent_on() -> None:
    redacted = {"role": "user", "content": [{"text": "(removed)"}]}
    body = one(READER, said(0, "user", {"text": "secret"}, redact_message=redacted)).body(0)
    assert body.messages is not None
    assert [(message.role, message.text) for message in body.messages] == [(Role.USER, "(removed)")]


def test_a_damaged_file_is_told_by_its_name() -> None:
    whole = folder()
    broken = Document("message_3.json", memoryview(b'{"message": {"role": "assistant", "content": [{"te'))
    *_, reading = READER.read(
        Document(whole.name, whole.buffer, {**whole.beside, "message_3.json": broken}), False
    )
    assert [notice.pointer.startswith("message_3.json") for notice in reading.notices] == [True]
    assert len(reading.traces[0]) == 7


@pytest.mark.parametrize("content", [{"message": {"role": "user"}, "message_id": 1}, {"messages": []}, [1]])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0
    opened(READER, content)


SAMPLES = [*TALK[:3], snapshot("be nice", schema_version="1.0")]
