"""ChatGPT's export: the branch that was looked at last."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.chatgpt_export import READER
from tests.support.readings import clear, opened, outline, sniffed


def node(id_: str, parent: str | None, role: str, content: Any, **more: Any) -> dict[str, Any]:
    name = more.pop("name", None)
    number = ord(id_) - ord("a")
    message = {"id": id_, "author": {"role": role, "name": name}, "create_time": 1_770_000_000.5 + number, "content": content,
               "metadata": {"model_slug": "big"}, "recipient": "all", **more}  # fmt: skip
    return {"id": id_, "parent": parent, "message": message, "children": []}


def text(*parts: Any) -> dict[str, Any]:
    return {"content_type": "text", "parts": list(parts)}


NODES = [
    {"id": "root", "message": None, "parent": None, "children": ["a"]},
    node("a", "root", "user", text("compute")),
    node("b", "a", "assistant", text("another branch")),
    node("c", "a", "assistant", {"content_type": "code", "language": "unknown", "text": "1/0"}, recipient="python"),
    node("d", "c", "tool", {"content_type": "execution_output", "text": "ZeroDivisionError"}, name="python",
         metadata={"aggregate_result": {"status": "failed_with_in_kernel_exception"}}),
    node("e", "d", "assistant", {"content_type": "thoughts", "thoughts": [{"summary": "s", "content": "hm"}]}),
    node("f", "e", "assistant", text("No.", {"asset_pointer": "file-service://x"})),
]  # fmt: skip
TALK = {
    "conversation_id": "talk",
    "title": "t",
    "mapping": {each["id"]: each for each in NODES},
    "current_node": "f",
}
STRAIGHT = {**TALK, "mapping": {each["id"]: each for each in NODES if each["id"] != "b"}}


@pytest.mark.parametrize("content", [[STRAIGHT], STRAIGHT, [{**STRAIGHT, "current_node": None}]])
def test_a_conversation(content: Any) -> None:
    trace = clear(READER, content)
    assert (trace.id, outline(trace)) == (
        "talk", ["model-call chat big", "tool-execution python!", "model-call chat big", "model-call chat big"],
    )  # fmt: skip
    assert trace.body(1).call.arguments == {"input": "1/0"}  # type: ignore[union-attr]
    assert [trace.duration_ms(row) for row in (1, 2)] == [1000, 1000]


def test_other_branches_are_counted() -> None:
    reading = opened(READER, [TALK, {**STRAIGHT, "conversation_id": "more"}])
    assert [trace.id for trace in reading.traces] == ["talk", "more"]
    assert [notice.message for notice in reading.notices] == [
        "1 messages of other branches of the conversation, left out"
    ]


def test_a_tree_that_bites_its_tail_ends() -> None:
    ring = {"a": {**NODES[1], "parent": "b"}, "b": {**NODES[2], "parent": "a"}}
    assert outline(opened(READER, {"mapping": ring, "current_node": "b"}).traces[0]) == [
        "model-call chat big"
    ]


@pytest.mark.parametrize("content", [{"mapping": {}}, {"mapping": {"a": {}}}, [], [1]])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [[STRAIGHT]]
