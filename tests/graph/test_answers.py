"""Which response answers which call; what waits, and what nobody asked for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Message, Role, ToolCall, ToolResponse
from replaydbg.core.trace import Trace
from replaydbg.graph.answers import Answering, Answers, PromptPlace
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import CallPlace
from tests.support.build import (
    assistant,
    call,
    chat,
    model_call,
    response,
    system,
    tool_execution,
    trace,
    user,
)


def answers(run: Trace) -> Answers:
    return Facts(run).answers


def results(run: Trace) -> dict[str, list[Any]]:
    """For each model call the results of its calls; None for those that were not answered."""
    found, index = answers(run), Facts(run).index
    told = {}
    for row in index.model_calls:
        responses = [found.response(CallPlace(row, number)) for number in range(len(index.calls(row)))]
        told[run.ids[row]] = [None if one is None else one.result for one in responses]
    return told


def waiting(run: Trace) -> list[tuple[str, str, bool]]:
    return [(run.ids[one.place.row], one.call.name, one.ended) for one in answers(run).unanswered()]


def said(*messages: Message) -> Trace:
    return chat([user("Go."), *messages], executions=False)


def test_by_id_in_any_order() -> None:
    run = said(
        assistant("", call("f", {}, "a"), call("g", {}, "b")),
        response("b", "of g"),
        response("a", "of f"),
        assistant("Done."),
    )
    assert results(run) == {"m1": ["of f", "of g"], "m2": []}
    assert waiting(run) == []


def test_without_ids_by_name_then_in_order() -> None:
    run = said(
        assistant("", call("f", {"x": 1}), call("g"), call("f", {"x": 2})),
        Message(Role.TOOL, (ToolResponse("", "of g", name="g"),)),
        response("", "first"),
        response("", "second"),
        assistant("Done."),
    )
    assert results(run)["m1"] == ["first", "of g", "second"]


def test_an_id_that_is_used_again() -> None:
    run = said(
        assistant("", call("f", {"x": 1}, "c")),
        response("c", 1),
        assistant("", call("f", {"x": 2}, "c")),
        response("c", 2),
        assistant("Done."),
    )
    assert results(run) == {"m1": [1], "m2": [2], "m3": []}
    assert answers(run).orphans == []


def test_a_response_that_comes_later_in_the_thread() -> None:
    run = said(
        assistant("", call("f", {}, "c")),
        user("Wait."),
        assistant("I wait."),
        response("c", "late"),
        assistant("Done."),
    )
    assert results(run)["m1"] == ["late"]
    assert waiting(run) == []


def test_a_reply_that_was_not_recorded_is_told_by_the_next_prompt() -> None:
    """OpenLLMetry's instrumentation of the Agents SDK leaves replies of Chat Completions out."""
    asked = [user("Go.")]
    told = [
        *asked,
        assistant("Both.", call("f", {}, "a"), call("g", {}, "b")),
        response("a", 1),
        response("b", 2),
    ]
    run = trace(model_call("m1", asked), model_call("m2", told), model_call("m3", [*told, response("c", 3)]))
    assert waiting(run) == []
    assert [one.id for _, one in answers(run).orphans] == ["c"]


def test_a_reply_that_the_next_prompt_tells_item_by_item() -> None:
    """The same instrumentation writes a message for each item of a response, under other ids."""
    reply = assistant("Both.", call("f", {"x": 1}, "a"), call("g", {"y": 2}, "b"))
    items = [
        assistant("Both."),
        assistant("", call("f", {"x": 1}, "fc_a")),
        assistant("", call("g", {"y": 2}, "fc_b")),
    ]
    run = trace(
        model_call("m1", [user("Go.")], reply),
        model_call("m2", [user("Go."), *items, response("a", 1), response("b", 2)], assistant("Done.")),
    )
    assert (results(run), waiting(run), answers(run).orphans) == ({"m1": [1, 2], "m2": []}, [], [])
    assert Facts(run).threads.links[1].new_from == 4, "what is new are the responses"


def test_a_call_that_was_never_answered() -> None:
    run = said(assistant("", call("f", {}, "a"), call("g", {}, "b")), response("a", 1), assistant("Done."))
    assert waiting(run) == [("m1", "g", False)]


def test_a_call_at_the_end_of_its_thread() -> None:
    assert waiting(said(assistant("", call("f", {}, "a")))) == [("m1", "f", True)]


def test_an_execution_answers_too() -> None:
    asked = call("f", {}, "a")
    run = trace(model_call("m1", [user("Go.")], assistant("", asked)), tool_execution("x", asked, 1))
    assert waiting(run) == []


def test_calls_in_a_history_that_nobody_recorded() -> None:
    history = [user("Go."), assistant("", call("f", {}, "a"), call("g", {}, "b")), response("b", 1)]
    run = trace(model_call("m1", history, "Done."))
    assert waiting(run) == [("m1", "f", False)]
    (left,) = answers(run).unanswered()
    assert left.place == PromptPlace(0, 1, 0)


def test_responses_that_nobody_asked_for() -> None:
    run = said(
        assistant("", call("f", {}, "a")),
        response("a", 1),
        response("a", 2),
        response("z", 3),
        assistant("Done."),
    )
    assert answers(run).orphans == [
        (PromptPlace(1, 3, 0), ToolResponse("a", 2)),
        (PromptPlace(1, 4, 0), ToolResponse("z", 3)),
    ]


