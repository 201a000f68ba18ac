"""What a person wants of a branch, as a question with a yes or a no: a finding that is gone, a final answer that fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from replaydbg import codec
from replaydbg.actions.check import check_trace
from replaydbg.core import pointer
from replaydbg.core.branch import Branch
from replaydbg.core.message import Json
from replaydbg.drivers import python_name
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from replaydbg.views.expressions import Expression, QueryProblem

FORMS = (
    "gone:RULE, absent:RULE, regex:PATTERN, not-regex:PATTERN, pointer:/PATH=VALUE (both of the final answer), "
    "or python:module:function"
)


@dataclass(frozen=True, slots=True)
class Oracle:
    """`holds` says yes or no of a branch's facts; `words` are those that the person wrote."""

    words: str
    holds: Callable[[Facts], bool]


def make_oracles(words: Sequence[str], recording: Facts) -> tuple[Oracle, ...]:
    """Without words: every rule that found an error in the recording finds none. Raises UsageProblem."""
    if words:
        return tuple(_oracle(one, recording) for one in words)
    names = sorted({name for _, name, severity in _found(recording) if severity == "error"})
    if not names:
        raise UsageProblem(
            "the recording has no error that could be gone", f"say what is wanted: --oracle {FORMS}"
        )
    return tuple(_oracle(f"gone:{name}", recording) for name in names)


def _oracle(words: str, recording: Facts) -> Oracle:
    kind, _, rest = words.partition(":")
    if kind in {"gone", "absent"}:
        rule = _registry.rule(rest)
        if kind == "gone" and not _has(recording, rule.code):
            raise UsageProblem(
                f"{rule.name} finds nothing in the recording, so it cannot be gone", f"absent:{rest}"
            )
        return Oracle(words, lambda facts: not _has(facts, rule.code))
    if kind in {"regex", "not-regex"}:
        try:
            wanted = Expression(rest, exact=True)
        except QueryProblem as problem:
            raise UsageProblem(str(problem)) from problem
        return Oracle(words, lambda facts: wanted.holds(final_answer(facts)) is (kind == "regex"))
    if kind == "pointer":
        return _pointer(words, rest)
    if words.startswith(python_name.PREFIX):
        return Oracle(words, _function(words))
    raise UsageProblem(f"{words!r} is nothing that a branch could be asked", f"--oracle {FORMS}")


@lru_cache(maxsize=2)
def _found(facts: Facts) -> frozenset[tuple[str, str, str]]:
    """Code, name and severity of what the rules find: once for the recording and once for a branch, whatever is asked of them."""
    return frozenset((finding.code, finding.name, finding.severity.label) for finding in check_trace(facts))


def _has(facts: Facts, code: str) -> bool:
    return any(found == code for found, _, _ in _found(facts))


def final_answer(facts: Facts) -> str:
    """The text of the last reply that asks for no tool, by time; "" where there is none."""
    for row in reversed(facts.index.model_calls):
        output = facts.trace.body(row).output
        if output is not None and output.text and not output.tool_calls:
            return output.text
    return ""


def _pointer(words: str, rest: str) -> Oracle:
    place, sign, value = rest.partition("=")
    if not sign:
        raise UsageProblem(f"{words!r} says no value", "write pointer:/status=done")
    wanted = _value(value)

    def holds(facts: Facts) -> bool:
        try:
            found = pointer.get(orjson.loads(final_answer(facts)), place)
        except (ValueError, LookupError):
            return False
        return bool(found == wanted)

    return Oracle(words, holds)


def _value(text: str) -> Json:
    try:
        return orjson.loads(text)
    except ValueError:
        return text


def _function(words: str) -> Callable[[Facts], bool]:
    """The person's own function, given the branch as `show --output json` prints it."""
    function: Callable[[Mapping[str, Any]], Any] = python_name.load(words)

    def holds(facts: Facts) -> bool:
        trace = facts.trace
        steps = [codec.step_document(step) for step in trace.steps()]
        return bool(function({"trace_id": trace.id, "steps": steps, "final_answer": final_answer(facts)}))

    return holds


def judge(oracles: Sequence[Oracle], branch: Branch, facts: Facts) -> tuple[bool, ...] | None:
    """What each oracle says of the branch of the recording `facts` are of; None where it did not come to its end."""
    if branch.stopped is not None:
        return None
    own = facts.of(branch)
    return tuple(oracle.holds(own) for oracle in oracles)
