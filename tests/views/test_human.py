"""What a person's text means as an answer."""

from __future__ import annotations

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.core.outcome import Reply, ToolResult
from replaydbg.core.request import ModelRequest, ToolRequest
from replaydbg.replay.api import Asked
from replaydbg.views import human
from tests.support.blocks import text_of
from tests.support.build import system, user

MODEL = Asked("a", ModelRequest("gpt", (system("s"), user("what now?"))), 3, "its request was edited")
TOOL = Asked("b", ToolRequest(ToolCall("c", "search", {"q": "x"})), None, "a new call")


def test_text_is_a_reply() -> None:
    outcome = human.outcome(MODEL, "hello {")
    assert isinstance(outcome, Reply)
    assert outcome.message.text == "hello {"


def test_a_message_as_json_calls_tools() -> None:
    outcome = human.outcome(MODEL, '{"tool_calls": [{"name": "search", "arguments": {"q": "y"}}]}')
    assert isinstance(outcome, Reply)
    assert outcome.message.tool_calls == (ToolCall("", "search", {"q": "y"}),)


def test_other_json_is_text() -> None:
    outcome = human.outcome(MODEL, '{"answer": 42}')
    assert isinstance(outcome, Reply)
    assert outcome.message.text == '{"answer": 42}'


def test_a_broken_message_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="no message"):
        human.outcome(MODEL, '{"tool_calls": [{"arguments": {}}]}')


@pytest.mark.parametrize(("text", "result"), [('{"n": 1}', {"n": 1}), ("plain", "plain"), ("3", 3)])
def test_results(text: str, result: object) -> None:
    assert human.outcome(TOOL, text) == ToolResult(result)


def test_the_question_shows_what_it_is_about() -> None:
    assert "gpt" in human.question(MODEL)
    assert "what now?" in text_of(human.context_blocks(MODEL))
    assert '→ search  {"q": "x"}' in text_of(human.context_blocks(TOOL))
    assert human.part(TOOL).text == ""


def test_permission_is_asked_with_the_call_beside_the_recorded_one() -> None:
    assert human.permission(TOOL) == "May search run?"
    recorded = ToolCall("c", "search", {"q": "w", "n": 1})
    said = text_of(human.permission_blocks(TOOL, recorded, "the command ./search"))
    assert '→ search  {"q": "x"}' in said
    assert "by the command ./search" in said
    assert '/q: "w" → "x"' in said
    assert "/n: 1 → nothing" in said
    assert "nothing was recorded" in text_of(human.permission_blocks(TOOL, None, "x"))
    same = ToolCall("c", "search", {"q": "x"})
    assert "had the same arguments" in text_of(human.permission_blocks(TOOL, same, "x"))
