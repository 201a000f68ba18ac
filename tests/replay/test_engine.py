"""Re-runs as transcripts: what is asked, what is answered, which branch comes of it."""

from __future__ import annotations

from itertools import permutations

import pytest

from replaydbg.core.branch import Provenance, Stop
from replaydbg.core.message import Message, Reasoning, Role, Text, ToolCall
from replaydbg.core.outcome import Failed, Reply, Skipped, ToolResult
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Kind, Usage
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Asked, Policy
from replaydbg.replay.engine import Replay
from tests.support.build import (
    agent,
    assistant,
    call,
    chat,
    model_call,
    response,
    system,
    tool,
    tool_execution,
    trace,
    user,
)
from tests.support.drive import (
    asked_of_model,
    asked_of_tool,
    drive,
    edit,
    names,
    never,
    provenances,
    reason,
    says,
)

LOOP = chat(
    [
        system("find it"),
        user("where is order 7?"),
        assistant("", call("find", {"id": 7}, "c1")),
        response("c1", "no such order"),
        assistant("", call("find", {"id": 7}, "c2")),
        response("c2", "no such order"),
        assistant("I can not find it."),
    ]
)
PARALLEL = chat(
    [
        user("weather?"),
        assistant("", call("get", {"city": "Rome"}, "c1"), call("get", {"city": "Oslo"}, "c2")),
        response("c1", "sun"),
        response("c2", "snow"),
        assistant("Rome sun, Oslo snow"),
    ]
)


def replay(of: Trace, *edits: object, policy: Policy | None = None) -> Replay:
    return Replay(Facts(of), edits, policy)  # type: ignore[arg-type]


# --- what is asked


def test_an_edited_prompt_asks_the_model_anew_and_recorded_results_serve_equal_calls() -> None:
    r = replay(LOOP, edit(LOOP, "m1", "/messages/0/content", "find it, ids are ORD-7"))
    assert names(r) == ["ask:m-1"]
    assert asked_of_model(r).messages[0] == system("find it, ids are ORD-7")
    r.receive(r.requests()[0].id, says(assistant("", call("find", {"id": 7}, "n1"))))
    # The equal call was answered by the recording: the model is asked again at once.
    assert names(r) == ["ask:m-1"]
    assert asked_of_model(r).messages[-1] == response("n1", "no such order")
    r.receive(r.requests()[0].id, says(assistant("", call("find", {"id": "ORD-7"}, "n2"))))
    assert names(r) == ["run:find"]
    r.receive(r.requests()[0].id, ToolResult("on its way"))
    r.receive(r.requests()[0].id, says("It is on its way."))
    assert r.finished
    branch = r.branch("b")
    assert provenances(branch) == [
        ("m1", "edited"),
        ("x1", "recorded"),
        ("m2", "live"),
        ("x2", "live"),
        ("m3", "live"),
    ]
    assert reason(branch, "x1") == "recorded result for the equal call at #2"
    assert reason(branch, "m2") == "asked m-1 live"
    assert branch.trace.step(4).body.output == assistant("It is on its way.")


def test_an_edited_result_is_told_under_its_call_and_the_sibling_keeps_its_own() -> None:
    r = replay(PARALLEL, edit(PARALLEL, "x1", "/result", "rain"))
    assert asked_of_model(r).messages[-2:] == (response("c1", "rain"), response("c2", "snow"))
    branch = drive(r, lambda asked: says("Rome rain, Oslo snow")).branch("b")
    assert provenances(branch) == [
        ("m1", "recorded"),
        ("x1", "edited"),
        ("x2", "recorded"),
        ("m2", "live"),
    ]
    assert [step.id for step in branch.steps][2] == "x2"


def test_arguments_edited_on_the_execution_or_on_the_model_call_are_the_same_edit() -> None:
    by_call = replay(PARALLEL, edit(PARALLEL, "m1", "/tool_calls/1/arguments/city", "Bergen"))
    by_execution = replay(PARALLEL, edit(PARALLEL, "x2", "/tool_calls/0/arguments/city", "Bergen"))
    for r in (by_call, by_execution):
        assert [asked_of_tool(r).call] == [call("get", {"city": "Bergen"}, "c2")]
        r.receive(r.requests()[0].id, ToolResult("rain"))
        assert asked_of_model(r).messages[-3:] == (
            assistant("", call("get", {"city": "Rome"}, "c1"), call("get", {"city": "Bergen"}, "c2")),
            response("c1", "sun"),
            response("c2", "rain"),
        )


def test_parallel_tool_calls_answered_out_of_order_are_told_in_the_order_of_the_calls() -> None:
    r = replay(PARALLEL, edit(PARALLEL, "m1", "/messages/0/content", "weather up north?"))
    r.receive(
        r.requests()[0].id,
        says(assistant("", call("get", {"city": "A"}, "c1"), call("get", {"city": "B"}, "c2"))),
    )
    assert names(r) == ["run:get", "run:get"]
    first, second = r.requests()
    r.receive(second.id, ToolResult("two"))
    r.receive(first.id, ToolResult("one"))
    assert asked_of_model(r).messages[-2:] == (response("c1", "one"), response("c2", "two"))


