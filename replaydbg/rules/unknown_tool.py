"""Unknown tool.

What it finds:
    A call to a tool that was not among the tools offered with the request. Where the offer was not recorded, the
    tools of a side file (`--tools`) are asked, with less weight: the file may be of another version.

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
from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.tool import SchemaSource
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._calls import SeenCall, seen_calls

_NAMES_SHOWN_MAX = 8

_BROUGHT_BY_SERVER = "mcp"
"""An offer of this type stands for tools whose names only the provider knows."""


def check(facts: Facts) -> Iterator[Finding]:
    side = tuple(tool.name for tool in facts.side_tools)
    for seen in seen_calls(facts):
        if seen.offered is not None:
            if not any(_stands_for_others(tool.raw) for tool in seen.offered):
                yield from _held_against(
                    seen, tuple(tool.name for tool in seen.offered), SchemaSource.REQUEST, RULE.severity
                )
        elif side and seen.in_force is None:
            yield from _held_against(seen, side, SchemaSource.SIDE_FILE, Severity.WARNING)


def _stands_for_others(raw: object) -> bool:
    return isinstance(raw, dict) and raw.get("type") == _BROUGHT_BY_SERVER


def _held_against(
    seen: SeenCall, names: tuple[str, ...], source: SchemaSource, severity: Severity
) -> Iterator[Finding]:
    name = seen.call.name
    if name in names:
        return
    near = schema.nearest(name, names)
    if near is not None and _spelled(near) == _spelled(name):
        severity = Severity.INFO  # APIs that allow no dots in names have writers that replace them
    whose = "the request" if source is SchemaSource.REQUEST else "the side file"
    hint = f'did you mean "{near}"?' if near is not None else f"there {_listed(names)}"
    yield Finding(
        RULE.code,
        RULE.name,
        severity,
        f"{name or 'a call without a name'} is not among the tools of {whose}; {hint}",
        seen.step_ids,
        (Evidence(seen.step_ids[0], seen.pointer + "/name", f"there {_listed(names)}"),),
        str(source),
    )


def _spelled(name: str) -> str:
    return name.translate({ord(mark): "_" for mark in ".-/:"})


def _listed(names: tuple[str, ...]) -> str:
    if not names:
        return "are none"
    more = f" and {len(names) - _NAMES_SHOWN_MAX} more" if len(names) > _NAMES_SHOWN_MAX else ""
    return ("is " if len(names) == 1 else "are ") + ", ".join(names[:_NAMES_SHOWN_MAX]) + more


RULE = Rule("T001", "unknown-tool", Severity.ERROR, since="0.1", check=check)
