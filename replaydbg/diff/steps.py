"""Two runs compared: each step with its like by field, findings gained and lost, totals.

What chance gives to every run anew (ids of calls, times, tokens of one reply) is no change. Of a prompt only the
messages that were new to the call are compared: what came before was told at its own step.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from replaydbg import codec
from replaydbg.core.changes import ABSENT, Change, first_changes
from replaydbg.core.finding import Finding
from replaydbg.core.message import Json, Message
from replaydbg.core.pointer import join, tokens
from replaydbg.core.step import Kind, Step
from replaydbg.core.trace import Trace
from replaydbg.diff.align import Pair
from replaydbg.graph.facts import Facts
from replaydbg.graph.walk import Heed, unheeded

_FINISH_REASONS = {"tool_call": "tool_calls", "tool_use": "tool_calls", "end_turn": "stop"}
"""One reason in the words of OTel, Anthropic and OpenAI: a run recorded by one and re-run with another has not changed."""

_ROWS_AT_ONCE = 64
"""Steps between two words about how far it has come."""


class RowKind(StrEnum):
    EQUAL = "equal"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One step and its like. `row_a` is None for steps that were added, `row_b` for steps that were removed."""

    kind: RowKind
    row_a: int | None
    row_b: int | None
    changes: tuple[Change, ...] = ()
    """By pointer into the step's document; at most `limits.CHANGES_PER_STEP_MAX`."""


@dataclass(frozen=True, slots=True)
class Totals:
    steps: int
    model_calls: int
    tool_calls: int
    tool_executions: int
    tokens: int | None
    """Input and output of all model calls; None where no call recorded any."""
    cost_usd: float | None
    duration_ms: float | None
    """Time spent in model calls and tool executions, one after the other: a branch's steps come from different days."""


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: tuple[ComparedRow, ...]
    first_divergence: int | None
    """Place in `rows` of the first that is not equal, None for runs that say the same.

    A step around others whose outcome alone differs is passed over where one of those differs, too: it stands before
    them, but came after.
    """
    gained: tuple[Finding, ...]
    """Findings of B that A has not; the steps are B's."""
    lost: tuple[Finding, ...]
    """Findings of A that B has not; the steps are A's."""
    totals_a: Totals
    totals_b: Totals

    def counts(self) -> dict[str, int]:
        """Rows by kind."""
        tally = Counter(row.kind for row in self.rows)
        return {str(kind): tally[kind] for kind in RowKind}


def compare(  # noqa: PLR0917 - two of each, and who listens
    facts_a: Facts,
    facts_b: Facts,
    findings_a: Sequence[Finding],
    findings_b: Sequence[Finding],
    pairs: Sequence[Pair],
    heed: Heed = unheeded,
) -> Comparison:
    """`pairs` is what `diff.align.align` gives for the two traces."""
    rows = []
    for at, pair in enumerate(pairs):
        if at % _ROWS_AT_ONCE == 0:
            heed(at / len(pairs))
        rows.append(_compared(facts_a, facts_b, pair))
    gained, lost = _gained_and_lost(facts_a.trace, facts_b.trace, findings_a, findings_b, pairs)
    return Comparison(
        tuple(rows),
        _first_divergence(rows, facts_b.trace),
        gained,
        lost,
        totals(facts_a),
        totals(facts_b),
    )


def _first_divergence(rows: Sequence[ComparedRow], b: Trace) -> int | None:
    differing = [at for at, row in enumerate(rows) if row.kind is not RowKind.EQUAL]

    def came_last(row: ComparedRow) -> bool:
        around = row.row_b is not None and b.subtree_ends[row.row_b] > row.row_b + 1
        return (
            around
            and bool(row.changes)
            and all(change.pointer.startswith(_OUTCOMES) for change in row.changes)
        )

    return next((at for at in differing if not came_last(rows[at])), differing[0] if differing else None)


_OUTCOMES = ("/output", "/status", "/error", "/result")
"""What of a step is only known when it has ended."""


def _compared(facts_a: Facts, facts_b: Facts, pair: Pair) -> ComparedRow:
    if pair.row_a is None:
        return ComparedRow(RowKind.ADDED, None, pair.row_b)
    if pair.row_b is None:
        return ComparedRow(RowKind.REMOVED, pair.row_a, None)
    step_a, step_b = facts_a.trace.step(pair.row_a), facts_b.trace.step(pair.row_b)
    found = first_changes(compared_fields(step_a), compared_fields(step_b))
    if step_a.kind is Kind.MODEL_CALL and step_b.kind is Kind.MODEL_CALL:
        found += _message_changes(facts_a, facts_b, pair.row_a, pair.row_b)
    return ComparedRow(RowKind.CHANGED if found else RowKind.EQUAL, pair.row_a, pair.row_b, found)


def compared_fields(step: Step) -> dict[str, Json]:
    """What of the step's document is compared, prompts apart."""
    body = step.body
    fields: dict[str, Json] = {
        "kind": str(step.kind),
        "agent": step.agent,
        "status": str(step.status),
        "error": body.error,
        "tool_calls": [_call(codec.call_document(call)) for call in step.tool_calls],
    }
    if step.kind is Kind.MODEL_CALL:
        fields |= {
            "model": step.model,
            "params": dict(body.params),
            "output": None if body.output is None else _output(body.output),
            "tools": None if body.tools is None else [codec.tool_document(tool) for tool in body.tools],
        }
    elif step.kind is Kind.TOOL_EXECUTION:
        fields["result"] = body.result
    else:
        fields |= {"name": step.name, "input": body.input, "output": body.output_value}
    return fields


