"""Invalid schema.

What it finds:
    A tool that was offered with parameters that are no valid JSON Schema, or that refer to something that is not
    there. References to files and addresses are never followed, and count as not there. The dialects of Gemini, BFCL,
    MLflow and draft-7 are understood and are not meant.

Why it matters:
    Providers differ: one refuses the request, one ignores the tool, one passes the schema on and the model guesses.
    Calls to this tool cannot be checked here either.

Example:
    {"type": "object", "properties": ["order_id"]}

What to do:
    Correct the schema where the tool is declared. To see what the agent does then, correct it in the request
    (`/tools/N/parameters`) and re-run what follows.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.tool import SchemaSource, ToolSpec
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.schema import problem


def check(facts: Facts) -> Iterator[Finding]:
    ids = facts.trace.ids
    offers: dict[int, tuple[tuple[ToolSpec, ...], list[str]]] = {}
    for row, tools in facts.index.offers_by_row.items():
        if tools:  # equal offers are one value
            offers.setdefault(id(tools), (tools, []))[1].append(ids[row])
    broken: dict[tuple[str, str], tuple[int, list[str]]] = {}
    for tools, step_ids in offers.values():
        for number, tool in enumerate(tools):
            why = problem(tool.schema) if tool.schema is not None else None
            if why is not None:
                broken.setdefault((tool.name, why), (number, []))[1].extend(step_ids)
    for (name, why), (number, step_ids) in broken.items():
        evidence = Evidence(step_ids[0], f"/tools/{number}/parameters", why)
        yield _finding(name, why, tuple(step_ids), (evidence,), SchemaSource.REQUEST)
    yield from _of_the_side_file(facts)


def _of_the_side_file(facts: Facts) -> Iterator[Finding]:
    broken = {
        tool.name: why
        for tool in facts.side_tools
        if tool.schema is not None and (why := problem(tool.schema)) is not None
    }
    if not broken:
        return
    callers: dict[str, list[str]] = {}
    for seen in facts.calls:
        if seen.call.name in broken:
            callers.setdefault(seen.call.name, []).append(facts.trace.ids[seen.row])
    for name, step_ids in callers.items():
        yield _finding(name, broken[name], tuple(step_ids), (), SchemaSource.SIDE_FILE)


def _finding(
    name: str, why: str, step_ids: tuple[str, ...], evidence: tuple[Evidence, ...], source: SchemaSource
) -> Finding:
    message = f"the schema of {name} cannot be used: {why}"
    return Finding(RULE.code, RULE.name, RULE.severity, message, step_ids, evidence, str(source))


RULE = Rule("T004", "invalid-schema", Severity.WARNING, since="0.1", check=check)