def test_an_edited_reply_is_not_asked_and_loses_its_reasoning() -> None:
    thoughtful = Message(Role.ASSISTANT, (Reasoning("hm", "signed"), Text("a"), call("find", {}, "c1")))
    of = chat([user("u"), thoughtful, response("c1", "r"), assistant("done")])
    r = replay(of, edit(of, "m1", "/output/content", "b"))
    (said,) = [message for message in asked_of_model(r).messages if message.role is Role.ASSISTANT]
    assert said.parts == (Text("b"), call("find", {}, "c1"))


def test_an_answer_instead_of_calls_ends_the_thread_without_asking() -> None:
    r = replay(
        LOOP, edit(LOOP, "m1", "/tool_calls", []), edit(LOOP, "m1", "/output/content", "Ask the shop.")
    )
    assert r.finished
    branch = r.branch("b")
    assert provenances(branch) == [("m1", "edited")]
    assert branch.stopped is None


def test_later_user_turns_are_said_again_after_a_final_answer() -> None:
    of = chat([user("one"), assistant("1"), user("two"), assistant("2"), user("three"), assistant("3")])
    r = replay(of, edit(of, "m1", "/output/content", "I"))
    assert asked_of_model(r).messages == (user("one"), assistant("I"), user("two"))
    r.receive(r.requests()[0].id, says(assistant("", call("count", {}, "c"))))
    r.receive(r.requests()[0].id, ToolResult(2))
    # A turn that takes a tool call more than the recorded one: the person waits for its end.
    assert asked_of_model(r).messages[-1] == response("c", 2)
    r.receive(r.requests()[0].id, says("II"))
    assert asked_of_model(r).messages[-2:] == (assistant("II"), user("three"))
    r.receive(r.requests()[0].id, says("III"))
    assert provenances(r.branch("b")) == [
        ("m1", "edited"),
        ("m2", "live"),
        (None, "live"),
        (None, "live"),
        ("m3", "live"),
    ]


def test_model_and_parameters_hold_for_the_rest_of_the_thread() -> None:
    of = trace(
        model_call(
            "m1", [user("u")], assistant("", call("f", {}, "c")), params={"temperature": 1, "seed": 5}
        ),
        tool_execution("x1", call("f", {}, "c"), "r"),
        model_call(
            "m2",
            [user("u"), assistant("", call("f", {}, "c")), response("c", "r")],
            "done",
            params={"temperature": 1, "seed": 6},
        ),
    )
    r = replay(of, edit(of, "m1", "/model", "m-2"), edit(of, "m1", "/params/temperature", 0))
    assert (asked_of_model(r).model, asked_of_model(r).params) == ("m-2", {"temperature": 0, "seed": 5})
    r.receive(r.requests()[0].id, says(assistant("", call("f", {}, "c"))))
    assert (asked_of_model(r).model, asked_of_model(r).params) == ("m-2", {"temperature": 0, "seed": 6})


def test_an_edit_further_on_in_a_changed_thread_takes_its_place() -> None:
    r = replay(
        LOOP,
        edit(LOOP, "m1", "/messages/0/content", "find it!"),
        edit(LOOP, "x2", "/result", "here it is"),
    )
    r.receive(r.requests()[0].id, says(assistant("", call("find", {"id": 7}, "n1"))))
    r.receive(r.requests()[0].id, says(assistant("", call("find", {"id": 7}, "n2"))))
    assert asked_of_model(r).messages[-1] == response("n2", "here it is")


def test_an_edited_reply_further_on_waits_for_a_thread_that_still_asks_for_the_same_tools() -> None:
    edits = (
        edit(LOOP, "m1", "/messages/0/content", "find it!"),
        edit(LOOP, "m3", "/output/content", "Sorry."),
    )
    same_way = replay(LOOP, *edits)
    same_way.receive(same_way.requests()[0].id, says(assistant("", call("find", {"id": 8}, "n1"))))
    same_way.receive(same_way.requests()[0].id, ToolResult("nothing"))
    same_way.receive(same_way.requests()[0].id, says(assistant("", call("find", {"id": 9}, "n2"))))
    same_way.receive(same_way.requests()[0].id, ToolResult("nothing"))
    assert same_way.finished
    assert same_way.unused == []
    other_way = replay(LOOP, *edits)
    other_way.receive(other_way.requests()[0].id, says("There is none."))
    assert other_way.finished
    assert provenances(other_way.branch("b")) == [("m1", "edited")]


# --- what is reused


