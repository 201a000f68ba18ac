"""Unknown tool.

What it finds:
    A call to a tool that was not among the tools offered with the request. Where the offer was not recorded, the
    tools of a side file (`--tools`) are asked, and it is only said: the file may be of another version, or list some
    of the tools. So it is where a name differs in dots and dashes, which some APIs do not allow.

Why it matters:
    The call cannot be carried out. Many frameworks answer it with an error that the model does not expect, some drop
    it, and the run goes on from a hole.

Example:
    search_orders(...), where the request offered lookup_order and issue_refund.

What to do:
    If the name is nearly right, the name or description of the tool invites the mistake: correct the name in the call,
    re-run what follows, and rename the tool. If the tool existed earlier in the run, see who took it away.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg import schema
from replaydbg.core.finding import Finding, Severity
from replaydbg.core.tool import SchemaSource
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_call

_NAMES_SHOWN_MAX = 8

_BROUGHT_BY_SERVER = "mcp"
"""An offer of this type stands for tools whose names only the provider knows."""


def check(facts: Facts) -> Iterator[Finding]:
    side = tuple(tool.name for tool in facts.side_tools)
    for seen in facts.calls:
        if seen.offered is not None:
            if not any(_stands_for_others(tool.raw) for tool in seen.offered):
                names = tuple(tool.name for tool in seen.offered)
                yield from _held_against(facts, seen, names, SchemaSource.REQUEST, RULE.severity)
        elif side and seen.in_force is None:
            yield from _held_against(facts, seen, side, SchemaSource.SIDE_FILE, Severity.INFO)


def _stands_for_others(raw: object) -> bool:
    return isinstance(raw, dict) and raw.get("type") == _BROUGHT_BY_SERVER


def _held_against(
    facts: Facts, seen: SeenCall, names: tuple[str, ...], source: SchemaSource, severity: Severity
) -> Iterator[Finding]:
    name = seen.call.name
    if name in names:
        return
    near = schema.nearest(name, names)
    if near is not None and _spelled(near) == _spelled(name):
        severity = Severity.INFO  # APIs that allow no dots in names have writers that replace them
    whose = "the request" if source is SchemaSource.REQUEST else "the side file"
    hint = f'did you mean "{near}"?' if near is not None else f"there {_listed(names)}"
    yield of_call(
        RULE,
        facts.trace,
        seen,
        f"{name or 'a call without a name'} is not among the tools of {whose}; {hint}",
        "/name",
        said=f"there {_listed(names)}",
        severity=severity,
        schema_source=str(source),
    )


def _spelled(name: str) -> str:
    return name.translate({ord(mark): "_" for mark in ".-/:"})


def _listed(names: tuple[str, ...]) -> str:
    if not names:
        return "are none"
    more = f" and {len(names) - _NAMES_SHOWN_MAX} more" if len(names) > _NAMES_SHOWN_MAX else ""
    return ("is " if len(names) == 1 else "are ") + ", ".join(names[:_NAMES_SHOWN_MAX]) + more


RULE = Rule("T001", "unknown-tool", Severity.ERROR, since="0.1", check=check)
