"""What a finding rests on, looked up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.core.finding import Evidence, Finding, LoopDetail, Severity
from replaydbg.core.step import Usage
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from replaydbg.views.exhibit import Exhibit, exhibit
from tests.support.build import (
    assistant,
    call,
    chat,
    model_call,
    parameters,
    response,
    system,
    tool,
    tool_execution,
    trace,
    user,
)
from tests.support.staged import done, each, times

LOOKUP = tool("lookup", parameters(["mode"], mode={"enum": ["fast", "slow"]}))


def shown(run: Trace, rule: str) -> Exhibit:
    """What the first finding of the rule rests on."""
    facts = Facts(run)
    (heard,) = _registry.check(facts, select=[rule])
    return exhibit(facts, heard.findings[0])


def asked(*calls: object, tools: object = (LOOKUP,)) -> Trace:
    return trace(model_call("m", [user("go")], assistant("", *calls), tools=tools))  # type: ignore[arg-type]


def test_arguments_and_their_schema() -> None:
    one = shown(asked(call("lookup", {"mode": "Fast"}, "c")), "schema-violation")
    assert one.held is not None
    assert one.held.value == {"mode": "Fast"}
    assert one.held.schema == LOOKUP.schema
    assert one.held.source == "this request"
    assert [place for place, _ in one.held.said] == ["/mode"]
    assert one.repair is not None
    assert one.repair.words == 'mode: "fast" instead of "Fast"'


def test_the_schema_of_another_step_says_of_which() -> None:
    run = trace(
        model_call("m", [user("go")], assistant("", call("lookup", {"mode": "Fast"}, "c"))),
        model_call("other", [user("else")], "ok", tools=[LOOKUP]),
    )
    one = shown(run, "schema-violation")
    assert one.held is not None
    assert (one.held.source, one.held.source_row) == ("another step", 1)


def test_text_that_is_no_json() -> None:
    one = shown(asked(call("lookup", raw='{"mode": "fa', id_="c")), "unparsable-arguments")
    assert one.held is not None
    assert one.held.broken == '{"mode": "fa'
    assert one.held.schema == LOOKUP.schema


def test_an_unknown_tool_beside_what_was_offered_the_nearest_first() -> None:
    tools = [tool("alpha"), tool("search_web"), tool("beta")]
    one = shown(asked(call("search-wep", {"q": 1}, "c"), tools=tools), "unknown-tool")
    assert one.pair is not None
    assert one.pair[0].value == {"name": "search-wep", "arguments": {"q": 1}}
    assert one.pair[1].value == "search_web\nalpha\nbeta"


def test_an_answer_and_the_schema_that_was_asked_for() -> None:
    wanted = {"type": "json_schema", "json_schema": {"schema": parameters(["n"], n={"type": "integer"})}}
    for text, broken in (('{"n": "one"}', None), ("sure!", "sure!")):
        run = trace(model_call("m", [user("go")], text, params={"response_format": wanted}))
        one = shown(run, "structured-output")
        assert one.held is not None
        assert one.held.broken == broken
        assert one.held.schema == wanted["json_schema"]["schema"]  # type: ignore[index]
        assert one.held.said


def test_a_result_and_its_schema() -> None:
    from replaydbg.core.tool import ToolSpec

    offered = {"name": "f", "outputSchema": parameters(["t"], t={"type": "number"})}
    spec = ToolSpec("f", "", {"type": "object"}, raw=offered)
    ran = call("f", {}, "c")
    for result, place in (
        ({"t": "21 C"}, "/result"),
        ({"structuredContent": {"t": "x"}}, "/result/structuredContent"),
    ):
        run = trace(
            model_call("m", [user("go")], assistant("", ran), tools=[spec]), tool_execution("t", ran, result)
        )
        one = shown(run, "output-schema-violation")
        assert one.held is not None
        assert one.held.place == place
        assert [where for where, _ in one.held.said] == ["/t"]


@pytest.mark.parametrize(
    ("run", "rule", "rounds"),
    [
        (
            done(("g", {}, "y"), *times(4, ("f", {}, "x"))),
            "no-progress-loop",
            [(2, 3), (4, 5), (6, 7), (8, 9)],
        ),
        (
            done(("g", {}, "y"), *each("f", "q", ["a b c d", "a b c e", "a b c f", "a b c g"], "no results")),
            "near-duplicate-loop",
            [(2, 3), (4, 5), (6, 7), (8, 9)],
        ),
    ],
)
def test_the_rounds_of_a_loop(run: Trace, rule: str, rounds: list[tuple[int, ...]]) -> None:
    assert list(shown(run, rule).rounds) == rounds


def test_rounds_that_no_rule_of_ours_knows_are_cut_by_their_period() -> None:
    run = chat([user("hi"), *(assistant(f"{n}") for n in range(5))])
    ids = tuple(run.ids)
    mine = Finding("X001", "x", Severity.HINT, "", ids, loop=LoopDetail(2, 2, ids[0], ids[2], ids[-1]))
    assert exhibit(Facts(run), mine).rounds == ((0, 1), (2, 3), (4,))


def test_two_places_are_a_pair_the_earlier_first() -> None:
    rest = [user("a"), assistant("b"), user("c")]
    old = "You are the clerk of a shop. Answer in English and be short about it."
    run = trace(
        model_call("m1", [system(old), *rest[:1]], "b"),
        model_call("m2", [system(old.replace("English", "German")), *rest], "d"),
    )
    one = shown(run, "changed-prompt")
    assert one.pair is not None
    assert [quote.row for quote in one.pair] == [0, 1]
    assert "English" in str(one.pair[0].value)


def test_one_place_is_held_against_the_same_of_the_other_step() -> None:
    messages = [user("a"), assistant("b"), user("c")]
    run = trace(
        model_call("m1", messages[:1], "b", tools=[tool("f")]),
        model_call("m2", messages, "d", tools=[tool("f"), tool("g")]),
    )
    one = shown(run, "changed-prompt")
    assert one.pair is not None
    assert one.pair[0].value == ["f"], "what both have is named only"
    assert [len(list(quote.value)) for quote in one.pair] == [1, 2]


def test_the_model_that_was_asked_and_the_one_that_answered() -> None:
    made = model_call("m", [user("go")], "x", model="gpt-5")
    one = shown(
        trace(replace(made, body=replace(made.body, response_model="gpt-4o-mini-2024-07-18"))),
        "model-switched",
    )
    assert one.pair is not None
    assert [quote.value for quote in one.pair] == ["gpt-5", "gpt-4o-mini-2024-07-18"]


def test_refused_arguments_stand_beside_their_schema() -> None:
    asked_for = call("lookup", {"mode": "fast"}, "c")
    run = trace(
        model_call("m", [user("go")], assistant("", asked_for), tools=[LOOKUP]),
        tool_execution("t", asked_for, "1 validation error for lookup"),
    )
    one = shown(run, "refused-arguments")
    assert one.held is not None
    assert one.held.schema == LOOKUP.schema
    assert "1 validation error" in one.held.said[0][1]


def test_how_a_reply_ends_that_the_limit_cut() -> None:
    run = trace(
        model_call(
            "m", [user("go")], assistant("word " * 200 + "the e", finish_reason="length"), usage=Usage(9, 900)
        )
    )
    one = shown(run, "truncated-answer")
    assert [quote.place for quote in one.quotes] == ["/output/finish_reason", "/output/content"]
    end = str(one.quotes[1].value)
    assert end.startswith("…")
    assert end.endswith("the e")
    assert len(end) < 500


def test_a_secret_is_not_quoted() -> None:
    run = trace(model_call("m", [user("go")], "x"))
    secret = Finding(
        "R009",
        "secret-in-trace",
        Severity.WARNING,
        "a key",
        ("m",),
        (Evidence("m", "/output/content", "here"),),
    )
    assert exhibit(Facts(run), secret).quotes == ()
    other = Finding("R999", "other", Severity.WARNING, "a key", ("m",), secret.evidence)
    assert [quote.value for quote in exhibit(Facts(run), other).quotes] == ["x"]


@pytest.mark.parametrize(
    "place", ["", "no pointer", "/nowhere", "/tool_calls/7/arguments/a", "/tool_calls/x/arguments", "/tool_calls/0"]
)  # fmt: skip
def test_places_that_are_not_there_are_no_trouble(place: str) -> None:
    run = asked(call("lookup", {"mode": "Fast"}, "c"))
    odd = Finding("X001", "unknown-tool", Severity.HINT, "odd", ("m",), (Evidence("m", place, "odd"),))
    exhibit(Facts(run), odd)


def test_every_finding_of_runs_that_go_wrong_can_be_looked_up() -> None:
    refused = [
        message
        for n in range(4)
        for message in (
            assistant("", call("lookup", {"mode": "Fast"}, f"c{n}")),
            response(f"c{n}", "Error: 1 validation error for lookup"),
        )
    ]
    run = chat([user("hi"), *refused, assistant("all done")])
    facts = Facts(run, (LOOKUP,))
    findings = [one for heard in _registry.check(facts) for one in heard.findings]
    assert len({one.code for one in findings}) >= 2
    for finding in findings:
        assert exhibit(facts, finding).finding is finding
