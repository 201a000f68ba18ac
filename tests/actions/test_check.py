"""Checking traces, files and folders."""

from __future__ import annotations

import gc
import json
import os
import weakref
from pathlib import Path

import pytest

from replaydbg import limits
from replaydbg.actions.check import Checked, Unread, check_paths, check_trace, listen
from replaydbg.actions.traces import read_listed
from replaydbg.graph.facts import Facts
from replaydbg.views.traces import Listed
from tests.support.build import assistant, call, model_call, parameters, tool, tool_execution, trace, user

TRACES = Path(__file__).resolve().parents[2] / "traces"
LOOK = tool("look", parameters(["id"], id={"type": "integer"}))
BAD = call("look", {"id": "x"}, "c1")
FACTS = Facts(
    trace(
        model_call("m1", [user("hi")], assistant("", call("look", {"id": 1}, "c0")), tools=[LOOK]),
        tool_execution("t1", call("look", {"id": 1}, "c0"), "y"),
        model_call("m2", [user("hi")], assistant("", BAD), tools=[LOOK]),
        tool_execution("t2", BAD, "y"),
    )
)


def test_findings_come_in_the_order_of_their_first_step() -> None:
    rows = [min(FACTS.trace.row(id_) for id_ in finding.step_ids) for finding in check_trace(FACTS)]

    assert rows
    assert rows == sorted(rows)


def test_rules_are_selected_and_ignored() -> None:
    assert {one.name for one in listen(FACTS, ["schema-violation"])[0]} == {"schema-violation"}
    assert "schema-violation" not in {one.name for one in listen(FACTS, ignore=["schema-violation"])[0]}


def test_a_folder_gives_its_traces_and_says_what_it_could_not_read() -> None:
    told = list(check_paths([str(TRACES)]))
    unread = [one for one in told if isinstance(one, Unread)]

    assert [Path(one.path).name for one in unread] == ["README.md"]
    assert not unread[0].asked_for
    assert sum(isinstance(one, Checked) for one in told) >= 8


def test_a_file_that_was_asked_for_is_told_so() -> None:
    (one,) = check_paths([str(TRACES / "README.md")])

    assert isinstance(one, Unread)
    assert one.asked_for


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_file_that_never_comes_to_an_end_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHECK_SECONDS_MAX", 5.0)
    os.mkfifo(tmp_path / "b.json")  # nobody writes to it
    for name in ("a.json", "c.json"):
        (tmp_path / name).write_bytes((TRACES / "support-incident.json").read_bytes())
    steps: list[tuple[int, int]] = []

    named = [str(tmp_path / name) for name in ("a.json", "b.json", "c.json")]  # in a folder it is no file
    told = list(check_paths(named, progress=lambda done, of: steps.append((done, of))))

    assert [Path(one.path).name for one in told] == ["a.json", "b.json", "c.json"]
    assert [type(one) for one in told] == [Checked, Unread, Checked]
    assert isinstance(told[1], Unread)
    assert told[1].asked_for
    assert "stopped after 5 seconds" in told[1].problem.message
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_what_comes_of_a_folder_is_what_comes_of_its_files() -> None:
    def facts(one: Checked | Unread) -> object:
        if isinstance(one, Unread):
            return one.path, one.problem.message
        return one.path, one.findings, one.notices, one.trace.ids, one.model_calls, one.unchecked_calls

    paths = sorted(map(str, TRACES.iterdir()))
    assert [facts(one) for one in check_paths([str(TRACES)])] == [
        facts(one) for path in paths for one in check_paths([path])
    ]


def test_what_one_trace_of_a_file_says_is_gone_when_the_next_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text('{"messages": [{"role": "assistant", "content": "a"}]}\n' * 2)
    every = check_paths([str(path)])
    first = next(every)
    assert isinstance(first, Checked)
    seen = weakref.ref(first.trace)
    del first
    assert isinstance(next(every), Checked)
    gc.collect()
    assert seen() is None


def test_why_a_file_holds_no_trace_is_told(tmp_path: Path) -> None:
    path = tmp_path / "questions.json"
    entry = {"id": "q", "question": [[{"role": "user", "content": "hi"}]], "function": []}
    path.write_text(f"{json.dumps(entry)}\n" * 2)
    (unread,) = check_paths([str(path)])
    assert isinstance(unread, Unread)
    assert unread.problem.message.endswith("holds no trace")
    assert "questions or tools" in unread.problem.hint
    (line,) = read_listed(Listed(str(path), "questions.json"))
    assert line.problem.startswith("holds no trace: 2 entries")