def test_a_prompt_that_was_cut_at_its_beginning() -> None:
    """The calls stand in the part that was not recorded; instructions are kept when prompts are cut."""
    run = trace(model_call("m1", [system("You help."), response("a", 1), user("On.")], "Done."))
    assert answers(run).orphans == []
    trimmed = trace(model_call("m1", [user("Go."), response("a", 1)], "Done."))
    assert [place for place, _ in answers(trimmed).orphans] == [PromptPlace(0, 1, 0)]


def test_a_recorder_that_keeps_another_id_for_the_call() -> None:
    """The provider took the prompt, so the ids were right when it was sent."""
    history = [user("Go."), assistant("", call("f", {}, "item_1")), response("call_1", 1)]
    taken = trace(model_call("m1", history, "Done."))
    assert (answers(taken).orphans, waiting(taken)) == ([], [])
    refused = trace(model_call("m1", history, None, error="400"))
    assert len(answers(refused).orphans) == 1
    assert waiting(refused) == [("m1", "f", False)]


def test_a_hand_off_is_answered_in_the_thread_of_the_next_agent() -> None:
    hand_off = assistant("", call("transfer_to_b", {}, "h"))
    run = trace(
        model_call("m1", [system("A"), user("Go.")], hand_off),
        model_call("m2", [system("B"), user("Go."), hand_off, response("h", "ok")], "Done."),
    )
    assert waiting(run) == []


def test_frameworks_that_keep_calls_as_text() -> None:
    run = trace(
        model_call("m1", [user("Go.")], assistant("", call("f", {}, "a"))),
        model_call("m2", [user("Go."), assistant("Calling f."), user("Observation: 1")], "Done."),
    )
    assert answers(run).as_text(0) == "Observation: 1"
    assert answers(run).as_text(1) is None
    assert waiting(run) == []


EVENTS = st.lists(
    st.tuples(st.sampled_from(["call", "response"]), st.sampled_from("fg"), st.sampled_from(["", "a", "b"])),
    max_size=10,
)


@given(EVENTS)
def test_each_response_answers_one_call_or_none(events: list[tuple[str, str, str]]) -> None:
    history: list[Message] = [user("Go.")]
    for kind, name, id_ in events:
        part: ToolCall | ToolResponse = (
            call(name, {}, id_) if kind == "call" else ToolResponse(id_, 1, name=name)
        )
        history.append(Message(Role.ASSISTANT if kind == "call" else Role.TOOL, (part,)))
    run = trace(model_call("m1", history, None))
    found = answers(run)
    calls = sum(kind == "call" for kind, _, _ in events)
    left = sum(1 for _ in found.unanswered())
    assert calls - left == len(events) - calls - len(found.orphans)


@pytest.mark.parametrize("result", ["x" * 100_000, [{"data": "y" * 100_000}], list(range(5_000))])
def test_a_large_response_is_found_again_where_it_stands(result: Any) -> None:
    asked = call("look", {"id": 1}, "c1")
    run = trace(
        model_call("m1", [user("Go.")], assistant("", asked)),
        model_call("m2", [user("Go."), assistant("", asked), response("c1", result)], "Done."),
    )
    found = answers(run)
    told = found.response(CallPlace(0, 0))
    assert told is not None
    assert told.result == result
    assert isinstance(found._walked.found[CallPlace(0, 0)], PromptPlace)


@pytest.mark.parametrize("executions", [True, False])
def test_what_an_execution_tells_is_not_kept_a_second_time(*, executions: bool) -> None:
    run = chat(
        [user("q"), assistant("", call("f", {}, "a")), response("a", "r"), assistant("done")],
        executions=executions,
    )
    found = answers(run)
    assert found.response(CallPlace(0, 0)) == ToolResponse("a", "r")
    assert isinstance(found._walked.found.get(CallPlace(0, 0)), ToolResponse) is not executions


answers_of_a_turn = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("rs")), max_size=2)
turns = st.lists(
    st.tuples(st.lists(st.sampled_from("ab"), max_size=2), answers_of_a_turn, st.booleans()),
    min_size=1,
    max_size=5,
)


@given(turns, st.booleans(), st.booleans())
def test_answers_settled_quickly_are_those_that_are_looked_for(
    turns: list[Any], executions: bool, together: bool
) -> None:
    messages = [user("Go.")]
    for ids, told, spoken in turns:
        messages.append(assistant("", *(call("f", {}, id_) for id_ in ids)))
        if together and told:
            messages.append(Message(Role.USER, tuple(ToolResponse(id_, text) for id_, text in told)))
        else:
            messages += [response(id_, text) for id_, text in told]
        messages += [user("And now?")] * spoken
    run = chat([*messages, assistant("Done.")], executions=executions)

    def made_of_it() -> Any:
        found = answers(run)
        return (
            results(run), waiting(run), found.orphans, found._walked.ids,
            [(found.as_text(row), found.spoken_to(row)) for row in range(len(run))],
        )  # fmt: skip

    quick = made_of_it()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Answering, "_are_the_answers", lambda *_: False)
        assert made_of_it() == quick
