"""Edits given as words."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from replaydbg.actions.edits import read_choices, read_edits
from replaydbg.core.branch import Choice
from replaydbg.errors import UsageProblem
from tests.support.build import assistant, call, model_call, system, tool_execution, trace, user

ASKED = call("lookup", {"id": 7, "region": "Europe", "deep": {"a": [1]}}, "c1")
TRACE = trace(
    model_call("m1", [system("Be kind."), user("hi")], assistant("", ASKED)),
    tool_execution("t1", ASKED, '{"error": "validation failed"}'),
    tool_execution("t:/2", ASKED, {"ok": True}),
)


def after(*words: str) -> list[tuple[str, str, object]]:
    return [(edit.step_id, edit.pointer, edit.after) for edit in read_edits(TRACE, words)]


@pytest.mark.parametrize(
    ("words", "step_id", "pointer", "value"),
    [
        pytest.param(
            "#1:/messages/0/content=true", "m1", "/messages/0/content", "true", id="text stays text"
        ),
        pytest.param("m1:/messages/0/content=", "m1", "/messages/0/content", "", id="empty text"),
        pytest.param("#2:/result={}", "t1", "/result", "{}", id="text that is JSON stays text"),
        pytest.param("#2:/result:={}", "t1", "/result", {}, id="JSON when said so"),
        pytest.param("#3:/result={}", "t:/2", "/result", {}, id="a value is read as JSON"),
        pytest.param("#3:/result=gone", "t:/2", "/result", "gone", id="what is no JSON is text"),
        pytest.param(
            "#1:/tool_calls/0/arguments/id=ORD-7",
            "m1",
            "/tool_calls/0/arguments/id",
            "ORD-7",
            id="number to text",
        ),
        pytest.param("#1:/tool_calls/0/arguments/id=8", "m1", "/tool_calls/0/arguments/id", 8, id="number"),
        pytest.param(
            "#1:/tool_calls/0/arguments/new=[1]", "m1", "/tool_calls/0/arguments/new", [1], id="new key"
        ),
        pytest.param(
            "#1:/messages/0/content=a=b:=c", "m1", "/messages/0/content", "a=b:=c", id="signs in the text"
        ),
        pytest.param("#1:/messages/0/content=@@home", "m1", "/messages/0/content", "@home", id="at sign"),
        pytest.param("#1:/messages/0/content=a\nb", "m1", "/messages/0/content", "a\nb", id="several lines"),
    ],
)
def test_what_the_words_become(words: str, step_id: str, pointer: str, value: object) -> None:
    assert after(words) == [(step_id, pointer, value)]


def test_a_value_from_a_file_and_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "prompt.txt"
    path.write_text("Regions are EU, US.\n")
    assert after(f"#1:/messages/0/content=@{path}") == [
        ("m1", "/messages/0/content", "Regions are EU, US.\n")
    ]

    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"from a pipe")))
    assert after("#1:/messages/0/content=@-") == [("m1", "/messages/0/content", "from a pipe")]


def test_several_edits_of_one_step_build_on_each_other() -> None:
    words = ("#1:/tool_calls/0/arguments={}", "#1:/tool_calls/0/arguments/id=1", "#2:/result=x")

    assert after(*words) == [("m1", "/tool_calls/0/arguments", {"id": 1}), ("t1", "/result", "x")]


def test_before_is_what_was_recorded() -> None:
    assert [edit.before for edit in read_edits(TRACE, ["#1:/messages/0/content=x"])] == ["Be kind."]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param("nonsense", "is no edit", id="no form"),
        pytest.param("#1/messages=x", "is no edit", id="no colon"),
        pytest.param("#9:/result=x", "there is no step #9", id="no such step"),
        pytest.param("#2:/status=ok", "can be edited at", id="not editable"),
        pytest.param("#1:/tool_calls/0/arguments:={", "is not JSON", id="broken JSON"),
        pytest.param("#2:/result=@/nowhere", "cannot be read", id="no such file"),
    ],
)
def test_what_can_not_be_done_is_said(words: str, sentence: str) -> None:
    with pytest.raises(UsageProblem, match=sentence):
        after(words)


def test_choices_name_steps_as_edits_do() -> None:
    assert read_choices(TRACE, ["#1"], ["t1"]) == {"m1": Choice.RERUN, "t1": Choice.KEEP}
    with pytest.raises(UsageProblem, match="cannot be kept and re-run"):
        read_choices(TRACE, ["#1"], ["m1"])
    with pytest.raises(UsageProblem, match="there is no step #99"):
        read_choices(TRACE, ["#99"], [])
