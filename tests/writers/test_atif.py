"""ATIF trajectories hold to the rules of the format, whatever the trace was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given

from replaydbg.actions.open import open_trace
from replaydbg.core.step import Kind, Usage
from replaydbg.core.trace import Trace
from replaydbg.wire.arguments import call_from_raw
from replaydbg.writers._api import Losses, Written
from replaydbg.writers.atif import WRITER, _Trajectory
from tests.support import strategies
from tests.support.build import (
    assistant,
    call,
    model_call,
    parameters,
    response,
    tool,
    tool_execution,
    trace,
    user,
)

TRACES = Path(__file__).resolve().parents[2] / "traces"
LOOK = tool("look", parameters(["id"], id={"type": "integer"}))
ONLY_OF_AGENTS = {"model_name", "reasoning_content", "tool_calls", "metrics"}


def written(run: Trace) -> tuple[dict[str, Any], list[str]]:
    losses = Losses()
    (line,) = b"".join(WRITER.write([Written(run)], losses)).splitlines()
    return orjson.loads(line), list(losses)


def assert_valid(document: dict[str, Any]) -> None:
    """The rules of the format's own models: numbered steps, fields by source, results that name calls of their step."""
    assert document["schema_version"].startswith("ATIF-v1.")
    assert document["session_id"]
    assert {"name", "version"} <= document["agent"].keys()
    for number, step in enumerate(document["steps"], 1):
        assert step["step_id"] == number
        assert step["source"] in {"system", "user", "agent"}
        assert isinstance(step["message"], str)
        if step["source"] != "agent":
            assert not ONLY_OF_AGENTS & step.keys()
        ids = [call["tool_call_id"] for call in step.get("tool_calls", [])]
        assert all(isinstance(call["arguments"], dict) for call in step.get("tool_calls", []))
        for result in step.get("observation", {}).get("results", []):
            assert result.get("source_call_id", "none") in {*ids, "none"}
            assert isinstance(result["content"], str)


def test_it_is_written_step_by_step_as_one_document() -> None:
    run = open_trace(str(TRACES / "support-incident.json")).trace
    pieces = list(WRITER.write([Written(run)], Losses()))
    whole = b"".join(pieces)
    document = orjson.loads(whole)
    assert whole == orjson.dumps(document) + b"\n"
    assert len(pieces) == len(document["steps"]) + 2
    assert [orjson.loads(piece.lstrip(b",")) for piece in pieces[1:-1]] == document["steps"]


def test_a_step_that_is_done_with_is_kept_as_its_bytes() -> None:
    """Only what may still be answered, and the last reply, below which more may come."""
    asked = [call("look", {"id": number}, f"c{number}") for number in range(20)]
    prompts = [[user("go")]]
    for number, each in enumerate(asked):
        prompts.append([*prompts[-1], assistant("", each), response(f"c{number}", "found")])
    open_call = call("look", {"id": 99}, "never")
    steps = [model_call("m", prompts[0], assistant("", asked[0], open_call))]
    steps += [model_call(f"m{at}", prompts[at], assistant("", asked[at])) for at in range(1, 20)]
    trajectory = _Trajectory(trace(*steps), Losses())
    pieces = trajectory.pieces()
    closed: list[int] = []
    close = trajectory._close

    def watched(place: int) -> None:
        closed.append(len(trajectory._open))
        close(place)

    trajectory._close = watched  # type: ignore[method-assign]
    document = orjson.loads(b"".join(pieces))
    assert len(document["steps"]) == len(closed) == 21
    assert max(closed) <= 4


def test_the_incident_as_a_trajectory() -> None:
    recorded = open_trace(str(TRACES / "support-incident.json")).trace
    document, losses = written(recorded)
    assert_valid(document)
    agents = [step for step in document["steps"] if step["source"] == "agent"]
    assert len(agents) == 13
    calls = [call["tool_call_id"] for step in agents for call in step.get("tool_calls", [])]
    results = [
        result["source_call_id"]
        for step in agents
        for result in step.get("observation", {}).get("results", [])
    ]
    assert sorted(calls) == sorted(results), "each call has its result, once"
    assert document["final_metrics"]["total_prompt_tokens"] == sum(n for n in recorded.input_tokens if n > 0)
    assert losses == [
        "2 agent invocation steps: the format is one line of messages and calls",
        "13 model calls: when and why it ended has no place",
        "11 tool executions: times, place in the tree and whether they failed are left out",
        "1 further agent: calls stand among those of the first, the name under `extra`",
    ]


def test_a_prompt_that_was_not_recorded_is_told_of() -> None:
    said = [model_call(f"m{n}", None, assistant(f"step {n}"), start_ms=n) for n in range(2)]
    _, losses = written(trace(*said))
    assert "2 prompts: not recorded, what was said before stands for it" in losses


def test_reasoning_tokens_stand_beside_the_others() -> None:
    usage = Usage(input_tokens=9, output_tokens=4, reasoning_tokens=3)
    document, _ = written(trace(model_call("m", [user("hi")], assistant("yes"), usage=usage)))
    assert_valid(document)
    assert document["steps"][-1]["metrics"] == {
        "prompt_tokens": 9,
        "completion_tokens": 4,
        "extra": {"reasoning_tokens": 3},
    }


