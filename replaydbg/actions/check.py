"""Check recordings: run the rules over one trace, over files, over folders."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from replaydbg import limits
from replaydbg.actions.open import chosen, readings, recordings, without_collector
from replaydbg.actions.suppressions import suppressions
from replaydbg.config import DEFAULTS, Settings
from replaydbg.core.finding import Finding, Notice
from replaydbg.core.step import KINDS, Kind
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.drivers import files, mapped
from replaydbg.errors import CutShort, ReplaydbgError, UnreadableInput, UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.graph.fingerprints import fingerprint
from replaydbg.graph.suspects import Suspect, suspects
from replaydbg.graph.walk import Heed
from replaydbg.readers import _strangers
from replaydbg.rules import _registry
from replaydbg.rules._beginnings import Beginning, beginning
from replaydbg.rules._repairs import Repair, repair

_WALK_SHARE = 0.7
"""Of the time of a check: that one look at every step takes; the rest is the rules'."""


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
    repairs: tuple[Repair | None, ...] = ()
    """For each of `findings` the edit that would mend it, where it is known."""
    beginnings: tuple[Beginning | None, ...] = ()
    """For each of them the place whose edit may help, where only a person can write it."""
    known: int = 0
    """Findings that the baseline has too, left out."""
    suspects: tuple[Suspect, ...] | None = None
    """The steps to look at first; None where nobody asked."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read. `asked_for` is false for those met in a folder that are no traces."""

    path: str
    problem: ReplaydbgError
    asked_for: bool


def check_trace(facts: Facts, heed: Heed | None = None) -> tuple[Finding, ...]:
    """All findings, in the order of the first step concerned."""
    return listen(facts, heed=heed)[0]


