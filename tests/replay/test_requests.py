"""Prompts put together, settings carried on, results told as the thread tells them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from replaydbg.core.message import Json, Message, Role, ToolResponse
from replaydbg.graph.facts import Facts
from replaydbg.replay import requests
from replaydbg.replay.requests import Override, Settings
from tests.support.build import assistant, call, model_call, response, system, tool, trace, user

A, B, C = user("a"), user("b"), user("c")


@pytest.mark.parametrize(
    ("prompt", "recorded", "edited", "expected"),
    [
        ((A, B), (A, B), (C, B), (C, B)),
        ((A, C), (A, B), (C, B), (C, C)),
        ((C, B), (A, B), (B, B), None),
        ((A,), (A, B), (A, C), None),
        ((A, C), (A, B), (A, B, C), (A, C, C)),
        ((A, C), (A, B), (A,), None),
    ],
    ids=[
        "the recorded prompt",
        "changed elsewhere",
        "changed in the same place",
        "shorter by now",
        "added at the end",
        "a message taken away",
    ],
)
def test_edits_of_a_prompt_that_has_changed_already(
    prompt: tuple[Message, ...],
    recorded: tuple[Message, ...],
    edited: tuple[Message, ...],
    expected: tuple[Message, ...] | None,
) -> None:
    assert requests.edits_on_top(prompt, recorded, edited) == expected


def test_an_override_holds_where_the_setting_was_the_same() -> None:
    before = Settings("m", tools=(tool("f"),), params={"temperature": 1, "seed": 1})
    override = Override(before, Settings("n", tools=(), params={"temperature": 0}))
    assert override.applied(before) == Settings("n", tools=(), params={"temperature": 0})
    other = replace(before, model="other", params={"temperature": 2, "seed": 1, "stop": "x"})
    assert override.applied(other) == Settings("other", tools=(), params={"temperature": 2, "stop": "x"})


def test_the_edited_prompt_of_a_call_that_recorded_only_what_was_new() -> None:
    first = assistant("", call("f", {}, "c1"))
    of = trace(
        model_call("m1", [system("s"), user("u")], first),
        model_call("m2", [first, response("c1", "r")], "done"),
        model_call("m3", [response("c1", "again")], "done"),
    )
    facts = Facts(of)
    step = of.step(1)
    body: Any = step.body
    step = replace(step, body=replace(body, messages=(first, response("c1", "edited"))))
    assert requests.recorded_prompt(facts, 1) == (system("s"), user("u"), first, response("c1", "r"))
    assert requests.edited_prompt(facts, 1, step) == (
        system("s"),
        user("u"),
        first,
        response("c1", "edited"),
    )
    assert requests.recorded_prompt(Facts(trace(model_call("m", None, "x"))), 0) is None


def test_calls_and_responses_of_one_turn_are_paired_by_id_and_by_place() -> None:
    one, two, three = ToolResponse("x", 1), ToolResponse("x", 2), ToolResponse("other", 3)
    assert requests.paired(["x", "x"], [one, two]) == [one, two]
    assert requests.paired(["y", "x"], [one, three]) == [three, one]
    assert requests.paired(["", ""], [replace(one, id=""), replace(two, id="")]) == [
        replace(one, id=""),
        replace(two, id=""),
    ]
    assert requests.paired(["x", "y"], [one]) == [one, None]


def test_responses_are_put_under_the_ids_of_their_calls() -> None:
    prompt = (user("u"), assistant("", call("f", {}, "fc_1")), response("call_1", "r"))
    assert requests.answered(prompt)[-1] == response("fc_1", "r")
    fine = (user("u"), assistant("", call("f", {}, "c")), response("c", "r"))
    assert requests.answered(fine) == fine


@pytest.mark.parametrize(
    ("told", "old", "new", "expected"),
    [
        ("sun", "sun", "rain", "rain"),
        ("Result: sun!", "sun", "rain", "Result: rain!"),
        ('{"a":1}', {"a": 1}, {"a": 2}, '{"a":2}'),
        ('{"a": 1}', {"a": 1}, {"a": 2}, '{"a": 2}'),
        ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}),
    ],
)
def test_an_edited_result_is_told_in_the_spelling_of_the_old_one(
    told: Json, old: Json, new: Json, expected: Json
) -> None:
    assert requests.retold(told, old, new) == expected


def test_results_are_text_where_the_thread_tells_text() -> None:
    assert requests.as_told({"ö": 1}, as_text=True) == '{"ö": 1}'
    assert requests.as_told({"ö": 1}, as_text=False) == {"ö": 1}
    assert requests.as_told("as it is", as_text=True) == "as it is"


def test_settings_make_requests() -> None:
    of = trace(model_call("m", [A], "x", tools=[tool("f")], params={"seed": 1}))
    settings = requests.recorded_settings(Facts(of), 0)
    request = settings.request((Message(Role.USER),))
    assert (request.model, request.tools, request.params) == ("m-1", (tool("f"),), {"seed": 1})


def test_what_is_told_now_stands_beside_what_was_edited() -> None:
    old = (user("a"), user("b"), user("c"))
    new = (user("a"), user("B"), user("c"))
    assert requests.told_beside(old, old, new) == new
    assert requests.told_beside((user("b"), user("c")), old, new) == (user("B"), user("c"))
    assert requests.told_beside((user("x"), *old), old, new) == (user("x"), *new)
    assert requests.told_beside((user("a"), user("y"), user("c")), old, new) == (
        user("a"),
        user("y"),
        user("c"),
    )
    assert requests.told_beside((), old, new) == ()
