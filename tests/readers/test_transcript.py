"""Runs that were told as conversations: replies are model calls, tool responses are tool executions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.finding import Notice
from replaydbg.core.message import Message, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, Status, Usage
from replaydbg.core.trace import Trace
from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.readers._transcript_body import Decoders
from tests.support.build import assistant, call, response, system, user
from tests.support.readings import document, lines, read
from tests.support.samples import SAMPLES

DOCUMENT = Document("a.jsonl", memoryview(b"{}"))


def run_of(*messages: Message, **facts: Any) -> Run:
    run = Transcript(DOCUMENT, "test").run("r")
    thread = run.thread(agent="solo")
    for message in messages:
        thread.add(message, **(facts if message.role is Role.ASSISTANT else {}))
    return run


def traced(run: Run) -> Trace:
    (trace,) = run.transcript.reading().traces
    return trace


def test_steps_of_a_talk() -> None:
    asked, done = call("f", {"x": 1}, "c1"), assistant("done")
    talk = [system("s"), user("u"), assistant("", asked), response("c1", "42"), done]
    trace = traced(run_of(*talk, model="m-1"))
    steps = list(trace.steps())
    assert [(step.kind, step.name, step.agent) for step in steps] == [
        (Kind.MODEL_CALL, "chat m-1", "solo"),
        (Kind.TOOL_EXECUTION, "f", "solo"),
        (Kind.MODEL_CALL, "chat m-1", "solo"),
    ]
    assert steps[0].body.messages == tuple(talk[:2])
    assert steps[2].body.messages == tuple(talk[:4])
    assert steps[2].body.output == done
    assert (steps[1].body.call, steps[1].body.result) == (asked, "42")
    assert steps[1].body.messages is None
    assert steps[1].body.has_result
    assert trace.source.format == "test"


def test_responses_answer_the_nearest_call_with_their_id() -> None:
    first, second = call("f", {"x": 1}, "c"), call("f", {"x": 2}, "c")
    trace = traced(
        run_of(assistant("", first), response("c", "1"), assistant("", second), response("c", "2"))
    )
    executions = [step.body for step in trace.steps() if step.kind is Kind.TOOL_EXECUTION]
    assert [(body.call, body.result) for body in executions] == [(first, "1"), (second, "2")]


def test_without_ids_the_oldest_call_of_the_name_is_answered() -> None:
    calls = call("f", {"x": 1}), call("g", {}), call("f", {"x": 2})
    answers = Message(Role.USER, tuple(ToolResponse("", n, name) for n, name in enumerate("gff")))
    trace = traced(run_of(assistant("", *calls), answers))
    executions = [step.body for step in trace.steps() if step.kind is Kind.TOOL_EXECUTION]
    assert [body.call for body in executions] == [calls[1], calls[0], calls[2]]


def test_a_response_that_nobody_asked_for_is_a_step_all_the_same() -> None:
    (step,) = traced(run_of(response("c9", "lost"))).steps()
    assert (step.body.call, step.body.result) == (ToolCall("c9", ""), "lost")
    assert step.name == "tool"


def test_errors() -> None:
    failed = response("c", "no such file", is_error=True)
    run = run_of(assistant("", call("f", {}, "c")), failed)
    run.thread().reply(None, facts=Facts(model="m", error="overloaded"))
    steps = list(traced(run).steps())
    assert [step.status for step in steps] == [Status.UNSET, Status.ERROR, Status.ERROR]
    assert [step.body.error for step in steps] == ["", "no such file", "overloaded"]
    assert steps[2].body.output is None


def test_times_are_those_between_entries() -> None:
    thread = (run := Transcript(DOCUMENT, "test").run("r")).thread()
    thread.add(user("u"), moment_ns=100)
    thread.add(assistant("", call("f", {}, "c")), moment_ns=300)
    thread.add(response("c", "x"), moment_ns=350)
    thread.add(assistant("done"), start_ns=360, end_ns=380)
    trace = traced(run)
    assert [(step.started_ns, step.ended_ns) for step in trace.steps()] == [
        (100, 300),
        (300, 350),
        (360, 380),
    ]


def test_facts_fill_the_columns_and_the_body() -> None:
    facts = Facts(model="m", usage=Usage(10, 2), cost_usd=0.5, params={"temperature": 0}, provider="openai")
    trace = traced(run_of(assistant("hi"), facts=facts))
    step = trace.step(0)
    assert (step.model, trace.tokens(0), step.cost_usd) == ("m", 12, 0.5)
    assert (step.body.usage, step.body.params, step.body.provider) == (
        Usage(10, 2),
        {"temperature": 0},
        "openai",
    )


def test_a_sub_agent_stands_below_the_call_that_started_it() -> None:
    run = Transcript(DOCUMENT, "test").run("r")
    main = run.thread(agent="main")
    main.add(assistant("", call("task", {}, "c")))
    (execution,) = main.add(response("c", "found"))
    inner = run.thread(agent="sub", parent_id=execution)
    inner.add(user("look"))
    inner.add(assistant("found"))
    trace = traced(run)
    assert [(step.agent, step.parent_id) for step in trace.steps()] == [
        ("main", None),
        ("main", None),
        ("sub", execution),
    ]
    assert trace.body(2).messages == (user("look"),)


def test_forks_and_compaction_keep_the_prompts_before_them() -> None:
    run = Transcript(DOCUMENT, "test").run("r")
    thread = run.thread()
    for message in (user("a"), assistant("b"), user("c"), assistant("d")):
        thread.add(message)
    fork = thread.fork(2)
    fork.add(user("e"))
    fork.add(assistant("f"))
    thread.compact()
    thread.add(user("summary"))
    thread.add(assistant("g"))
    prompts = [step.body.messages for step in traced(run).steps()]
    assert prompts == [
        (user("a"),),
        (user("a"), assistant("b"), user("c")),
        (user("a"), assistant("b"), user("e")),
        (user("summary"),),
    ]


def test_handles_are_decoded_when_somebody_looks() -> None:
    looked: list[bytes] = []

    def message(entry: Any) -> Message:
        looked.append(entry)
        told = json.loads(entry)
        parts: list[Any] = [Text(told["text"])] if "text" in told else []
        parts += [ToolCall(id_, name, {}) for id_, name in told.get("calls", ())]
        parts += [ToolResponse(id_, result) for id_, result in told.get("results", ())]
        return Message(Role(told["role"]), tuple(parts))

    decoders = Decoders(message, lambda origin: Facts(model=origin), lambda origin: {"raw": origin})
    run = Transcript(DOCUMENT, "test", decoders).run("r")
    thread = run.thread()
    thread.say(b'{"role": "user", "text": "u"}')
    thread.reply(
        b'{"role": "assistant", "calls": [["c1", "f"], ["c2", "g"]]}',
        calls=[("c1", "f"), ("c2", "g")],
        origin="m-1",
    )
    assert thread.open_calls == (("c1", "f"), ("c2", "g"))
    place = thread.say(b'{"role": "user", "results": [["c2", 2], ["c1", 1]]}')
    thread.result(place, 0, call_id="c2", is_error=True)
    thread.result(place, 1, call_id="c1")
    trace = traced(run)
    assert looked == []
    assert [trace.name(row) for row in range(3)] == ["chat", "g", "f"]
    assert [trace.status(row) for row in range(3)] == [Status.UNSET, Status.ERROR, Status.UNSET]
    assert [trace.body(row).result for row in (1, 2)] == [2, 1]
    assert [body.call.name for row in (1, 2) if (body := trace.body(row)).call] == ["g", "f"]
    assert trace.body(0).raw == {"raw": "m-1"}
    assert len(looked) == 2


def test_other_steps_and_notices() -> None:
    transcript = Transcript(DOCUMENT, "test")
    run = transcript.run("r")
    id_ = run.step(Kind.AGENT_INVOCATION, "main", start_ns=5)
    transcript.run("empty")
    transcript.notice("line 3", "damaged")
    reading = transcript.reading()
    assert [trace.id for trace in reading.traces] == ["r"]
    assert reading.traces[0].step(0).id == id_
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [("line 3", "damaged")]


def test_a_reply_that_is_written_in_pieces() -> None:
    run = Transcript(DOCUMENT, "test").run("r")
    thread = run.thread()
    asked = assistant("", call("f", {"x": 1}, "c1"), call("g", {"x": 2}, "c2"))
    thread.reply(asked, calls=[("c1", "f")], moment_ns=10)
    thread.more(0, 0, [("c2", "g")], moment_ns=30)
    thread.add(response("c2", "two"), moment_ns=40)
    trace = traced(run)
    assert (trace.ends_ns[0], trace.name(1), trace.starts_ns[1]) == (30, "g", 30)
    assert trace.step(1).body.call == asked.tool_calls[1]


def test_events_say_of_what_type_they_are() -> None:
    made = lines({"type": "a", "n": 1}, [2], {"type": 3}, {"type": "b"})
    transcript = Transcript(document(made), "test")
    assert list(transcript.events(document(made))) == [("a", {"type": "a", "n": 1}), ("b", {"type": "b"})]
    assert [notice.pointer for notice in transcript.notices] == ["line 2", "line 3"]


UNHEARD = "messages without a reply"


def ended(*messages: Message, shared: bool = False) -> list[str]:
    run = Transcript(DOCUMENT, "test").run("r")
    thread = run.thread(shared=shared)
    for message in messages:
        thread.add(message)
    thread.end()
    thread.end()
    return [step.name for step in traced(run).steps()]


def test_what_nobody_answered_is_a_step_where_the_talk_ends() -> None:
    asked = assistant("", call("f", {}, "c1"))
    assert ended(user("u"), assistant("a"), user("more")) == ["chat", UNHEARD]
    assert ended(user("u"), assistant("a")) == ["chat"]
    assert ended(user("u"), asked, response("c1", "42")) == ["chat", "f"], "the execution shows it"
    assert ended(user("u"), asked, response("c1", "42"), user("and?")) == ["chat", "f", UNHEARD]
    assert ended(user("u"), user("v")) == [UNHEARD]
    assert ended(user("u"), assistant("a"), user("more"), shared=True) == ["chat"], "another thread has it"
    assert ended(user("u"), shared=True) == [UNHEARD], "there is nothing else"


def test_the_step_of_what_nobody_answered_has_the_talk() -> None:
    run = Transcript(DOCUMENT, "test").run("r")
    thread = run.thread()
    for message in (user("u"), assistant("a"), user("more")):
        thread.add(message)
    thread.end()
    assert [message.text for message in traced(run).body(1).messages or ()] == ["u", "a", "more"]


def test_what_a_failed_call_was_asked_was_heard_and_so_was_what_a_compaction_left() -> None:
    run = Transcript(DOCUMENT, "test").run("r")
    thread = run.thread()
    thread.add(user("u"))
    thread.reply(None, facts=Facts(error="no"))
    thread.compact()
    thread.say(user("in short"))
    thread.heard()
    thread.end()
    assert [step.name for step in traced(run).steps()] == ["chat"]


def test_a_fork_takes_along_what_it_keeps() -> None:
    run = Transcript(DOCUMENT, "test").run("r")
    thread = run.thread()
    for message in (user("u"), assistant("a"), user("kept"), user("taken back")):
        thread.add(message)
    thread.fork(3).end()
    assert [message.text for message in traced(run).body(1).messages or ()] == ["u", "a", "kept"]
    thread.end()
    assert len(traced(run)) == 3, "what was taken back was said, too"


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("codex-stream", 0), ("copilot-session", 0), ("cursor-stream", 0), ("droid-stream", 0), ("gemini-cli", 1),
        ("gemini-stream", 0), ("openai-realtime", 1), ("pi-session", 0),
    ],
)  # fmt: skip
def test_events_of_kinds_that_are_not_known_are_told(name: str, at: int) -> None:
    reader = next(reader for reader in _registry.readers()[0] if reader.name == name)
    sample = SAMPLES[name][at].rstrip(b"\n") + b"\n"
    known, told = (
        read(reader, sample),
        read(reader, sample + lines({"type": "tomorrow"}, {"type": "tomorrow"}, {"type": "x" * 99})),
    )
    first = f"line {sample.count(bytes([10])) + 1}"
    assert told.notices[len(known.notices) :] == (
        Notice(first, f"3 events of kinds that are not known, left out: tomorrow (2), {'x' * 60} (1)"),
    )
    assert len(told.traces[0]) == len(known.traces[0])
