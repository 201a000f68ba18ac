"""The verb: options, prices, who answers; and the demo's incident, mended by some edits and not by others."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from replaydbg.actions.open import open_trace
from replaydbg.actions.rerun import RerunOptions, branch_id, cut_off, rerun
from replaydbg.codec import make_edit
from replaydbg.core.branch import Branch, Edit, Provenance
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.drivers.providers._local import LocalServer
from replaydbg.drivers.running import RunJournal, left_behind
from replaydbg.drivers.store import Recording
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.session.answers import read_begun
from tests.support.build import assistant, call, chat, response, user
from tests.support.drive import edit, provenances
from tests.support.model_server import reply, serving

HERE = "python:tests.actions.test_rerun"
LOOP = chat(
    [
        user("where is order 7?"),
        assistant("", call("find", {"id": 7}, "c1")),
        response("c1", "no such order"),
        assistant("I can not find it."),
    ]
)
RESULT = [edit(LOOP, "x1", "/result", "found")]
INCIDENT = Path(__file__).parents[2] / "traces" / "support-incident.json"


def model(request: dict[str, Any]) -> str:
    return f"told: {request['messages'][-1]['content']}"


def find(id: int) -> str:  # noqa: A002 - the name of the tool's argument
    return f"order {id} is on its way"


async def slow_model(request: dict[str, Any]) -> str:
    await asyncio.sleep(5)
    return "late"


async def test_offline_is_the_default() -> None:
    branch = await rerun(Facts(LOOP), RESULT, RerunOptions(environ={"OPENAI_API_KEY": "secret"}))
    assert branch.stopped is not None
    assert branch.stopped.kind == "not-asked"
    assert branch.model == ""


async def test_a_function_of_the_persons_own_answers_without_live() -> None:
    branch = await rerun(Facts(LOOP), RESULT, RerunOptions(model=f"{HERE}:model"))
    assert dict(provenances(branch)) == {"m1": "recorded", "x1": "edited", "m2": "live"}
    output = branch.trace.step(2).body.output
    assert output is not None
    assert output.text == "told: found"
    assert branch.model == f"{HERE}:model"


async def test_a_bound_and_allowed_function_is_the_tool() -> None:
    edits = [edit(LOOP, "m1", "/tool_calls/0/arguments/id", 8)]
    options = RerunOptions(
        model=f"{HERE}:model", bindings={"find": f"{HERE}:find"}, allow=frozenset({"find"}), label="try 8"
    )
    branch = await rerun(Facts(LOOP), edits, options)
    assert branch.trace.step(1).body.result == "order 8 is on its way"
    assert (branch.label, branch.stopped) == ("try 8", None)


async def test_the_same_edits_give_the_same_branch_and_another_model_another() -> None:
    options = RerunOptions(model=f"{HERE}:model")
    first = await rerun(Facts(LOOP), RESULT, options)
    second = await rerun(Facts(LOOP), RESULT, options)
    assert (first.id, first.steps) == (second.id, second.steps)
    assert branch_id(LOOP, RESULT, options) != branch_id(LOOP, RESULT, RerunOptions())


@pytest.mark.parametrize(
    ("edits", "options", "words"),
    [
        ([Edit("nobody", "/result", 1, 2)], RerunOptions(), "no step has the id 'nobody'"),
        ([Edit("x1", "/result", "other", "x")], RerunOptions(), "is not what the edit was made for"),
        (RESULT, RerunOptions(allow=frozenset({"find"})), "nothing is bound"),
        (RESULT, RerunOptions(bindings={"find": "shell:rm"}), "nothing can run the tool binding"),
        (RESULT, RerunOptions(cost_max_usd=1.0), "no price is known for m-1"),
        (RESULT, RerunOptions(model="python:nowhere:nothing"), "nowhere"),
    ],
)
async def test_what_can_not_be_done_is_refused_before_anything_is_asked(
    edits: list[Edit], options: RerunOptions, words: str
) -> None:
    with pytest.raises(UsageProblem, match=words):
        await rerun(Facts(LOOP), edits, options)


async def test_cancelling_hands_back_the_branch_and_ends_the_cancellation() -> None:
    task = asyncio.ensure_future(rerun(Facts(LOOP), RESULT, RerunOptions(model=f"{HERE}:slow_model")))
    await asyncio.sleep(0.05)
    task.cancel()
    branch = await task
    assert branch.stopped is not None
    assert branch.stopped.kind == "stopped"
    assert dict(provenances(branch))["m2"] == "stale"


async def test_answers_are_written_down_before_they_are_used_and_make_the_same_branch(tmp_path: Path) -> None:
    session, mine = tmp_path / "s.replaydbg.sqlite3", Recording("1-a", "s", LOOP.id)
    journal = RunJournal(session, mine)
    branch = await rerun(Facts(LOOP), RESULT, RerunOptions(model=f"{HERE}:model"), journal=journal)
    journal.close()
    (left,) = left_behind(session, mine)
    left.close()
    again, unplaced = cut_off(Facts(LOOP), read_begun(left.about), left.answers)
    assert (again.id, again.steps, again.stopped, unplaced) == (branch.id, branch.steps, None, 0)
    nothing, _ = cut_off(Facts(LOOP), read_begun(left.about), ())
    assert nothing.stopped is not None
    assert nothing.stopped.kind == "cut-off"


# --- the demo


@pytest.fixture(scope="module")
def incident() -> Trace:
    return open_trace(str(INCIDENT)).trace


def first(of: Trace, kind: Kind, name: str) -> str:
    return next(of.ids[row] for row in of.rows(kind) if name in of.name(row))


async def replayed(of: Trace, *edits: Edit) -> Branch:
    tools = ("lookup_order", "check_status_page", "issue_refund", "refund_policy")
    return await rerun(
        Facts(of),
        edits,
        RerunOptions(
            model="python:replaydbg.demo.model:complete",
            bindings={name: f"python:replaydbg.demo.tools:{name}" for name in tools},
            allow=frozenset(tools),
        ),
    )


def last_words(branch: Branch) -> str:
    rows = list(branch.trace.rows(Kind.MODEL_CALL))
    output = branch.trace.body(rows[-1]).output
    return output.text if output else ""


async def test_a_system_prompt_that_teaches_the_ids_mends_the_incident(incident: Trace) -> None:
    id_ = first(incident, Kind.MODEL_CALL, "chat")
    body = incident.body(incident.row(id_))
    assert body.messages is not None
    taught = body.messages[0].text + " Order ids look like ORD-048213. Regions are EU, US and APAC."
    branch = await replayed(incident, edit(incident, id_, "/messages/0/content", taught))
    assert branch.stopped is None
    assert last_words(branch).startswith("I have refunded 129.00 EUR")
    assert len(branch.trace) < len(incident)
    assert branch.model == "python:replaydbg.demo.model:complete"


async def test_one_that_only_asks_for_manners_does_not(incident: Trace) -> None:
    id_ = first(incident, Kind.MODEL_CALL, "chat")
    body = incident.body(incident.row(id_))
    assert body.messages is not None
    polite = body.messages[0].text + " Always be polite and apologise for the trouble."
    branch = await replayed(incident, edit(incident, id_, "/messages/0/content", polite))
    assert branch.stopped is None
    assert last_words(branch).startswith("I am sorry, I could not find your order")
    assert len(branch.trace) == len(incident)
    ran = [step for step in branch.steps if step.provenance is Provenance.LIVE]
    kinds = {branch.trace.kind(branch.trace.row(step.id)) for step in ran}
    # The loop is the recorded one: its tools are never run again.
    assert kinds == {Kind.MODEL_CALL}


async def test_arguments_that_satisfy_the_schema_mend_it_too(incident: Trace) -> None:
    id_ = first(incident, Kind.TOOL_EXECUTION, "lookup_order")
    right = {"order_id": "ORD-048213", "region": "EU"}
    branch = await replayed(incident, edit(incident, id_, "/tool_calls/0/arguments", right))
    assert last_words(branch).startswith("I have refunded 129.00 EUR")


# --- models on this machine


async def test_a_server_on_this_machine_that_has_the_model_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    found = LocalServer("Ollama", "http://127.0.0.1:1/v1", ("llama3:latest",))

    async def servers() -> tuple[LocalServer, ...]:
        return (found,)

    monkeypatch.setattr("replaydbg.actions.rerun.find_servers", servers)
    options = RerunOptions(live=True, provider="local", model="llama3")
    branch = await rerun(Facts(LOOP), RESULT, replace(options, calls_max=0))
    assert branch.stopped is not None
    assert branch.stopped.kind == "calls"
    with pytest.raises(UsageProblem, match="no model server on this machine has m-1") as told:
        await rerun(Facts(LOOP), RESULT, replace(options, model=""))
    assert "llama3:latest" in told.value.hint


async def test_a_recording_can_not_name_the_function_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model called `python:module:function` by a trace, or by an edit, is data: only the person says what runs."""
    asked: list[str] = []
    module = ModuleType("told_by_trace")
    module.answer = asked.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "told_by_trace", module)
    trace = chat([user("hi"), assistant("hello")], model="python:told_by_trace:answer")
    edits = [edit(trace, "m1", "/messages/0/content", "go")]

    branch = await rerun(Facts(trace), edits, RerunOptions(live=True))

    assert asked == []
    assert "what a trace names is not run" in str(branch)


