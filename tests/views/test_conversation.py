"""A model call as a conversation."""

from __future__ import annotations

from dataclasses import replace

from replaydbg.codec import make_edit
from replaydbg.core.message import Media, Message, OtherPart, Reasoning, Role, Text, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.views.blocks import Folds
from replaydbg.views.conversation import conversation
from tests.support.blocks import about, text_of, violation
from tests.support.build import (
    agent,
    assistant,
    call,
    chat,
    model_call,
    other,
    response,
    system,
    tool_execution,
    trace,
    user,
)

ASKED = call("search", {"q": "x"}, "c1")
TALK = chat(
    [system("be brief"), user("hi"), assistant("", ASKED), response("c1", {"hits": 0}), assistant("none")]
)


def said(id_: str, folds: Folds | None = None, **more: object) -> str:
    return text_of(conversation(about(TALK, id_, **more), folds or Folds()))  # type: ignore[arg-type]


def test_the_first_call_shows_everything() -> None:
    text = said("m1")
    assert "system  ~2 tokens\nbe brief" in text
    assert "user  ~1 token\nhi" in text
    assert '→ search  {"q": "x"}' in text
    assert "new" not in text


def test_a_later_call_shows_what_is_new() -> None:
    text = said("m2")
    assert "▸ 3 earlier messages, ~5 tokens, known since #1" in text
    assert "be brief" not in text
    assert "tool  search  ~3 tokens  new" in text
    assert '"hits": 0' in text
    assert text.rstrip().endswith("none")
    assert "be brief" in said("m2", Folds().toggled("earlier"))


def test_a_part_of_the_prompt_is_never_told_to_be_more_than_all_of_it() -> None:
    """Some recorders leave what came from a cache out of the tokens of the prompt."""
    messages = [system("be brief"), user("hi")]

    def told(input_tokens: int) -> str:
        more = model_call(
            "m2", [*messages, assistant("ok"), user("go on")], "yes", usage=Usage(input_tokens, 1)
        )
        again = trace(model_call("m1", messages, "ok"), more)
        return text_of(conversation(about(again, "m2"), Folds()))

    assert "3 earlier messages, ~3 of 9 tokens" in told(9)
    assert "3 earlier messages, ~3 tokens" in told(2)


def test_violations_stand_under_the_call() -> None:
    text = said("m1", findings=[violation("m1", "/tool_calls/0/arguments/q", message="is too short")])
    assert "✗ q: is too short" in text


def test_an_edited_message_is_marked_and_never_folded_away() -> None:
    edit = make_edit(TALK.step(TALK.row("m2")), "/messages/0/content", "be long")
    text = said("m2", edits=[edit])
    assert "✎ edited" in text
    assert "be long" in text


def test_an_execution_shows_its_call_and_its_result() -> None:
    text = said("x1")
    assert "asked for by the model call #1" in text
    assert '→ search  {"q": "x"}' in text
    assert '"hits": 0' in text


def test_parts_of_all_kinds() -> None:
    parts = (
        Reasoning("hm " * 50),
        Text("so"),
        Media("image", "image/png", data="A" * 400),
        OtherPart({"odd": 1}),
    )
    run = trace(model_call("m", [Message(Role.USER, parts)], "ok"))
    text = text_of(conversation(about(run, "m"), Folds()))
    assert "▸ reasoning, 150 chars" in text
    assert "[image/png, 300 bytes]" in text
    assert '{"odd": 1}' in text


def test_what_was_not_recorded_is_said() -> None:
    run = trace(agent("a", "worker", model_call("m", None), tool_execution("t", None)))
    assert "not recorded" in text_of(conversation(about(run, "m"), Folds()))
    assert "no result was recorded" in text_of(conversation(about(run, "t"), Folds()))
    alone = trace(agent("a", "worker", model_call("m", None)))
    assert "1 step is inside it" in text_of(conversation(about(alone, "a"), Folds()))
    assert "2 steps are inside it" in text_of(conversation(about(run, "a"), Folds()))


def test_messages_of_an_agent_read_as_messages() -> None:
    step = other(
        "o",
        Kind.OPAQUE,
        "o",
        input=[{"role": "user", "parts": [{"type": "text", "content": "hello"}]}],
        output={"n": 1},
    )
    text = text_of(conversation(about(trace(step), "o"), Folds()))
    assert "user\nhello" in text
    assert '"n": 1' in text


def test_broken_arguments_are_shown_as_they_are() -> None:
    run = trace(model_call("m", [user("go")], assistant("", call("f", raw='{"a": '))))
    text = text_of(conversation(about(run, "m"), Folds()))
    assert "arguments are not JSON" in text
    assert '{"a": ' in text


def test_results_in_a_users_turn_are_a_tools() -> None:
    answer = Message(Role.USER, response("c1", "0 hits").parts)
    run = trace(model_call("m", [user("hi"), assistant("", ASKED), answer], "none"))
    assert "tool  search  ~2 tokens\n0 hits" in text_of(conversation(about(run, "m"), Folds()))


def test_evidence_about_broken_text_names_no_field() -> None:
    run = trace(model_call("m", [user("go")], assistant("", call("f", raw='{"a": '))))
    broken = violation("m", "/tool_calls/0/arguments_raw", message="break off")
    assert "✗ break off" in text_of(conversation(about(run, "m", [broken]), Folds()))


def test_a_step_whose_content_is_elsewhere_is_not_called_empty() -> None:
    """The second record of a call that two instrumentations recorded, for one."""
    bare = other("o", Kind.OPAQUE, "ChatOpenAI")
    told = replace(bare, body=replace(bare.body, raw={"attributes": []}))
    assert "nothing was recorded" in text_of(conversation(about(trace(bare), "o"), Folds()))
    assert "4 shows all that was recorded" in text_of(conversation(about(trace(told), "o"), Folds()))


def test_an_error_that_is_the_result_is_said_once() -> None:
    run = trace(tool_execution("t", ASKED, "no such order", error="no such order"))
    assert text_of(conversation(about(run, "t"), Folds())).count("no such order") == 1
    other_words = trace(tool_execution("t", ASKED, {"code": 7}, error="no such order"))
    assert "✗ no such order" in text_of(conversation(about(other_words, "t"), Folds()))


def test_what_was_left_out_is_said_to_be_so() -> None:
    reply = Message(
        Role.ASSISTANT,
        (
            OtherPart({"type": "text"}),
            ToolCall("c1", "find"),
            call("look", raw="__REDACTED__"),
            call("deep", raw="[" * 2000 + "]" * 2000),
        ),
    )
    text = text_of(conversation(about(trace(model_call("m1", [user("hi")], reply)), "m1"), Folds()))
    assert "(text: what it said was not recorded)" in text
    assert "→ find  its arguments were not recorded" in text
    assert "arguments redacted by the recorder" in text
    assert "arguments nested deeper than 1,024 levels: not read" in text
    assert "null" not in text
    assert "not JSON" not in text
