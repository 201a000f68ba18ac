"""Check recordings: run the rules over one trace, over files, over folders."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from replaydbg.actions.open import chosen, readings
from replaydbg.actions.suppressions import suppressions
from replaydbg.config import DEFAULTS, Settings
from replaydbg.core.finding import Finding, Notice
from replaydbg.core.step import Kind
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.drivers import files
from replaydbg.errors import ReplaydbgError, UnreadableInput, UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.graph.fingerprints import fingerprint
from replaydbg.rules import _registry


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules say of one trace of the file at `path`."""

    path: str
    trace: Trace
    model_calls: int
    tool_calls: int
    tool_executions: int
    unchecked_calls: int
    """Tool calls that no schema was recorded for: not held against one, which is no pass."""
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    suppressed: tuple[tuple[Finding, str], ...] = ()
    """What a person does not want to hear of, each with the reason; not among `findings`."""
    known: int = 0
    """Findings that the baseline has too, left out."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read. `asked_for` is false for files that were met in a folder."""

    path: str
    problem: ReplaydbgError
    asked_for: bool


def check_trace(facts: Facts) -> tuple[Finding, ...]:
    """All findings, in the order of the first step concerned."""
    return listen(facts)[0]


def listen(
    facts: Facts, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """As `check_trace`, and what is to be said of rules that failed. `select` and `ignore` hold codes and names."""
    heard = list(_registry.check(facts, select, ignore))
    found = [finding for one in heard for finding in one.findings]
    row = facts.trace.row
    in_order = sorted(found, key=lambda finding: min(map(row, finding.step_ids), default=-1))
    return tuple(in_order), tuple(notice for one in heard for notice in one.notices)


def check_paths(
    paths: Sequence[str],
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    side_tools: tuple[ToolSpec, ...] = (),
    trace_id: str | None = None,
    format_name: str | None = None,
    settings: Settings = DEFAULTS,
    baseline: Mapping[str, int] | None = None,
) -> Iterator[Checked | Unread]:
    """Every trace of every file, one at a time; files that cannot be read are said so and passed over.

    With a `trace_id` only that trace of each file is looked at; raises UsageProblem where a file has none such.
    Findings that were suppressed in the session beside a file are told apart. With a `baseline` (`baseline_of_file`)
    only findings are told that it does not have, counted over all traces.
    """
    left = None if baseline is None else Counter(baseline)
    of_plug_ins = _registry.plugin_notices()
    for path in paths:
        for file in files.trace_files(path):
            try:
                *_, reading = readings(file, format_name, fallback=False)
                if not reading.traces:
                    raise UnreadableInput(f"{file} holds no trace")
            except UnreadableInput as problem:
                yield Unread(file, problem, asked_for=file == path)
                continue
            wanted = reading.traces if trace_id is None else (chosen(reading.traces, trace_id),)
            for number, trace in enumerate(wanted):
                facts = Facts(trace, side_tools, settings)
                found, of_rules = listen(facts, select, ignore)
                reasons, of_session = suppressions(file, trace)
                findings, suppressed, known = _sifted(trace, found, reasons, left)
                of_file = () if number else reading.notices  # said once
                calls = facts.index.model_calls
                yield Checked(
                    path=file,
                    trace=trace,
                    model_calls=len(calls),
                    tool_calls=sum(len(facts.index.calls(row)) for row in calls),
                    tool_executions=sum(1 for _ in trace.rows(Kind.TOOL_EXECUTION)),
                    unchecked_calls=_registry.unchecked_calls(facts),
                    findings=findings,
                    notices=(*of_plug_ins, *of_file, *of_rules, *of_session),
                    suppressed=suppressed,
                    known=known,
                )
                of_plug_ins = ()


def _sifted(
    trace: Trace, found: Sequence[Finding], reasons: Mapping[str, str], left: Counter[str] | None
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, str], ...], int]:
    """The findings to be told, those suppressed, and how many of the baseline were met again."""
    if not reasons and left is None:
        return tuple(found), (), 0
    told, suppressed, known = [], [], 0
    for finding in found:
        name = fingerprint(trace, finding)
        if name in reasons:
            suppressed.append((finding, reasons[name]))
        elif left is not None and left[name] > 0:
            left[name] -= 1
            known += 1
        else:
            told.append(finding)
    return tuple(told), tuple(suppressed), known


def baseline_of_file(path: str) -> Mapping[str, int]:
    """How often each fingerprint stands in the JSON output of an earlier check. Raises UsageProblem."""
    hint = "give the output of `replaydbg check --output json`"
    try:
        document = json.loads(files.read_text(path))
        traces = document["traces"]
        return Counter(finding["fingerprint"] for trace in traces for finding in trace["findings"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageProblem(f"{path} is no baseline: {error}", hint) from error