@pytest.mark.parametrize("model", ["", "another"])
async def test_what_nobody_here_knows_of_a_recorded_prompt_is_sent_again(tmp_path: Path, model: str) -> None:
    user: Any = {
        "role": "user",
        "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}],
    }
    calls: Any = {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": "c",
                "type": "function",
                "function": {"name": "f", "arguments": "{}"},
                "extra_content": {"google": {"thought_signature": "abc"}},
            }
        ],
    }
    told: Any = {"role": "tool", "tool_call_id": "c", "content": "ok", "annotations": []}
    records = [
        {"request": {"model": "m", "messages": [user]}, "response": {"choices": [{"message": calls}]}},
        {
            "request": {"model": "m", "messages": [user, calls, told]},
            "response": {"choices": [{"message": {"role": "assistant", "content": "done"}}]},
        },
    ]
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(map(json.dumps, records)))
    of = open_trace(str(log)).trace
    result = next(step for step in of.steps() if step.body.has_result)
    with serving(reply("other")) as server:
        options = RerunOptions(
            live=True,
            provider="openai",
            base_url=f"{server.url}/v1",
            model=model,
            environ={"OPENAI_API_KEY": "k"},
        )
        branch = await rerun(Facts(of), [make_edit(result, "/result", "no")], options)
        (asked,) = server.requests
    assert branch.stopped is None
    sent = asked.body["messages"]
    assert sent[2] == {"role": "tool", "tool_call_id": "c", "content": "no"}
    assert (sent[:2] == [user, calls]) == (not model), "another model may know nothing of it"
