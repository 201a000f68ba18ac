"""What was said in lines is found again by numbers, in whichever file the line stands."""

from __future__ import annotations

import orjson

from replaydbg.core.message import Role
from replaydbg.readers import _claude_bodies
from replaydbg.readers._claude_bodies import Bodies
from replaydbg.readers._line_store import LineStore
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