def test_an_edit_that_changes_nothing_makes_no_call_and_yields_equal_steps() -> None:
    r = replay(
        LOOP, edit(LOOP, "m1", "/messages/0/content", "find it"), edit(LOOP, "x1", "/result", "no such order")
    )
    assert r.finished
    branch = r.branch("b")
    assert list(branch.trace.steps()) == list(LOOP.steps())
    assert {step.provenance for step in branch.steps} == {Provenance.RECORDED}


def test_the_same_call_repeated_with_different_results_gets_them_in_order() -> None:
    poll = call("status", {}, "p")
    of = chat(
        [
            user("wait"),
            assistant("", poll),
            response("p", "queued"),
            assistant("", poll),
            response("p", "running"),
            assistant("", poll),
            response("p", "done"),
            assistant("finished"),
        ]
    )
    r = replay(of, edit(of, "m1", "/messages/0/content", "wait!"))
    told = []
    for _ in range(3):
        r.receive(r.requests()[0].id, says(assistant("", poll)))
        told.append(
            asked_of_model(r).messages[-1].tool_responses[0].result if names(r) == ["ask:m-1"] else None
        )
    assert told == ["queued", "running", "done"]
    r.receive(r.requests()[0].id, says(assistant("", poll)))
    # A fourth question has no recorded answer, and the recorded ones differ: nothing is guessed.
    assert names(r) == ["run:status"]
    assert r.requests()[0].why == "the 3 recorded results of equal calls to status are used up, and differ"


def test_results_that_all_agree_are_given_again_and_the_reason_says_so() -> None:
    r = replay(LOOP, edit(LOOP, "m1", "/messages/0/content", "find it!"))
    for number in range(3):
        r.receive(r.requests()[0].id, says(assistant("", call("find", {"id": 7}, f"n{number}"))))
    r.receive(r.requests()[0].id, says("gave up"))
    reasons = [step.reason for step in r.branch("b").steps if step.provenance is Provenance.RECORDED]
    assert reasons == [
        "recorded result for the equal call at #2",
        "recorded result for the equal call at #4",
        "recorded result for the equal call at #4, used again; all 2 recorded results of it agree",
    ]


def test_the_same_request_repeated_with_different_replies_keeps_each_its_own() -> None:
    of = trace(*(model_call(f"m{n}", [user("roll")], str(n)) for n in (1, 2, 3)))
    r = replay(of, edit(of, "m2", "/output/content", "6"))
    branch = r.branch("b")
    assert [step.body.output.text for step in branch.trace.steps() if step.body.output] == ["1", "6", "3"]


def test_reused_call_ids_are_paired_by_place() -> None:
    of = chat(
        [
            user("u"),
            assistant("", call("a", {}, "call_1")),
            response("call_1", "from a"),
            assistant("", call("b", {}, "call_1"), call("c", {}, "call_1")),
            response("call_1", "from b"),
            response("call_1", "from c"),
            assistant("done"),
        ]
    )
    r = replay(of, edit(of, "m1", "/messages/0/content", "v"))
    r.receive(r.requests()[0].id, says(assistant("", call("a", {}, "call_1"))))
    assert asked_of_model(r).messages[-1] == response("call_1", "from a")
    r.receive(r.requests()[0].id, says(assistant("", call("b", {}, "call_1"), call("c", {}, "call_1"))))
    assert asked_of_model(r).messages[-2:] == (response("call_1", "from b"), response("call_1", "from c"))


def test_a_retry_that_succeeded_answers_for_the_try_that_failed() -> None:
    prompt = [user("u")]
    asked = assistant("", call("f", {}, "c"))
    of = trace(
        model_call("m1", prompt, asked),
        tool_execution("x1", call("f", {}, "c"), "r"),
        model_call("m2", [*prompt, asked, response("c", "r")], None, error="429"),
        model_call("m3", [*prompt, asked, response("c", "r")], "done"),
    )
    r = replay(of, edit(of, "x1", "/result", "s"))
    assert names(r) == ["ask:m-1"]
    r.receive(r.requests()[0].id, says("other"))
    assert r.finished
    assert dict(provenances(r.branch("b"))) == {"m1": "recorded", "x1": "edited", "m3": "live"}


def test_delta_recorded_prompts_are_put_together() -> None:
    first = assistant("", call("f", {}, "c1"))
    of = trace(
        model_call("m1", [system("s"), user("u")], first),
        tool_execution("x1", call("f", {}, "c1"), "r1"),
        model_call("m2", [first, response("c1", "r1")], assistant("", call("g", {}, "c2"))),
        tool_execution("x2", call("g", {}, "c2"), "r2"),
        model_call("m3", [assistant("", call("g", {}, "c2")), response("c2", "r2")], "done"),
    )
    r = replay(of, edit(of, "x2", "/result", "other"))
    assert asked_of_model(r).messages == (
        system("s"),
        user("u"),
        first,
        response("c1", "r1"),
        assistant("", call("g", {}, "c2")),
        response("c2", "other"),
    )
    by_message = replay(of, edit(of, "m3", "/messages/1/content", "edited here"))
    assert asked_of_model(by_message).messages[:4] == asked_of_model(r).messages[:4]
    assert asked_of_model(by_message).messages[-1].tool_responses[0].result == "edited here"


