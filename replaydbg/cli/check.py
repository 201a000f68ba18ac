"""`replaydbg check PATH...`: the rules over files and folders, for people and for CI."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from replaydbg.cli import options, render, report
from replaydbg.cli.findings import print_finding
from replaydbg.cli.render import Output
from replaydbg.core.finding import Severity
from replaydbg.core.message import Json
from replaydbg.errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_UNREADABLE
from replaydbg.views import documents
from replaydbg.views.text import plural, printable

if TYPE_CHECKING:  # the rules are loaded when they are run
    from replaydbg.actions.check import Checked, Unread


class Level(StrEnum):
    """`core.finding.Severity` in the words of the command line."""

    HINT = "hint"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def check(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Traces, and folders of traces.", show_default=False),
    ],
    *,
    output: options.OutputOption = Output.TEXT,
    select: options.Select = None,
    ignore: options.Ignore = None,
    fail_on: Annotated[
        Level, typer.Option("--fail-on", help="Exit with 1 from this severity on.")
    ] = Level.WARNING,
    tools: Annotated[
        str | None,
        typer.Option(
            "--tools", metavar="FILE", help="Tool definitions, for traces that did not record them."
        ),
    ] = None,
    format_name: options.FormatName = None,
    config: options.Config = None,
) -> int:
    """Look for loops, broken tool calls and the other misbehaviour that `explain` lists.

    Exit code 1 if there is a finding of the severity of --fail-on or worse, 3 if a file named here can not be read.
    """
    from replaydbg.actions import check as action
    from replaydbg.actions.settings import settings_of_file

    told = action.check_paths(
        paths,
        select=options.words(select),
        ignore=options.words(ignore),
        side_tools=action.tools_of_file(tools) if tools else (),
        format_name=format_name,
        settings=settings_of_file(config),
    )
    tally = _Tally(Severity[fail_on.name])
    if output is Output.JSON:
        render.documents({}, "traces", map(_document, tally.of(told)))
    else:
        for checked in tally.of(told):
            _print(checked)
        _print_sum(tally)
    return tally.exit_code


class _Tally:
    """Counts while the traces go by; says on standard error what could not be read."""

    def __init__(self, fail_on: Severity) -> None:
        self.fail_on = fail_on
        self.traces = 0
        self.findings = dict.fromkeys(sorted(Severity, reverse=True), 0)
        self.unread = 0
        self.exit_code = EXIT_CLEAN

    def of(self, told: Iterator[Checked | Unread]) -> Iterator[Checked]:
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
            self.traces += 1
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
        "findings": [documents.finding_document(finding) for finding in checked.findings],
        "notices": [documents.notice_document(notice) for notice in checked.notices],
        "unchecked_calls": checked.unchecked_calls,
    }


def _print(checked: Checked) -> None:
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
    for finding in checked.findings:
        print_finding(trace, finding)


def _print_sum(tally: _Tally) -> None:
    counts = [plural(count, severity.label) for severity, count in tally.findings.items() if count]
    found = ", ".join(counts) or "no findings"
    unread = f", {plural(tally.unread, 'file')} not read" if tally.unread else ""
    render.line(f"{plural(tally.traces, 'trace')}: {found}{unread}")
