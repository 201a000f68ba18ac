"""Findings are recognised in another recording of the same agent."""

from __future__ import annotations

from dataclasses import replace

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.graph.fingerprints import fingerprint
from tests.support.build import agent, call, model_call, tool_execution, trace, user


def recording(prefix: str, *, before: int = 0) -> Trace:
    steps = (tool_execution(f"{prefix}{n}", call("lookup"), n) for n in range(before))
    return trace(agent(f"{prefix}a", "support", *steps, tool_execution(f"{prefix}x", call("lookup"), 1)))


def finding(step_id: str, said: str = '7 is an integer, not "string"') -> Finding:
    place = Evidence(step_id, "/tool_calls/0/arguments/lines/3/id", said)
    return Finding("T003", "schema-violation", Severity.ERROR, said, (step_id,), (place,))


def test_ids_rows_numbers_and_quotations_do_not_matter() -> None:
    one = fingerprint(recording("p"), finding("px"))
    moved = replace(
        finding("qx", '4,812 is an integer, not "str\\"ing"'),
        evidence=(Evidence("qx", "/tool_calls/2/arguments/lines/0/id", ""),),
    )
    assert fingerprint(recording("q", before=3), moved) == one


def test_rule_agent_step_place_and_words_do() -> None:
    run, base = recording("p"), finding("px")
    elsewhere = trace(tool_execution("px", call("lookup"), 1))
    other_place = replace(base, evidence=(Evidence("px", "/tool_calls/0/arguments/name", ""),))
    names = [
        fingerprint(run, base),
        fingerprint(run, replace(base, code="T004")),
        fingerprint(run, replace(base, message="is missing")),
        fingerprint(run, other_place),
        fingerprint(elsewhere, base),
        fingerprint(trace(model_call("px", [user("hi")], "ho")), base),
    ]
    assert len(set(names)) == len(names)


def test_a_finding_about_no_step_has_one_too() -> None:
    assert fingerprint(trace(), replace(finding("gone"), evidence=())) != fingerprint(
        trace(), replace(finding("gone"), evidence=(), code="T004")
    )


def test_another_place_beside_the_first_makes_it_another() -> None:
    """Of a call with three broken fields a baseline knows those three."""
    run, base = recording("p"), finding("px")
    (first, *_) = base.evidence
    two = replace(base, evidence=(first, replace(first, pointer="/tool_calls/0/arguments/region")))
    other = replace(base, evidence=(first, replace(first, pointer="/tool_calls/0/arguments/amount")))
    assert len({fingerprint(run, one) for one in (base, two, other)}) == 3
    turned = replace(two, evidence=tuple(reversed(two.evidence)))
    assert fingerprint(run, turned) == fingerprint(run, two)