# --- threads


def lanes(answer: str = "sunny and warm in") -> Trace:
    """Three agents side by side, and one that merges their answers."""
    cities = ("Rome", "Lima", "Bern")
    said = {city: f"{answer} {city} all day long" for city in cities}

    def lane(city: str) -> list[object]:
        asked = call("get", {"city": city}, f"c-{city}")
        prompt = [system("lane"), user(f"weather in {city}")]
        return [
            model_call(f"{city}-1", prompt, assistant("", asked), start_ms=0, duration_ms=50),
            tool_execution(f"{city}-x", asked, "sun", start_ms=50, duration_ms=10),
            model_call(
                f"{city}-2",
                [*prompt, assistant("", asked), response(f"c-{city}", "sun")],
                said[city],
                start_ms=60,
                duration_ms=30,
            ),
        ]

    return trace(
        agent(
            "root",
            "root",
            *(agent(f"a-{city}", city, *lane(city), start_ms=0, duration_ms=100) for city in cities),  # type: ignore[arg-type]
            model_call(
                "merge",
                [user("merge: " + " ; ".join(said.values()))],
                "all sunny",
                start_ms=100,
                duration_ms=20,
            ),
            start_ms=0,
            duration_ms=200,
        )
    )


def test_an_edit_in_one_of_several_parallel_threads_reruns_it_and_what_is_made_of_it() -> None:
    of = lanes()
    r = replay(of, edit(of, "Bern-1", "/tool_calls/0/arguments/city", "Basel"))
    assert names(r) == ["run:get"]
    r.receive(r.requests()[0].id, ToolResult("rain"))
    assert names(r) == ["ask:m-1"]
    r.receive(r.requests()[0].id, says("rainy in Basel"))
    assert asked_of_model(r).messages == (
        user(
            "merge: sunny and warm in Rome all day long ; sunny and warm in Lima all day long ; rainy in Basel"
        ),
    )
    r.receive(r.requests()[0].id, says("mixed"))
    branch = r.branch("b")
    assert dict(provenances(branch)) == {
        "root": "recorded",
        "a-Rome": "recorded",
        "Rome-1": "recorded",
        "Rome-x": "unproven",
        "Rome-2": "unproven",
        "a-Lima": "recorded",
        "Lima-1": "recorded",
        "Lima-x": "unproven",
        "Lima-2": "unproven",
        "a-Bern": "recorded",
        "Bern-1": "edited",
        "Bern-x": "live",
        "Bern-2": "live",
        "merge": "live",
    }
    parents = {step.id: step.parent_id for step in branch.trace.steps()}
    bern = [step.id for step in branch.steps if step.of in {"Bern-1", "Bern-x", "Bern-2"}]
    assert {parents[id_] for id_ in bern} == {"a-Bern"}


def test_an_answer_that_comes_out_the_same_stops_the_rerun_there() -> None:
    of = lanes()
    r = replay(of, edit(of, "Bern-x", "/result", "sunshine"))
    r.receive(r.requests()[0].id, says("sunny and warm in Bern all day long"))
    assert r.finished
    branch = r.branch("b")
    assert reason(branch, "Bern-2") == "asked m-1 live"
    assert "merge" in {step.id for step in branch.steps}


def test_a_merge_waits_for_all_the_threads_that_it_is_made_of() -> None:
    of = lanes()
    r = replay(of, edit(of, "Bern-x", "/result", "rain"), edit(of, "Rome-x", "/result", "hail"))
    rome, bern = r.requests()
    r.receive(bern.id, says("rainy in Bern"))
    assert r.requests() == (rome,)
    r.receive(rome.id, says("hail in Rome"))
    assert asked_of_model(r).messages == (
        user("merge: hail in Rome ; sunny and warm in Lima all day long ; rainy in Bern"),
    )


def test_steps_of_other_threads_that_came_later_are_never_silently_reused() -> None:
    of = trace(
        model_call("a", [user("write the plan")], "the plan", start_ms=0, duration_ms=10),
        model_call("b", [user("unrelated, or not?")], "who knows", start_ms=20, duration_ms=10),
        model_call("early", [user("at the same time")], "so be it", start_ms=5, duration_ms=10),
    )
    branch = replay(of, edit(of, "a", "/output/content", "another plan")).branch("b")
    assert dict(provenances(branch)) == {"a": "edited", "b": "unproven", "early": "recorded"}
    assert reason(branch, "b").startswith("no proof")
    assert reason(branch, "early") == "independent: began before the changed output of #1 existed"


def test_without_times_nothing_is_called_independent() -> None:
    of = trace(
        model_call("a", [user("write the plan")], "the plan", timed=False),
        model_call("b", [user("unrelated, or not?")], "who knows", timed=False),
    )
    branch = replay(of, edit(of, "b", "/output/content", "me")).branch("b")
    assert dict(provenances(branch)) == {"a": "unproven", "b": "edited"}


