"""Answers as JSON and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.branch import Edit, Provenance
from replaydbg.core.message import Media, Message, OtherPart, Reasoning, Role, Text, ToolCall
from replaydbg.core.outcome import Failed, Reply, ToolResult
from replaydbg.core.step import Usage
from replaydbg.session.answers import AnswerRow, Begun, answer_row, begun_text, read_answer, read_begun
from replaydbg.session.journal import JournalUnreadable
from replaydbg.wire import arguments

TEXT = st.text(st.characters(), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
CALLS = st.builds(ToolCall, TEXT, TEXT, st.dictionaries(TEXT, JSON, max_size=3)) | st.builds(
    arguments.call_from_raw, TEXT, TEXT, st.sampled_from(['{"a": 1}', '{"a": ', "", "[1]", '{"a":1.0}'])
)
PARTS = (
    st.builds(Text, TEXT)
    | st.builds(Reasoning, TEXT, TEXT)
    | CALLS
    | st.builds(Media, TEXT, TEXT, TEXT, TEXT)
    | st.builds(OtherPart, JSON)
)
REPLIES = st.builds(
    Reply,
    st.builds(Message, st.just(Role.ASSISTANT), st.lists(PARTS, max_size=4).map(tuple), TEXT, TEXT),
    TEXT,
    st.builds(Usage, st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)),
    st.floats(0, 9),
    st.booleans(),
)
OUTCOMES = REPLIES | st.builds(ToolResult, JSON, st.booleans()) | st.builds(Failed, TEXT, TEXT, st.booleans())


@given(OUTCOMES, st.sampled_from(Provenance))
def test_what_was_answered_comes_back(outcome: Reply | ToolResult | Failed, provenance: Provenance) -> None:
    assert read_answer(answer_row("q", outcome, provenance)) == (outcome, provenance)


@given(st.builds(Edit, TEXT, TEXT, JSON, JSON), st.lists(st.integers(0)).map(tuple), TEXT)
def test_what_a_re_run_was_to_do_comes_back(edit: Edit, rows: tuple[int, ...], text: str) -> None:
    begun = Begun((edit,), text, text, text, text, rows, rows, afresh=True, resumes=text)
    assert read_begun(begun_text(begun)) == begun


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"answer": "Shell"}', '{"answer": "Reply"}', "7"])
def test_what_can_not_be_read_is_said(text: str) -> None:
    with pytest.raises(JournalUnreadable):
        read_answer(AnswerRow("q", "live", text))
    with pytest.raises(JournalUnreadable):
        read_begun(text)


def test_the_raw_body_of_a_reply_is_not_kept() -> None:
    reply = Reply(Message(Role.ASSISTANT), raw={"secret": "header"})
    assert "secret" not in answer_row("q", reply, Provenance.LIVE).answer
