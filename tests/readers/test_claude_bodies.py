"""What was said in lines is found again by numbers, in whichever file the line stands."""

from __future__ import annotations

import orjson
import pytest

from replaydbg.core.message import Role
from replaydbg.readers import _claude_bodies
from replaydbg.readers._claude_bodies import Bodies
from replaydbg.readers._line_store import LineStore, whole
from replaydbg.wire import loose
from tests.support.claude_sessions import Lines


def test_entries_of_several_files_and_of_chains() -> None:
    first, second = Lines(), Lines()
    first.says("one")
    first.says("two")
    second.reply("m", "three")
    second.reply("m", ("c", "Bash", {}))
    store = LineStore()
    store.open(memoryview(first.bytes))
    entry = store.add(first.bytes.index(b"\n") + 1, 0)
    store.open(memoryview(second.bytes))
    reply = store.add(0, 0)
    store.link(reply, store.add(second.bytes.index(b"\n") + 1, 0))
    bodies = Bodies(store)
    assert bodies.message(entry).text == "two"
    message = bodies.message(reply)
    assert (message.role, message.text, message.tool_calls[0].name) == (Role.ASSISTANT, "three", "Bash")
    assert bodies.raw(entry) == first.values[1]
    assert bodies.raw(reply) == second.values
    assert store.size(entry) == len(orjson.dumps(first.values[1]))


def test_sections_of_a_line_that_has_results_and_words() -> None:
    lines = Lines()
    result = {"type": "tool_result", "tool_use_id": "c", "content": "out"}
    lines.add("user", message={"role": "user", "content": [result, {"type": "text", "text": "stop"}]})
    store = LineStore()
    store.open(memoryview(lines.bytes))
    entry, bodies = store.add(0, 0), Bodies(store)
    assert [
        bodies.message(entry | section).role for section in (_claude_bodies.RESULTS, _claude_bodies.OTHERS)
    ] == [
        Role.TOOL,
        Role.USER,
    ]


def test_words_of_lines_that_nobody_spoke() -> None:
    assert _claude_bodies.words({"content": "Conversation compacted"}) == "Conversation compacted"
    assert _claude_bodies.words({"error": {"status": 529}}) == '{"status":529}'
    assert (
        _claude_bodies.words({"message": {"content": [{"type": "text", "text": "API Error"}]}}) == "API Error"
    )
    assert _claude_bodies.words(None) == ""


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"user","message":{"role":"user","content":"a"},"toolUseResult":{"stdout":"b"}}',
        b'{"message":{"role":"user","content":"a"},"message":{"role":"user","content":"b"},"type":"user"}',
        b'{"type":7,"message":null,"attachment":[1],"data":{"message":{}}}',
        b'{"type":"user","message":{"content":NaN},"toolUseResult":NaN}',
        b'{"type":"user","message":{"content":"\xff"},"toolUseResult":"\xff"}',
        b'{"type":"user","message":{"content":"\\ud800"},"toolUseResult":"\\ud800"}',
        b'{"type":"user","message":{"content":123456789012345678901234567890}}',
        b'{"type":"user","message":{"content":"cut',
        b'{"type":"user","message":{"content":"a"},"toolUseResult":{"stdout":"cut',
        b"[1]",
        b"7",
    ],
)
def test_what_a_line_tells_the_model_is_what_stands_in_the_whole_line(line: bytes) -> None:
    found, told = loose.mapping(whole(line)), loose.mapping(_claude_bodies._told(line))
    keys = ("type", "message", "attachment", "data")
    assert [repr(found.get(key)) for key in keys] == [repr(told.get(key)) for key in keys]


def test_what_went_wrong_is_known_before_and_after_the_message_was_looked_at() -> None:
    lines = Lines()
    for is_error in (True, False):
        words = [{"type": "text", "text": "no"}, {"type": "text", "text": "such file"}]
        result = {"type": "tool_result", "tool_use_id": "c", "content": words, "is_error": is_error}
        lines.add("user", message={"role": "user", "content": [result]}, seen=True)
    store = LineStore()
    store.open(memoryview(lines.bytes))
    entries = [store.add(0, 0), store.add(lines.bytes.index(b"\n") + 1, 0)]
    bodies = Bodies(store)
    before = [bodies.facts(entry).error for entry in entries]
    for entry in entries:
        bodies.message(entry)
    assert before == ["no", ""]
    assert before == [bodies.facts(entry).error for entry in entries]