def nested(result: str = "the policy says thirty days for lamps") -> Trace:
    ask = call("ask_expert", {"q": "rules?"}, "c1")
    look = call("look", {"page": 3}, "d1")
    return trace(
        agent(
            "boss",
            "boss",
            model_call("b1", [user("refund?")], assistant("", ask)),
            tool_execution(
                "bx",
                ask,
                result,
                children=(
                    agent(
                        "expert",
                        "expert",
                        model_call("e1", [user("rules?")], assistant("", look)),
                        tool_execution("ex", look, "page three"),
                        model_call(
                            "e2",
                            [user("rules?"), assistant("", look), response("d1", "page three")],
                            "the policy says thirty days for lamps",
                        ),
                    ),
                ),
            ),
            model_call("b2", [user("refund?"), assistant("", ask), response("c1", result)], "yes, granted"),
        )
    )


def test_the_answer_of_a_sub_agent_is_carried_into_its_parent() -> None:
    of = nested("Expert: the policy says thirty days for lamps")
    r = replay(of, edit(of, "ex", "/result", "page four"))
    r.receive(r.requests()[0].id, says("never"))
    assert asked_of_model(r).messages[-1] == response("c1", "Expert: never")
    r.receive(r.requests()[0].id, says("no"))
    branch = r.branch("b")
    assert dict(provenances(branch)) == {
        "boss": "recorded",
        "b1": "recorded",
        "bx": "live",
        "expert": "recorded",
        "e1": "recorded",
        "ex": "edited",
        "e2": "live",
        "b2": "live",
    }
    expert = branch.trace.row("expert")
    assert branch.trace.parents[expert] == next(
        row for row, step in enumerate(branch.steps) if step.of == "bx"
    )


def test_a_result_that_does_not_hold_the_old_answer_leaves_the_parent_unproven() -> None:
    of = nested("thirty days, in other words")
    r = replay(of, edit(of, "e2", "/output/content", "never"))
    assert r.finished
    branch = r.branch("b")
    assert dict(provenances(branch))["b2"] == "unproven"
    assert "does not hold their old answer" in reason(branch, "b2")


def test_steps_inside_of_a_call_that_is_made_again_stay_and_of_one_that_is_not_go() -> None:
    of = nested()
    r = replay(of, edit(of, "b1", "/messages/0/content", "refund, please?"))
    r.receive(r.requests()[0].id, says(assistant("", call("ask_expert", {"q": "rules?"}, "new"))))
    r.receive(r.requests()[0].id, says("granted"))
    assert {step.of for step in r.branch("b").steps} == {"boss", "b1", "bx", "expert", "e1", "ex", "e2", "b2"}
    r = replay(of, edit(of, "b1", "/messages/0/content", "refund, please?"))
    r.receive(r.requests()[0].id, says("granted at once"))
    assert [step.of for step in r.branch("b").steps] == ["boss", "b1"]


def test_an_inner_edit_waits_until_the_outer_thread_has_made_the_call_again() -> None:
    of = nested()
    r = replay(
        of,
        edit(of, "b1", "/messages/0/content", "refund, please?"),
        edit(of, "e2", "/output/content", "the policy says never"),
    )
    assert names(r) == ["ask:m-1"]
    r.receive(r.requests()[0].id, says(assistant("", call("ask_expert", {"q": "rules?"}, "new"))))
    assert asked_of_model(r).messages[-1] == response("new", "the policy says never")
    r.receive(r.requests()[0].id, says("refused"))
    assert r.finished


def test_an_inner_thread_is_not_asked_before_its_call_is_made_again_nor_if_it_is_not() -> None:
    of = nested()
    edits = (
        edit(of, "b1", "/messages/0/content", "refund, please?"),
        edit(of, "e1", "/messages/0/content", "the rules?"),
    )
    r = replay(of, *edits)
    assert [one.row for one in r.requests()] == [of.row("b1")]
    r.receive(r.requests()[0].id, says(assistant("", call("ask_expert", {"q": "rules?"}, "new"))))
    assert [one.row for one in r.requests()] == [of.row("e1")]
    r = replay(of, *edits)
    r.receive(r.requests()[0].id, says("granted at once"))
    assert r.finished
    assert [step.of for step in r.branch("b").steps] == ["boss", "b1"]


def test_what_was_told_an_answer_that_did_not_come_is_stale() -> None:
    of = lanes()
    r = replay(of, edit(of, "Bern-x", "/result", "rain"), edit(of, "Rome-x", "/result", "hail"))
    rome, bern = r.requests()
    r.receive(bern.id, says("rainy in Bern"))
    r.receive(rome.id, Failed("timeout", "no answer"))
    assert r.finished
    branch = r.branch("b")
    assert dict(provenances(branch))["merge"] == "stale"
    assert reason(branch, "merge") == "its prompt holds an answer that was not re-run to its end"