def listen(
    facts: Facts, select: Sequence[str] = (), ignore: Sequence[str] = (), heed: Heed | None = None
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """As `check_trace`, and what is to be said of rules that failed. `select` and `ignore` hold codes and names."""
    heard: list[_registry.Heard] = []
    if heed is not None:
        facts.learn(lambda done: heed(done * _WALK_SHARE))
    for one in _registry.check(facts, select, ignore):
        heard.append(one)
        if heed is not None:
            heed(_WALK_SHARE + (1 - _WALK_SHARE) * len(heard) / len(_registry.all_rules()))
    found = [finding for one in heard for finding in one.findings]
    row = facts.trace.row
    in_order = sorted(found, key=lambda finding: min(map(row, finding.step_ids), default=-1))
    return tuple(in_order), tuple(notice for one in heard for notice in one.notices)


def lacking(settings: Settings, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> tuple[str, ...]:
    """What of the rules could not look, and what it needs."""
    return tuple(_registry.lacking(_registry.wanted(settings, select, ignore)))


@dataclass(frozen=True, slots=True)
class _How:
    """What the person asked for, on its way to other processes."""

    select: Sequence[str]
    ignore: Sequence[str]
    side_tools: tuple[ToolSpec, ...]
    trace_id: str | None
    format_name: str | None
    settings: Settings
    with_suspects: bool


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
    progress: Callable[[int, int], None] | None = None,
    with_suspects: bool = False,
) -> Iterator[Checked | Unread]:
    """Every trace of every file, in order; files that cannot be read are said so and passed over.

    Several files are checked in several processes: one that breaks its reader costs the others nothing. `progress`
    is told how many files of how many are done. With a `trace_id` only that trace of each file is looked at; raises
    UsageProblem where a file has none such. Findings that were suppressed in the session beside a file are told
    apart. With a `baseline` (`baseline_of_file`) only findings are told that it does not have, counted over all.
    """
    how = _How(select, ignore, side_tools, trace_id, format_name, settings, with_suspects)
    left = None if baseline is None else Counter(baseline)
    of_plug_ins = _registry.plugin_notices()
    for one in _each(paths, how, progress):
        if isinstance(one, Unread) or (left is None and not of_plug_ins):
            yield one
            continue
        findings, known = _new(one.trace, one.findings, left)
        yield replace(one, findings=findings, known=known, notices=(*of_plug_ins, *one.notices))
        of_plug_ins = ()


def _each(
    paths: Sequence[str], how: _How, progress: Callable[[int, int], None] | None
) -> Iterator[Checked | Unread]:
    named = [(file, file == path) for path in paths for file in recordings(path)]
    if len(named) == 1 or files.STANDARD_INPUT in paths:  # which only this process can read
        for file, asked_for in named:
            yield from _check_file(file, asked_for, how)
        return
    from replaydbg.drivers import pool

    def heed(done: int) -> None:
        if progress is not None:
            progress(done, len(named))

    for told in pool.spread(partial(_check_named, how), named, _seconds_max, heed):
        if isinstance(told, pool.Lost):
            file, _ = told.item
            problem = UnreadableInput(f"{file} could not be checked: {told.why}")
            yield Unread(file, problem, asked_for=True)
        else:
            yield from told


def _seconds_max(named: tuple[str, bool]) -> float:
    return limits.CHECK_SECONDS_MAX + limits.CHECK_SECONDS_PER_MIB * files.size_and_time(named[0])[0] / (
        1 << 20
    )


def _check_named(how: _How, named: tuple[str, bool]) -> list[Checked | Unread]:
    return list(_check_file(*named, how))


def _check_file(file: str, asked_for: bool, how: _How) -> Iterator[Checked | Unread]:
    try:
        with mapped.whole():
            *_, reading = readings(file, how.format_name, fallback=False)
            if not reading.traces:
                raise UnreadableInput(
                    f"{file} holds no trace", reading.notices[0].message if reading.notices else ""
                )
            wanted = reading.traces if how.trace_id is None else (chosen(reading.traces, how.trace_id),)
            for number, trace in enumerate(wanted):
                with without_collector():
                    checked = _checked(file, trace, how, () if number else reading.notices)  # said once
                yield checked
    except UnreadableInput as problem:
        is_trace = isinstance(problem, CutShort)
        yield Unread(file, problem, asked_for or is_trace)


def _checked(file: str, trace: Trace, how: _How, of_file: tuple[Notice, ...]) -> Checked:
    trace = trace.under()  # what it says is not kept while the other traces of the file are checked
    facts = Facts(trace, how.side_tools, how.settings)
    found, of_rules = listen(facts, how.select, how.ignore)
    reasons, of_session = suppressions(file, trace)
    told, suppressed = _sifted(trace, found, reasons)
    calls = facts.index.model_calls
    return Checked(
        path=file,
        trace=trace,
        model_calls=len(calls),
        tool_calls=sum(map(len, facts.index.calls_by_row.values())),
        tool_executions=trace.kinds.count(KINDS.index(Kind.TOOL_EXECUTION)),
        unchecked_calls=_registry.unchecked_calls(facts),
        findings=told,
        notices=(*of_file, *_strangers.notices(trace), *of_rules, *of_session),
        suppressed=suppressed,
        repairs=tuple(repair(facts, finding) for finding in told),
        beginnings=tuple(beginning(facts, finding) for finding in told),
        suspects=suspects(facts, told) if how.with_suspects else None,
    )


def _sifted(
    trace: Trace, found: tuple[Finding, ...], reasons: Mapping[str, str]
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, str], ...]]:
    """The findings to be told, and those suppressed, each with its reason."""
    if not reasons:
        return found, ()
    names = [fingerprint(trace, finding) for finding in found]
    told = [finding for finding, name in zip(found, names, strict=True) if name not in reasons]
    suppressed = [
        (finding, reasons[name]) for finding, name in zip(found, names, strict=True) if name in reasons
    ]
    return tuple(told), tuple(suppressed)


def _new(
    trace: Trace, found: tuple[Finding, ...], left: Counter[str] | None
) -> tuple[tuple[Finding, ...], int]:
    """The findings that the baseline does not have, and how many it has."""
    if left is None:
        return found, 0
    told = []
    for finding in found:
        name = fingerprint(trace, finding)
        if left[name] > 0:
            left[name] -= 1
        else:
            told.append(finding)
    return tuple(told), len(found) - len(told)


def baseline_of_file(path: str) -> Mapping[str, int]:
    """How often each fingerprint stands in the JSON output of an earlier check. Raises UsageProblem."""
    hint = "give the output of `replaydbg check --output json`"
    try:
        document = json.loads(files.read_text(path))
        traces = document["traces"]
        return Counter(finding["fingerprint"] for trace in traces for finding in trace["findings"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageProblem(f"{path} is no baseline: {error}", hint) from error
