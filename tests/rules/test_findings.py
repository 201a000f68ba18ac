"""Findings about one call, and about steps."""

from __future__ import annotations

from replaydbg.core.finding import Evidence, Severity
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_call, of_steps, quoted, summary
from replaydbg.schema import violations
from tests.support.build import assistant, call, model_call, parameters, tool_execution, trace

RULE = Rule("X001", "strange-thing", Severity.WARNING, since="0.1", check=lambda _: iter(()))
ASKED = call("f", {"a": 1}, "c")
RUN = trace(model_call("m1", [], assistant("", ASKED)), tool_execution("x1", ASKED, 1))


def test_of_a_call() -> None:
    (seen,) = Facts(RUN).calls
    finding = of_call(RULE, RUN, seen, "is odd", "/arguments/a", said="this")
    assert (finding.code, finding.name, finding.severity) == ("X001", "strange-thing", Severity.WARNING)
    assert finding.step_ids == ("m1", "x1")
    assert finding.evidence == (Evidence("m1", "/tool_calls/0/arguments/a", "this"),)
    assert of_call(RULE, RUN, seen, "is odd").evidence[0].message == "is odd"
    assert of_call(RULE, RUN, seen, "is odd", severity=Severity.HINT).severity is Severity.HINT


def test_of_steps() -> None:
    finding = of_steps(RULE, RUN, (1, 0), "is odd", Evidence("x1", "", "here"), severity=Severity.HINT)
    assert (finding.step_ids, finding.severity) == (("x1", "m1"), Severity.HINT)


def test_quotes_are_one_line() -> None:
    assert quoted("a\n b") == '"a b"'
    assert quoted("x" * 99, 10) == f'"{"x" * 9}…"'


def test_a_summary_names_the_field_once() -> None:
    schema = parameters(["a"], a={"type": "string"})
    assert summary(violations(schema, {"a": 1})) == "a: 1 is an integer, not string"
    assert summary(violations(schema, {"b": 1})) == '"b" is not a field of the schema (and 1 more)'