def test_an_edited_thread_that_was_told_an_answer_that_did_not_come_stops() -> None:
    of = lanes()
    r = replay(
        of,
        edit(of, "Bern-x", "/result", "rain"),
        edit(of, "merge", "/messages/0/content", "no merging: sunny and warm in Bern all day long"),
    )
    assert len(r.requests()) == 1
    r.receive(r.requests()[0].id, Failed("timeout", "no answer"))
    branch = r.branch("b")
    assert r.finished
    assert dict(provenances(branch))["merge"] == "stale"


def test_forks_of_a_thread_are_each_driven_on() -> None:
    start = [user("u"), assistant("a")]
    of = trace(
        model_call("m1", [user("u")], "a"),
        model_call("left", [*start, user("left?")], "l"),
        model_call("right", [*start, user("right?")], "r"),
    )
    r = replay(of, edit(of, "m1", "/output/content", "b"))
    assert sorted(
        one.request.messages[-1].text for one in r.requests() if isinstance(one.request, ModelRequest)
    ) == [
        "left?",
        "right?",
    ]
    drive(r, lambda asked: says("ok"))
    assert dict(provenances(r.branch("b"))) == {"m1": "edited", "left": "live", "right": "live"}


# --- ends


def test_offline_the_changed_call_stops_the_thread_and_what_follows_is_stale() -> None:
    r = replay(LOOP, edit(LOOP, "x1", "/result", "found"))
    r.receive(r.requests()[0].id, Skipped("give a model"))
    branch = r.branch("b")
    assert dict(provenances(branch)) == {
        "m1": "recorded",
        "x1": "edited",
        "m2": "stale",
        "x2": "stale",
        "m3": "stale",
    }
    assert branch.stopped == Stop("not-asked", "give a model", "m2")


def test_an_edited_prompt_that_is_not_asked_is_shown_without_its_old_reply() -> None:
    r = replay(LOOP, edit(LOOP, "m2", "/messages/0/content", "find!"))
    r.receive(r.requests()[0].id, Skipped("give a model"))
    branch = r.branch("b")
    assert dict(provenances(branch))["m2"] == "edited"
    step = branch.trace.step(2)
    assert (step.body.output, (step.body.messages or ())[0]) == (None, system("find!"))
    assert branch.stopped is not None
    assert branch.stopped.step_id == step.id


def test_a_model_that_fails_stops_the_thread_with_a_red_step() -> None:
    r = replay(LOOP, edit(LOOP, "x1", "/result", "found"))
    r.receive(r.requests()[0].id, Failed("rate-limit", "too many requests"))
    branch = r.branch("b")
    assert branch.stopped is not None
    assert branch.stopped.kind == "model-failed"
    failed = branch.trace.step(branch.trace.row(branch.stopped.step_id or ""))
    assert (str(failed.status), failed.body.error) == ("error", "too many requests")


@pytest.mark.parametrize("tell", [False, True])
def test_a_tool_that_fails_stops_the_thread_unless_the_model_shall_be_told(tell: bool) -> None:
    r = replay(LOOP, edit(LOOP, "m1", "/tool_calls/0/arguments/id", 8), policy=Policy(tell_failures=tell))
    r.receive(r.requests()[0].id, Failed("tool", "it raised"))
    if tell:
        assert asked_of_model(r).messages[-1] == response("c1", "it raised", is_error=True)
    else:
        assert r.finished
        assert r.branch("b").counts()["stale"] == 3


def test_a_stop_in_the_middle_keeps_what_was_paid_for() -> None:
    r = replay(PARALLEL, edit(PARALLEL, "m1", "/messages/0/content", "weather up north?"))
    r.receive(
        r.requests()[0].id,
        says(assistant("", call("get", {"city": "A"}, "c1"), call("get", {"city": "B"}, "c2"))),
    )
    first, _ = r.requests()
    r.receive(first.id, ToolResult("one"))
    r.stop("stopped", "stopped by the person")
    assert r.finished
    branch = r.branch("b")
    live = [
        step.body.result
        for step in branch.trace.steps()
        if step.body.has_result and step.body.result == "one"
    ]
    assert live == ["one"]
    assert branch.stopped is not None
    assert (branch.stopped.kind, branch.stopped.reason) == ("stopped", "stopped by the person")


def test_a_reply_that_was_cut_off_is_kept_and_marked() -> None:
    r = replay(LOOP, edit(LOOP, "x1", "/result", "found"))
    r.receive(r.requests()[0].id, Reply(assistant("It is"), interrupted=True))
    branch = r.branch("b")
    assert dict(provenances(branch))["m2"] == "interrupted"
    assert branch.counts()["interrupted"] == 1
    assert branch.stopped is not None
    assert branch.stopped.kind == "interrupted"


