"""`replaydbg check PATH...`: the rules over files and folders, for people and for CI."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from replaydbg.cli import completing, options, render, report
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


class Level(StrEnum):
    """`core.finding.Severity` in the words of the command line."""

    HINT = "hint"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_Output = Annotated[
    str,
    typer.Option(
        "--output",
        metavar="FORMAT",
        help="text, json, sarif, junit or github.",
        autocompletion=completing.reports,
    ),
]


def check(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Traces, and folders of traces.", show_default=False),
    ],
    *,
    output: _Output = "text",
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="With the evidence of each finding.")
    ] = False,
    select: options.Select = None,
    ignore: options.Ignore = None,
    fail_on: Annotated[
        Level, typer.Option("--fail-on", help="Exit with 1 from this severity on.")
    ] = Level.WARNING,
    tools: options.SideTools = None,
    trace_id: options.TraceId = None,
    format_name: options.FormatName = None,
    config: options.Config = None,
    suspects: Annotated[
        bool, typer.Option("--suspects", help="Also the steps to look at first, with reasons; no verdict.")
    ] = False,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="FILE", help="Tell only what is new since this --output json."),
    ] = None,
) -> int:
    """Look for loops, broken tool calls and the other misbehaviour that `explain` lists.

    Exit code 1 if there is a finding of the severity of --fail-on or worse, 3 if a file named here can not be read.
    """
    from replaydbg.actions import check as action
    from replaydbg.actions.reports import report as report_of
    from replaydbg.actions.settings import settings_of_file
    from replaydbg.actions.side_tools import tools_of_file

    asked: Any = {"select": options.words(select), "ignore": options.words(ignore)}
    asked["settings"] = settings_of_file(config)
    tally = _Tally(Severity[fail_on.name])
    told = tally.of(
        action.check_paths(
            paths,
            side_tools=tools_of_file(tools),
            trace_id=trace_id,
            format_name=format_name,
            baseline=action.baseline_of_file(baseline) if baseline else None,
            progress=report.progress,
            with_suspects=suspects,
            **asked,
        )
    )
    if output == Output.TEXT:
        for checked in _read(told):
            _print(checked, verbose=verbose)
        _print_sum(tally)
        for lack in action.lacking(**asked):
            report.say(lack)
    elif output == Output.JSON:
        render.documents({}, "traces", map(_document, _read(told)))
    else:
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
        self.unread = 0
        self.suppressed = 0
        self.known = 0
        self.exit_code = EXIT_CLEAN

    def of(self, told: Iterator[Checked | Unread]) -> Iterator[Checked | Unread]:
        from replaydbg.actions.check import Unread

        for one in told:
            if isinstance(one, Unread):
                self.unread += 1
                if one.asked_for:
                    report.problem(one.problem)
                    self.exit_code = EXIT_UNREADABLE
                else:
                    report.say(f"passed over: {printable(one.problem.message)}")
                    continue
                yield one
                continue
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


def _print(checked: Checked, *, verbose: bool) -> None:
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
    report.notices(checked.notices)
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
    unread = f", {plural(tally.unread, 'file')} not read" if tally.unread else ""
    known = f", {tally.known} of the baseline" if tally.known else ""
    suppressed = f", {tally.suppressed} suppressed" if tally.suppressed else ""
    render.line(f"{plural(tally.traces, 'trace')}: {found}{known}{suppressed}{unread}")