def test_a_conversation_is_told_once_with_results_below_their_calls() -> None:
    first, last = call("look", {"id": 1}, "c1"), call("look", {"id": 2}, "c1")
    run = trace(
        model_call("m1", [user("hi")], assistant("looking", first), tools=[LOOK], start_ms=0),
        tool_execution("t1", first, "one", start_ms=1),
        model_call(
            "m2",
            [user("hi"), assistant("looking", first), response("c1", "one")],
            assistant("", last),
            start_ms=2,
        ),
        tool_execution("t2", last, {"two": 2}, start_ms=3),
    )
    document, _ = written(run)
    assert_valid(document)
    assert [step["source"] for step in document["steps"]] == ["user", "agent", "agent"]
    contents = [step["observation"]["results"][0]["content"] for step in document["steps"][1:]]
    assert contents == ["one", '{"two":2}'], "ids may repeat: the latest call that waits is meant"


def test_a_reply_that_came_with_the_prompt_is_no_model_call(tmp_path: Path) -> None:
    run = trace(model_call("m", [user("hi"), assistant("ho"), user("and?")], assistant("so"), model=""))
    document, _ = written(run)
    assert_valid(document)
    assert [step.get("is_copied_context") for step in document["steps"]] == [None, True, None, None]
    assert "model_name" not in document["steps"][3], "a model that nobody recorded has no name"
    path = tmp_path / "again.json"
    path.write_bytes(orjson.dumps(document))
    (shown,) = open_trace(str(path)).traces
    (again,) = shown.steps()
    assert [message.text for message in again.body.messages or ()] == ["hi", "ho", "and?"]
    assert again.model == ""


def test_what_has_no_place_is_said() -> None:
    broken = call_from_raw("c1", "look", '{"id": ')
    document, losses = written(
        trace(model_call("m", [user("hi"), response("c9", "?")], assistant("", broken)))
    )
    assert document["steps"][1]["tool_calls"][0]["arguments"] == {"raw": '{"id": '}
    assert "1 tool call: arguments that are no object stand under `raw`" in losses
    assert "1 tool response: no call before asked for this, left out" in losses


@given(strategies.traces())
def test_anything_can_be_written(run: Trace) -> None:
    assert_valid(written(run)[0])


def test_an_agent_that_acts_by_its_words_alone() -> None:
    """Its commands are taken out of the text that comes back without them, and what it saw is a message of the user's."""
    said = ["I look.", "I look again.", "Done."]
    asked = [call("bash", {"command": "ls"}, ""), call("bash", {"command": "pwd"}, "")]
    seen = ["a.txt", "/tmp"]
    prompts = [[user("go")]]
    for words, result in zip(said, seen, strict=False):
        prompts.append([*prompts[-1], assistant(words), user(result)])
    run = trace(
        model_call("a", messages=prompts[0], reply=assistant(said[0], asked[0])),
        tool_execution("f", asked[0], seen[0]),
        model_call("b", messages=prompts[1], reply=assistant(said[1], asked[1])),
        tool_execution("g", asked[1], seen[1]),
        model_call("c", messages=prompts[2], reply=assistant(said[2])),
    )
    document, _ = written(run)
    assert_valid(document)
    agents = [step for step in document["steps"] if step["source"] == "agent"]
    assert [step["message"] for step in agents] == said, "each reply is told once"


def test_what_was_seen_without_a_call_stands_below_the_reply() -> None:
    def looked(result: str) -> Any:
        return tool_execution(result, None, result)

    run = trace(
        model_call("d", messages=[user("go")], reply=assistant("I look.")),
        looked("a.txt"),
        model_call("e", messages=[user("go"), assistant("I look."), user("a.txt")], reply=assistant("Done.")),
        looked("bye"),
    )
    document, _ = written(run)
    assert_valid(document)
    assert [(step["source"], step["message"], step.get("observation")) for step in document["steps"]] == [
        ("user", "go", None),
        ("agent", "I look.", {"results": [{"content": "a.txt"}]}),
        ("agent", "Done.", {"results": [{"content": "bye"}]}),
    ]


@pytest.mark.parametrize("path", sorted(TRACES.glob("*.json*")), ids=lambda path: path.name)
def test_each_model_call_of_our_samples_is_there_again_once(path: Path, tmp_path: Path) -> None:
    recorded = open_trace(str(path)).traces
    again = tmp_path / "again"
    count = 0
    for number, run in enumerate(recorded):
        again.with_suffix(f".{number}").write_bytes(b"".join(WRITER.write([Written(run)], Losses())))
        (shown,) = open_trace(str(again.with_suffix(f".{number}"))).traces
        replies = [step.body.output for step in run.steps() if step.kind is Kind.MODEL_CALL]
        assert len([step for step in shown.steps() if step.kind is Kind.MODEL_CALL]) == len(replies)
        count += len(replies)
    assert count