@pytest.mark.parametrize("calls_max", [0, 1, 2, 3])
def test_the_bound_of_calls_stops_exactly_there(calls_max: int) -> None:
    r = replay(LOOP, edit(LOOP, "m1", "/messages/0/content", "find it!"), policy=Policy(calls_max=calls_max))
    made = 0
    while not r.finished:
        made += 1
        r.receive(r.requests()[0].id, says(assistant("", call("find", {"id": 7}, f"n{made}"))))
    assert made == calls_max
    assert r.progress().live_calls == calls_max
    branch = r.branch("b")
    assert branch.stopped is not None
    assert branch.stopped.kind == "calls"


def test_the_bounds_of_tokens_and_cost_stop_after_the_call_that_reached_them() -> None:
    spent = Usage(input_tokens=90, output_tokens=10)
    for policy, kind in (
        (Policy(tokens_max=100), "tokens"),
        (
            Policy(
                cost_max_usd=0.5,
                price=lambda model, usage: 0.005 * ((usage.input_tokens or 0) + (usage.output_tokens or 0)),
            ),
            "cost",
        ),
    ):
        r = replay(LOOP, edit(LOOP, "m1", "/messages/0/content", "find it!"), policy=policy)
        r.receive(r.requests()[0].id, Reply(assistant("", call("find", {"id": 7}, "n")), usage=spent))
        assert r.finished
        stopped = r.branch("b").stopped
        assert stopped is not None
        assert stopped.kind == kind


def test_a_live_reply_costs_what_its_tokens_cost_and_recorded_ones_what_they_did() -> None:
    policy = Policy(price=lambda model, usage: 0.001 * (usage.input_tokens or 0) if model == "m-1" else None)
    r = replay(LOOP, edit(LOOP, "m1", "/messages/0/content", "find it!"), policy=policy)
    r.receive(r.requests()[0].id, Reply(assistant("done"), usage=Usage(90, 10)))
    branch = r.branch("b")
    (live,) = (step for step in branch.trace.steps() if step.kind is Kind.MODEL_CALL)
    assert live.cost_usd == r.progress().cost_usd == 0.09


def test_a_dangling_call_is_never_sent() -> None:
    r = replay(
        LOOP,
        edit(
            LOOP,
            "m2",
            "/messages",
            [
                {"role": "user", "content": "go on"},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": "z", "name": "find", "arguments": {}}],
                },
            ],
        ),
    )
    assert r.finished
    stopped = r.branch("b").stopped
    assert stopped is not None
    assert stopped.kind == "dangling-call"


def test_a_call_that_the_recording_left_unanswered_gets_an_answer_before_the_next_request() -> None:
    both = assistant("", call("f", {}, "c1"), call("g", {}, "c2"))
    of = trace(
        model_call("m1", [user("u")], both),
        model_call("m2", [user("u"), both, response("c1", "one")], "done"),
    )
    r = replay(of, edit(of, "m1", "/messages/0/content", "v"))
    r.receive(r.requests()[0].id, says(both))
    assert names(r) == ["run:g"]
    r.receive(r.requests()[0].id, ToolResult("two"))
    answered = {part.id for message in asked_of_model(r).messages for part in message.tool_responses}
    assert answered == {"c1", "c2"}


def test_a_prompt_that_was_not_recorded_is_said_and_not_guessed() -> None:
    of = trace(
        model_call("m1", None, assistant("", call("f", {"a": 1}, "c1"))),
        tool_execution("x1", call("f", {"a": 1}, "c1"), "r"),
        model_call("m2", None, "done"),
    )
    r = replay(of, edit(of, "x1", "/result", "s"))
    assert r.finished
    branch = r.branch("b")
    assert branch.stopped is not None
    assert branch.stopped.kind == "not-recorded"
    assert "was not recorded" in branch.stopped.reason
    assert dict(provenances(branch))["x1"] == "edited"


def test_traces_without_tool_executions_serve_results_from_the_prompts() -> None:
    messages = [
        user("u"),
        assistant("", call("f", {}, "c1")),
        response("c1", "one"),
        assistant("done"),
    ]
    of = chat(messages, executions=False)
    r = replay(of, edit(of, "m1", "/messages/0/content", "v"))
    r.receive(r.requests()[0].id, says(assistant("", call("f", {}, "n"))))
    assert asked_of_model(r).messages[-1] == response("n", "one")


# --- the person, and misuse


def test_what_the_person_writes_is_marked_and_costs_no_call() -> None:
    r = replay(LOOP, edit(LOOP, "m1", "/tool_calls/0/arguments/id", 8), policy=Policy(calls_max=1))
    r.receive(r.requests()[0].id, ToolResult("found"), Provenance.HUMAN)
    r.receive(r.requests()[0].id, says("It is found."), Provenance.HUMAN)
    branch = r.branch("b")
    assert dict(provenances(branch)) == {"m1": "edited", "x1": "human", "m2": "human"}
    assert r.progress().live_calls == 0


