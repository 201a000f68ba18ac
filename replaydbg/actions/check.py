"""Check recordings: run the rules over one trace, over files, over folders."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from replaydbg.actions.open import readings
from replaydbg.config import DEFAULTS, Settings
from replaydbg.core.finding import Finding, Notice
from replaydbg.core.step import Kind
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.drivers import files
from replaydbg.errors import ReplaydbgError, UnreadableInput, UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from replaydbg.wire.tool_files import read_tool_file


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
    format_name: str | None = None,
    settings: Settings = DEFAULTS,
) -> Iterator[Checked | Unread]:
    """Every trace of every file, one at a time; files that cannot be read are said so and passed over."""
    of_plug_ins = _registry.plugin_notices()
    for path in paths:
        for file in files.trace_files(path):
            try:
                *_, reading = readings(file, format_name)
                if not reading.traces:
                    raise UnreadableInput(f"{file} holds no trace")
            except UnreadableInput as problem:
                yield Unread(file, problem, asked_for=file == path)
                continue
            for number, trace in enumerate(reading.traces):
                facts = Facts(trace, side_tools, settings)
                findings, of_rules = listen(facts, select, ignore)
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
                    notices=(*of_plug_ins, *of_file, *of_rules),
                )
                of_plug_ins = ()


def tools_of_file(path: str) -> tuple[ToolSpec, ...]:
    """The tools of a side file: JSON or JSON Lines in any shape that tools are offered in. Raises UsageProblem."""
    text = files.read_text(path)
    try:
        values = [json.loads(text)]
    except ValueError as error:
        try:
            values = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            raise UsageProblem(f"{path} is not JSON: {error}") from error
    tools = read_tool_file(values)
    if not tools:
        raise UsageProblem(
            f"{path} lists no tools",
            "expected: tools as they are sent to OpenAI or Anthropic, an MCP `tools/list` result, or {name: schema}",
        )
    return tools
