"""What `check` does and prints, without typer: `check PATH...` alone comes straight here (see `__main__`)."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replaydbg.cli import render, report
from replaydbg.cli.findings import print_grouped
from replaydbg.cli.render import Output
from replaydbg.core.finding import Finding, Severity
from replaydbg.core.message import Json
from replaydbg.errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_UNREADABLE
from replaydbg.views import documents
from replaydbg.views.suspects import suspect_lines
from replaydbg.views.text import plural, printable

if TYPE_CHECKING:  # the rules are loaded when they are run
    from replaydbg.actions.check import Checked, Unread
    from replaydbg.rules._beginnings import Beginning
    from replaydbg.rules._repairs import Repair


def print_checked(
    paths: Sequence[str],
    *,
    output: str = Output.TEXT,
    verbose: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    fail_on: Severity = Severity.WARNING,
    tools: str | None = None,
    trace_id: str | None = None,
    format_name: str | None = None,
    config: str | None = None,
    suspects: bool = False,
    baseline: str | None = None,
) -> int:
    """Returns the exit code. The options are those of `check.py`."""
    from replaydbg.actions import check as action
    from replaydbg.actions.settings import settings_of_file
    from replaydbg.cli.side_tools import tools_told

    gc.freeze()
    gc.enable()
    asked: Any = {"select": select, "ignore": ignore}
    asked["settings"] = settings_of_file(config)
    tally = _Tally(fail_on)
    told = tally.of(
        action.check_paths(
            paths,
            side_tools=tools_told(tools),
            trace_id=trace_id,
            format_name=format_name,
            baseline=action.baseline_of_file(baseline) if baseline else None,
            progress=report.progress,
            with_suspects=suspects,
            **asked,
        )
    )
    if output == Output.TEXT:
        are_several = len(paths) > 1 or Path(paths[0]).is_dir()
        for checked in _read(told):
            _print(checked, verbose=verbose, are_several=are_several)
        _print_sum(tally)
        for lack in action.lacking(**asked):
            report.say(lack)
    elif output == Output.JSON:
        render.documents({}, "traces", map(_document, _read(told)), tail=lambda: {"not_read": tally.unread})
    else:
        from replaydbg.actions.reports import report as report_of

        has_baseline = baseline is not None
        pieces = report_of(output, told, fail_on=tally.fail_on, has_baseline=has_baseline, **asked)
        render.pieces(pieces)
    return tally.exit_code


def _read(told: Iterator[Checked | Unread]) -> Iterator[Checked]:
    from replaydbg.actions.check import Checked

    return (one for one in told if isinstance(one, Checked))


class _Tally:
    """Counts while the traces go by; says on standard error what could not be read."""

    def __init__(self, fail_on: Severity) -> None:
        self.fail_on = fail_on
        self.traces = 0
        self.findings = dict.fromkeys(sorted(Severity, reverse=True), 0)
        self.unread: list[Json] = []
        self.suppressed = 0
        self.known = 0
        self.exit_code = EXIT_CLEAN

    def of(self, told: Iterator[Checked | Unread]) -> Iterator[Checked | Unread]:
        from replaydbg.actions.check import Unread

        for one in told:
            if isinstance(one, Unread):
                self.unread.append({"path": one.path, "message": one.problem.message})
                if one.asked_for:
                    report.problem(one.problem)
                    self.exit_code = EXIT_UNREADABLE
                else:
                    report.say(f"passed over: {printable(one.problem.message)}")
                    continue
                yield one
                continue
            report.clear()
            self.traces += 1
            self.suppressed += len(one.suppressed)
            self.known += one.known
            for finding in one.findings:
                self.findings[finding.severity] += 1
                if finding.severity >= self.fail_on and self.exit_code == EXIT_CLEAN:
                    self.exit_code = EXIT_FINDINGS
            yield one


def _document(checked: Checked) -> dict[str, Json]:
    return {
        "path": checked.path,
        "format": checked.trace.source.format,
        "trace_id": checked.trace.id,
        "steps": len(checked.trace),
        "model_calls": checked.model_calls,
        "tool_calls": checked.tool_calls,
        "tool_executions": checked.tool_executions,
        "findings": [
            {
                **_finding_document(checked, finding),
                "repair": _repair_document(repair),
                "beginning": _beginning_document(checked, begins),
            }
            for finding, repair, begins in zip(
                checked.findings, checked.repairs, checked.beginnings, strict=True
            )
        ],
        "notices": [documents.notice_document(notice) for notice in checked.notices],
        "unchecked_calls": checked.unchecked_calls,
        "suppressed": [
            {**_finding_document(checked, finding), "reason": reason}
            for finding, reason in checked.suppressed
        ],
        "known": checked.known,
        "suspects": None if checked.suspects is None else [asdict(one) for one in checked.suspects],
    }


def _finding_document(checked: Checked, finding: Finding) -> dict[str, Json]:
    from replaydbg.graph.fingerprints import fingerprint

    return {**documents.finding_document(finding), "fingerprint": fingerprint(checked.trace, finding)}


def _repair_document(repair: Repair | None) -> dict[str, Json] | None:
    return None if repair is None else {**documents.edit_document(repair.edit), "words": repair.words}


def _beginning_document(checked: Checked, begins: Beginning | None) -> dict[str, Json] | None:
    if begins is None:
        return None
    return {"step_id": checked.trace.ids[begins.row], "pointer": begins.pointer, "words": begins.words}


def _print(checked: Checked, *, verbose: bool, are_several: bool) -> None:
    """Rule by rule, the worst first; a line for each finding."""
    trace = checked.trace
    facts = (
        f"{plural(len(trace), 'step')}, {plural(checked.model_calls, 'model call')}, "
        f"{plural(checked.tool_calls, 'tool call')}, {plural(checked.tool_executions, 'tool execution')}"
    )
    head = f"{printable(checked.path)}  {printable(trace.id)}"
    render.line(f"{render.paint(head, 'strong')}  {render.paint(f'{trace.source.format}, {facts}', 'dim')}")
    if checked.unchecked_calls:
        render.line(
            f"  schema not recorded: {plural(checked.unchecked_calls, 'tool call')} could not be checked against one; "
            "--tools FILE gives schemas"
        )
    report.notices(checked.notices, of=checked.path if are_several else "")
    print_grouped(trace, checked.findings, checked.repairs, checked.beginnings, verbose=verbose)
    if verbose:
        _print_suppressed(checked)
    if checked.suspects is not None:
        for line in suspect_lines(trace, checked.suspects):
            render.line(f"  {render.paint(line.text, line.look)}")


def _print_suppressed(checked: Checked) -> None:
    counts = Counter((finding.code, finding.name, reason) for finding, reason in checked.suppressed)
    for (code, name, reason), count in counts.items():
        times = f" ×{count}" if count > 1 else ""
        render.line(f"  suppressed {printable(f'{code} {name}{times}: {reason}')}")


def _print_sum(tally: _Tally) -> None:
    counts = [plural(count, severity.label) for severity, count in tally.findings.items() if count]
    found = ", ".join(counts) or "no findings"
    unread = f", {plural(len(tally.unread), 'file')} not read" if tally.unread else ""
    known = f", {tally.known} of the baseline" if tally.known else ""
    suppressed = f", {tally.suppressed} suppressed" if tally.suppressed else ""
    render.line(f"{plural(tally.traces, 'trace')}: {found}{known}{suppressed}{unread}")
