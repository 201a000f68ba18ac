"""Conversations broken in one way at each of their turns: pairing, ids, choices, endings, results. `-s` prints the score."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from replaydbg.core.message import Message
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from tests.labelled.test_tool_calls import Score
from tests.support.build import (
    Built,
    assistant,
    call,
    model_call,
    parameters,
    response,
    tool_execution,
    trace,
    user,
)

OUT = parameters(["hits"], hits={"type": "integer"})
STRICT = parameters(["q"], q={"type": "string"})
FIND = ToolSpec("find", schema=STRICT, raw={"name": "find", "inputSchema": STRICT, "outputSchema": OUT})
NOTHING_RECORDED = ToolSpec("find", raw="find")
TURNS = 4
END = assistant("I found flights to all of them, unfortunately none is cheap.")
WORDS = ("lisbon", "porto", "faro", "sines")


@dataclass(frozen=True)
class Turn:
    """A reply with two calls and what came back; `params` and `tools` are those of its request."""

    reply: Message
    answers: tuple[Message, ...]
    params: Any = None
    tools: tuple[ToolSpec, ...] = (FIND,)


@dataclass(frozen=True)
class Broken:
    what: str
    rule: str
    """"" for conversations that are fine."""
    turns: tuple[Turn, ...]
    also: frozenset[str] = frozenset()
    """Rules that may speak as well, since one thing brings the other."""
    end: Message = END
    end_params: Any = None


def good(number: int) -> Turn:
    word = WORDS[number % len(WORDS)]
    calls = (call("find", {"q": word}, f"a{number}"), call("find", {"q": f"{word} in june"}, f"b{number}"))
    results = ({"hits": number}, {"hits": number + 1})
    return Turn(
        assistant(f"Looking for {word}.", *calls),
        tuple(response(one.id, json.dumps(result)) for one, result in zip(calls, results, strict=True)),
    )


GOOD = tuple(map(good, range(TURNS)))


def at(number: int, turn: Turn) -> tuple[Turn, ...]:
    return (*GOOD[:number], turn, *GOOD[number + 1 :])


def conversations() -> Iterator[Broken]:
    yield Broken("as it should be", "", GOOD)
    for number, turn in enumerate(GOOD):
        yield from _of_pairing(number, turn)
        yield from _of_the_request(number, turn)
        yield from _of_results(number, turn)
    yield from _of_the_end()


def _of_pairing(number: int, turn: Turn) -> Iterator[Broken]:
    first, second = turn.answers
    one, other = turn.reply.tool_calls
    yield Broken("answers in another order", "", at(number, replace(turn, answers=(second, first))))
    yield Broken("an answer lost", "unanswered-call", at(number, replace(turn, answers=(first,))))
    extra = response("zz", "from nowhere")
    yield Broken(
        "an answer too many", "orphan-result", at(number, replace(turn, answers=(first, second, extra)))
    )
    yield Broken(
        "an answer twice", "orphan-result", at(number, replace(turn, answers=(first, first, second)))
    )
    same = assistant("", replace(one, id="s"), replace(other, id="s"))
    answers = (replace_id(first, "s"), replace_id(second, "s"))
    yield Broken(
        "one id for two calls", "duplicate-call-id", at(number, replace(turn, reply=same, answers=answers))
    )
    nameless = assistant("", replace(one, id=""), replace(other, id=""))
    yield Broken(
        "no ids at all",
        "",
        at(number, replace(turn, reply=nameless, answers=(replace_id(first, ""), replace_id(second, "")))),
    )


def _of_the_request(number: int, turn: Turn) -> Iterator[Broken]:
    named = {"type": "function", "function": {"name": "book"}}
    for what, params in (
        ("no tool was allowed", {"tool_choice": "none"}),
        ("another tool was named", {"tool_choice": named}),
        ("parallel calls were switched off", {"parallel_tool_calls": False}),
    ):
        yield Broken(what, "broken-tool-choice", at(number, replace(turn, params=params)))
    for what, params in (
        ("any tool was required", {"tool_choice": "required"}),
        ("parallel", {"parallel_tool_calls": True}),
    ):
        yield Broken(what, "", at(number, replace(turn, params=params)))
    loose = {"type": "object", "properties": {"q": {"type": "string"}}}
    raw = {"type": "function", "function": {"name": "find", "parameters": loose, "strict": True}}
    lax = replace(turn, tools=(replace(FIND, schema=loose, raw=raw),))
    yield Broken(
        "strict, and a schema that is not",
        "schema-not-strict",
        at(number, lax),
        frozenset({"changed-prompt"}),
    )
    broken = replace(turn, tools=(replace(FIND, schema={"type": "object", "properties": ["q"]}),))
    yield Broken("a schema that is none", "invalid-schema", at(number, broken), frozenset({"changed-prompt"}))


def _of_results(number: int, turn: Turn) -> Iterator[Broken]:
    first, second = turn.answers
    id_ = first.tool_responses[0].id
    wrong = response(id_, json.dumps({"hits": "many"}))
    yield Broken(
        "a result that breaks its schema",
        "output-schema-violation",
        at(number, replace(turn, answers=(wrong, second))),
    )
    bare = tuple(replace(one, tools=(NOTHING_RECORDED,)) for one in GOOD)
    refused = replace(
        bare[number], answers=(response(id_, "1 validation error for find\nquery\n  Field required"), second)
    )
    yield Broken(
        "refused by the runtime", "refused-arguments", (*bare[:number], refused, *bare[number + 1 :])
    )
    cut = Message(turn.reply.role, (*turn.reply.parts[:1],), finish_reason="length")
    yield Broken("cut off by the limit", "truncated-answer", at(number, replace(turn, reply=cut, answers=())))
    empty = Message(turn.reply.role, (), finish_reason="stop")
    yield Broken("nothing was said", "empty-answer", at(number, replace(turn, reply=empty, answers=())))
    lost = assistant("Looking.", finish_reason="tool_calls")
    yield Broken(
        "calls that are not there", "contradicted-finish", at(number, replace(turn, reply=lost, answers=()))
    )


def _of_the_end() -> Iterator[Broken]:
    wanted = {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": OUT}}}
    for text, rule in (
        ('{"hits": 4}', ""),
        ("four", "structured-output"),
        ('{"hits": "4"}', "structured-output"),
        ('```json\n{"hits": 4}\n```', "structured-output"),
    ):
        yield Broken(f"the end is {text!r}", rule, GOOD, end=assistant(text), end_params=wanted)
    last = GOOD[-1]
    failed = replace(last, answers=(response("a3", "Error: card expired", is_error=True), last.answers[1]))
    told = assistant("The booking failed: your card has expired.")
    yield Broken(
        "an error that is told", "", at(TURNS - 1, failed), frozenset({"failed-execution"}), end=told
    )
    hidden = assistant("All of your flights are booked and you are set to go!")
    yield Broken(
        "a look that failed beside one that worked",
        "",
        at(TURNS - 1, failed),
        frozenset({"failed-execution"}),
        end=hidden,
    )
    both = replace(last, answers=(*failed.answers[:1], response("b3", "Error: card expired", is_error=True)))
    yield Broken(
        "an error that is not told",
        "ignored-error",
        at(TURNS - 1, both),
        frozenset({"failed-execution"}),
        end=hidden,
    )


def replace_id(answer: Message, id_: str) -> Message:
    return response(id_, answer.tool_responses[0].result)


def run_of(broken: Broken) -> Trace:
    steps: list[Built] = []
    said = [user("Find flights to Lisbon, Porto, Faro and Sines in June.")]
    for number, turn in enumerate(broken.turns):
        steps.append(model_call(f"m{number}", tuple(said), turn.reply, params=turn.params, tools=turn.tools))
        answers = list(turn.answers)
        for n, asked in enumerate(turn.reply.tool_calls):
            mine = next((one for one in answers if one.tool_responses[0].id == asked.id), None)
            if mine is not None:
                answers.remove(mine)
                told = mine.tool_responses[0]
                error = str(told.result) if told.is_error else ""
                steps.append(tool_execution(f"x{number}{n}", asked, told.result, error=error))
        said += [turn.reply, *turn.answers]
    steps.append(
        model_call("end", tuple(said), broken.end, params=broken.end_params, tools=broken.turns[-1].tools)
    )
    return trace(*steps)


def test_no_miss_and_no_false_alarm() -> None:
    score, problems = Score(), []
    every = list(conversations())
    assert len(every) >= 60
    for broken in every:
        names = {one.name for heard in _registry.check(Facts(run_of(broken))) for one in heard.findings}
        wrong = names - {broken.rule} - broken.also
        score.false.update(wrong)
        problems += [f"{broken.what}: false alarm: {one}" for one in sorted(wrong)]
        if broken.rule:
            (score.found if broken.rule in names else score.missed)[broken.rule] += 1
            problems += [] if broken.rule in names else [f"{broken.what}: {broken.rule} missed"]
    print("\n" + score.table())
    assert problems == []