def _output(message: Message) -> dict[str, Json]:
    document = codec.output_document(message)
    return document | {"finish_reason": _FINISH_REASONS.get(message.finish_reason, document["finish_reason"])}


def _message_changes(facts_a: Facts, facts_b: Facts, row_a: int, row_b: int) -> tuple[Change, ...]:
    known_a, prompt_a = _prompt(facts_a, row_a)
    known_b, prompt_b = _prompt(facts_b, row_b)
    if prompt_a is None or prompt_b is None:
        return () if prompt_a is prompt_b else (Change("/messages", _all(prompt_a), _all(prompt_b)),)
    if not (known_a and known_b):  # one of them begins anew: all of both is compared
        known_a = known_b = 0
    found = first_changes(_all(prompt_a[known_a:]), _all(prompt_b[known_b:]))
    return tuple(_placed(change, known_a, known_b) for change in found)


def _all(messages: Sequence[Message] | None) -> Json:
    return None if messages is None else [_message(one) for one in messages]


def _placed(change: Change, known_a: int, known_b: int) -> Change:
    """The change with its pointer into the document: of B, or of A for a message that only A has."""
    number, *rest = tokens(change.pointer)
    known = known_a if change.after is ABSENT and not rest else known_b
    return replace(change, pointer=join(("messages", int(number) + known, *rest)))


def _prompt(facts: Facts, row: int) -> tuple[int, Sequence[Message] | None]:
    """The recorded messages, and how many of them the call before knew."""
    link = facts.threads.links.get(row)
    return (0 if link is None else link.new_from), facts.trace.body(row).messages


def _call(document: Mapping[str, Json]) -> dict[str, Json]:
    """A tool call without its id, and with its text only where that is all there is."""
    left_out = {"id"} if document.get("arguments") is None else {"id", "arguments_raw"}
    return {key: value for key, value in document.items() if key not in left_out}


def _message(message: Message) -> dict[str, Json]:
    document = codec.message_document(message)
    document.pop("tool_call_id", None)
    if "tool_calls" in document:
        document["tool_calls"] = [_call(call) for call in document["tool_calls"]]
    for part in document.get("parts", ()):
        for key in ("id", "signature", "arguments_raw" if part.get("arguments") is not None else "id"):
            part.pop(key, None)
    return document


def totals(facts: Facts) -> Totals:
    trace, index = facts.trace, facts.index
    tokens = [count for row in index.model_calls if (count := trace.tokens(row)) is not None]
    costs = [cost for row in range(len(trace)) if (cost := trace.cost_usd(row)) is not None]
    work = [*index.model_calls, *(row for row in index.executions if not _inside_an_execution(trace, row))]
    durations = [duration for row in work if (duration := trace.duration_ms(row)) is not None]
    return Totals(
        steps=len(trace),
        model_calls=len(index.model_calls),
        tool_calls=sum(len(index.calls(row)) for row in index.model_calls),
        tool_executions=len(index.executions),
        tokens=sum(tokens) if tokens else None,
        cost_usd=sum(costs) if costs else None,
        duration_ms=sum(durations) if durations else None,
    )


def _inside_an_execution(trace: Trace, row: int) -> bool:
    at = trace.parents[row]
    while at >= 0:
        if trace.kind(at) is Kind.TOOL_EXECUTION:
            return True
        at = trace.parents[at]
    return False


def _gained_and_lost(
    a: Trace, b: Trace, findings_a: Sequence[Finding], findings_b: Sequence[Finding], pairs: Sequence[Pair]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """A finding stays when its first aligned step has the same kind of finding; then, when one like it is elsewhere.

    The first keeps a violation that only reads differently, the second a loop that merely moved.
    """
    of = {
        b.ids[pair.row_b]: a.ids[pair.row_a]
        for pair in pairs
        if pair.row_a is not None and pair.row_b is not None
    }

    def places(finding: Finding, own: Callable[[str], str | None]) -> list[Hashable]:
        return [(finding.code, place) for id_ in finding.step_ids if (place := own(id_)) is not None]

    left_a, left_b = _matched(
        findings_a,
        findings_b,
        lambda finding: places(finding, lambda id_: id_),
        lambda finding: places(finding, of.get),
    )
    lost, gained = _matched(left_a, left_b, lambda one: [_likeness(a, one)], lambda one: [_likeness(b, one)])
    return tuple(gained), tuple(lost)


def _likeness(trace: Trace, finding: Finding) -> Hashable:
    """Equal for findings that say the same of other steps: a loop by what goes round in it, however often."""
    if not finding.period:
        return finding.code, finding.message
    round_ = finding.step_ids[: finding.period]
    rows = [trace.row(id_) for id_ in round_]
    return finding.code, frozenset((trace.kind(row), trace.name(row)) for row in rows)


def _matched(
    findings_a: Sequence[Finding],
    findings_b: Sequence[Finding],
    keys_a: Callable[[Finding], list[Hashable]],
    keys_b: Callable[[Finding], list[Hashable]],
) -> tuple[list[Finding], list[Finding]]:
    """What is left of both when each finding took the first of the other side with a key in common, one to one."""
    by_key: dict[Hashable, list[int]] = defaultdict(list)
    for at, finding in enumerate(findings_b):
        for key in dict.fromkeys(keys_b(finding)):
            by_key[key].append(at)
    taken: set[int] = set()
    left_a = []
    for finding in findings_a:
        candidates = (at for key in keys_a(finding) for at in by_key.get(key, ()) if at not in taken)
        like = next(candidates, None)
        if like is None:
            left_a.append(finding)
        else:
            taken.add(like)
    return left_a, [finding for at, finding in enumerate(findings_b) if at not in taken]