def test_answers_that_fit_no_question_are_refused() -> None:
    r = replay(LOOP, edit(LOOP, "x1", "/result", "found"))
    with pytest.raises(ValueError, match="nothing is asked"):
        r.receive("nobody", says("x"))
    with pytest.raises(ValueError, match="no answer"):
        r.receive(r.requests()[0].id, ToolResult(1))


def test_a_branch_can_be_branched() -> None:
    r = replay(LOOP, edit(LOOP, "x1", "/result", "found at gate 9"))
    first = drive(r, lambda asked: says("gate 9")).branch("b1")
    again = Replay(
        Facts(first.trace),
        [edit(first.trace, first.steps[1].id, "/result", "found at gate 10")],
        parent="b1",
    )
    assert names(again) == ["ask:m-1"]
    second = drive(again, lambda asked: says("gate 10")).branch("b2")
    assert second.parent == "b1"
    assert [step.body.output.text for step in second.trace.steps() if step.body.output] == ["", "gate 10"]
    assert len({step.id for step in second.steps} | {step.id for step in first.steps}) > len(second.steps)


def test_the_branch_is_the_same_whatever_the_order_of_answers() -> None:
    of = lanes()
    edits = [edit(of, f"{city}-x", "/result", f"hail {city}") for city in ("Rome", "Lima", "Bern")]
    branches = []
    for order in permutations(range(3)):
        r = replay(of, *edits)
        asked = r.requests()
        for at in order:
            request = asked[at].request
            assert isinstance(request, ModelRequest)
            r.receive(asked[at].id, says(f"so: {request.messages[-1].tool_responses[0].result}"))
        drive(r, lambda one: says("merged"))
        branch = r.branch("b")
        branches.append((branch.steps, list(branch.trace.steps()), branch.stopped))
    assert all(one == branches[0] for one in branches)


def test_live_steps_follow_one_another_in_time() -> None:
    r = replay(LOOP, edit(LOOP, "x1", "/result", "found"))
    r.receive(r.requests()[0].id, Reply(assistant("ok"), duration_ms=250))
    step = r.branch("b").trace.step(2)
    recorded = LOOP.step(LOOP.row("x1"))
    assert step.duration_ms == 250
    assert step.started_ns == recorded.ended_ns


def test_tool_offers_travel_with_the_request() -> None:
    of = chat([user("u"), assistant("a")], tools=[tool("find", {"type": "object"})])
    r = replay(of, edit(of, "m1", "/messages/0/content", "v"))
    assert asked_of_model(r).tools == (tool("find", {"type": "object"}),)


def test_calls_without_arguments_of_the_recording_are_no_exception() -> None:
    of = chat([user("u"), assistant("", ToolCall("c", "f")), response("c", None), assistant("done")])
    assert replay(of, edit(of, "m1", "/output/content", "x")).requests()
    with pytest.raises(AssertionError):
        drive(replay(of, edit(of, "m1", "/output/content", "x")), never)


# --- several edits


def test_a_prompt_that_is_edited_to_nothing_is_asked_so() -> None:
    of = chat([user("u"), assistant("a")])
    assert asked_of_model(Replay(Facts(of), [edit(of, "m1", "/messages", [])])).messages == ()


BERN = "sunny and warm in Bern all day long"


@pytest.mark.parametrize("upstream", ["reply", "prompt"])
@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/model", "other"),
        ("/params/temperature", 0.5),
        ("/messages/-", {"role": "user", "content": "in one word"}),
    ],
)
def test_an_edited_call_is_told_the_new_answers_where_the_person_left_its_prompt_alone(
    upstream: str, pointer: str, value: object
) -> None:
    of = lanes()
    first = {
        "reply": edit(of, "Bern-2", "/output/content", "rain"),
        "prompt": edit(of, "Bern-2", "/messages/0/content", "another lane"),
    }[upstream]
    replay = Replay(Facts(of), [first, edit(of, "merge", pointer, value)])
    told: list[str] = []

    def answer(asked: Asked) -> Reply:
        assert isinstance(asked.request, ModelRequest)
        told.append(asked.request.messages[0].text)
        return says("rain")

    steps = drive(replay, answer).branch("b").steps
    assert BERN not in told[-1]
    assert told[-1].endswith("; rain")
    assert len(told) == (1 if upstream == "reply" else 2)
    merge = next(step for step in steps if step.of == "merge")
    assert (merge.provenance, merge.reason) == (
        Provenance.EDITED,
        "the request was edited; asked m-1 live",
    ) or (pointer == "/model")


def test_what_the_person_wrote_of_an_answer_stands() -> None:
    of = lanes()
    edits = [
        edit(of, "Bern-2", "/output/content", "rain"),
        edit(of, "merge", "/messages/0/content", f"merge: {BERN}"),
    ]
    assert asked_of_model(Replay(Facts(of), edits)).messages == (user(f"merge: {BERN}"),)
