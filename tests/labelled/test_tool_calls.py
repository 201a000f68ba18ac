"""Broken tool calls in every dialect and shape: no miss, no false alarm, at the exact field. `-s` prints the score."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest

from replaydbg.core.finding import Finding, Severity
from replaydbg.core.message import ToolCall
from replaydbg.core.tool import ToolSpec
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from replaydbg.wire.arguments import call_from_raw
from tests.labelled.dialects import DIALECTS, SHAPES, VALID, Dialect
from tests.labelled.mutations import Mutant, mutants
from tests.support.build import assistant, model_call, tool_execution, trace, user

MUTANTS = tuple(mutants())
RULES = tuple(rule.code for rule in _registry.all_rules() if rule.code.startswith("T"))


@dataclass
class Score:
    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)

    def table(self) -> str:
        lines = [f"{'rule':<26} {'there':>6} {'found':>6} {'false':>6} {'precision':>10} {'recall':>7}"]
        for rule in sorted({*self.found, *self.missed, *self.false}):
            hit, miss, wrong = self.found[rule], self.missed[rule], self.false[rule]
            precision = hit / (hit + wrong) if hit + wrong else 1.0
            recall = hit / (hit + miss) if hit + miss else 1.0
            lines.append(f"{rule:<26} {hit + miss:>6} {hit:>6} {wrong:>6} {precision:>10.3f} {recall:>7.3f}")
        return "\n".join(lines)


def said_of(asked: ToolCall, tools: tuple[ToolSpec, ...]) -> list[Finding]:
    """All that the rules about calls say of a run with this call and nothing else that could be wrong."""
    reply = assistant("", asked)
    run = trace(model_call("m1", [user("Go.")], reply, tools=tools), tool_execution("x1", asked, "done"))
    heard = list(_registry.check(Facts(run), select=RULES))
    assert not [notice for one in heard for notice in one.notices]
    return [finding for one in heard for finding in one.findings]


def expected(mutant: Mutant, dialect: Dialect) -> str:
    return "" if mutant.extra and not dialect.forbids_extra else mutant.rule


def asked_of(mutant: Mutant, shape: str) -> ToolCall | None:
    """The call as the recorder keeps it; None where this recorder cannot keep it."""
    name = mutant.name or mutant.tool
    if mutant.raw is not None:
        return call_from_raw("c1", name, mutant.raw) if shape == "text" else None
    return SHAPES[shape]("c1", name, mutant.arguments)


def is_at_the_place(mutant: Mutant, finding: Finding) -> bool:
    wanted = f"/tool_calls/0/arguments{mutant.place}"
    places = [one for one in finding.evidence if mutant.rule != "schema-violation" or one.pointer == wanted]
    return any(mutant.says in one.message or mutant.says in finding.message for one in places)


def judge(mutant: Mutant, dialect: Dialect, shape: str, score: Score) -> list[str]:
    """What is wrong with what was said; the score is kept."""
    asked = asked_of(mutant, shape)
    if asked is None:
        return []
    wanted, findings = expected(mutant, dialect), said_of(asked, dialect.tools())
    wrong = [one for one in findings if one.name != wanted]
    score.false.update(one.name for one in wrong)
    told = [f"false alarm: {one.message}" for one in wrong]
    if wanted:
        hit = [one for one in findings if one.name == wanted and is_at_the_place(mutant, one)]
        (score.found if hit else score.missed)[wanted] += 1
        told += [] if hit else [f"missed, or not at the place: {[one.evidence for one in findings]}"]
    return [f"{dialect.name}, {shape}: {mutant.what} of {mutant.tool}: {one}" for one in told]


def test_the_set_is_large_enough() -> None:
    broken = [mutant for mutant in MUTANTS if mutant.rule]
    assert len(broken) >= 200 / len(DIALECTS)
    pairs = [(mutant, shape) for mutant in broken for shape in SHAPES if asked_of(mutant, shape) is not None]
    assert len(broken) >= 100
    assert len(pairs) * len(DIALECTS) >= 2000
    assert {rule.name for rule in _registry.all_rules()} >= {mutant.rule for mutant in broken}


def test_no_miss_and_no_false_alarm() -> None:
    score, problems = Score(), []
    for dialect in DIALECTS:
        for shape in SHAPES:
            for mutant in MUTANTS:
                problems += judge(mutant, dialect, shape, score)
    print("\n" + score.table())
    assert problems[:5] == []


def test_the_judge_can_say_no() -> None:
    """A mutant that is labelled wrongly is a miss and a false alarm."""
    score = Score()
    harmless = Mutant("nothing", "tag", VALID["tag"][0], "unknown-tool")
    assert judge(harmless, DIALECTS[0], "text", score)
    labelled_harmless = Mutant("broken", "tag", {"labels": 7}, "")
    assert judge(labelled_harmless, DIALECTS[0], "text", score)
    assert (score.missed["unknown-tool"], score.false["schema-violation"]) == (1, 1)


@pytest.mark.parametrize("mutant", [one for one in MUTANTS if one.what in {"a field left out", "a wrong type", "a field renamed"}], ids=lambda one: f"{one.what} of {one.tool}")  # fmt: skip
def test_without_a_schema_the_other_calls_are_the_measure(mutant: Mutant) -> None:
    """Whatever is unlike them is suspect, and never more than information."""
    others = [VALID[mutant.tool][n % len(VALID[mutant.tool])] for n in range(8)]
    calls = [ToolCall(f"c{n}", mutant.tool, one) for n, one in enumerate([*others, mutant.arguments])]
    run = trace(*(tool_execution(f"x{n}", one, "done") for n, one in enumerate(calls)))
    findings = [
        one for heard in _registry.check(Facts(run)) for one in heard.findings if one.code.startswith("T")
    ]
    at_the_top = mutant.place.count("/") <= (mutant.what == "a wrong type")
    if not at_the_top:
        return  # inner objects have no habit
    assert {finding.name for finding in findings} == {"unusual-arguments"}
    assert [finding.step_ids for finding in findings] == [("x8",)]
    assert all(finding.severity <= Severity.INFO and "suspect" in finding.message for finding in findings)
