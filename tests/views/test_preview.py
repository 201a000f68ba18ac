"""What a step said, in the rest of one line."""

from __future__ import annotations

from replaydbg.core.message import Message, OtherPart, Role, text_message
from replaydbg.core.step import Kind, PlainBody
from replaydbg.views.preview import arguments_line, preview
from replaydbg.views.text import plain
from tests.support.build import Built, assistant, call, model_call, other, tool_execution, trace, user


def said(step: Built) -> str:
    return plain(preview(trace(step), 0))


def test_model_calls() -> None:
    assert said(model_call("m", None, assistant("", call("a"), call("b"), call("a")))) == "→ a ×2, b"
    assert said(model_call("m", None, text_message(Role.ASSISTANT, "two\nlines"))) == '"two lines"'
    assert said(model_call("m", None)) == ""
    assert said(model_call("m", None, error="429 too many")) == "429 too many"


def test_tool_executions() -> None:
    asked = call("t", {"id": 7, "why": "ünïcode", "deep": {"a": [1]}})
    assert (
        said(tool_execution("t", asked, {"ok": True})) == 'id=7 why="ünïcode" deep={"a": [1]} ⇒ {"ok": true}'
    )
    assert said(tool_execution("t", asked, None)).endswith("⇒ null")
    assert said(tool_execution("t", asked, error="refused")).endswith("✗ refused")
    assert said(tool_execution("t", None)) == ""


def test_arguments_that_are_no_object() -> None:
    assert arguments_line(call("t", raw='{"id": ')) == '{"id":'
    assert arguments_line(call("t", [1, 2])) == "[1, 2]"


def test_others() -> None:
    assert said(other("r", Kind.RETRIEVAL, "docs", input="how to")) == "how to"
    assert said(other("o", Kind.OPAQUE, "x", input="how to")) == ""


def test_messages_that_nobody_answered_end_in_what_was_said_last() -> None:
    body = PlainBody(messages=(user("one"), user("and\ntwo")))
    assert said(Built("o", Kind.OPAQUE, "messages without a reply", body)) == '"and two"'
    wordless = Message(Role.USER, (OtherPart({"a": 1}),))
    body = PlainBody(messages=(user("one"), assistant("1"), user("two"), wordless))
    assert said(Built("o", Kind.OPAQUE, "messages without a reply", body)) == '"two"'
    body = PlainBody(messages=(user("one"), assistant("1"), wordless))
    assert said(Built("o", Kind.OPAQUE, "messages without a reply", body)) == ""


def test_long_texts_are_cut_before_they_are_worked_on() -> None:
    assert len(said(tool_execution("t", call("t", {"x": "y" * 1_000_000}), "z" * 1_000_000))) < 1000
