"""Unknown tool.

What it finds:
    A call to a tool that was not among the tools offered with the request. Where the offer was not recorded, the
    tools of a side file (`--tools`) are asked, and it is only said: the file may be of another version, or list some
    of the tools. So it is where a name differs in dots and dashes, which some APIs do not allow, and where the call has
    a prefix more or less and was answered. A call that was answered though its tool was not offered is a warning. Where
    no request of the run offers any tool and calls are answered, the recorder left the tools out.

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

import re
from collections.abc import Iterator

from replaydbg import schema
from replaydbg.core.finding import Finding, Severity
from replaydbg.core.tool import SchemaSource, ToolSpec
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.facts import Facts
from replaydbg.graph.failures import Refusal
from replaydbg.graph.outcomes import Outcome
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_call

_NAMES_SHOWN_MAX = 8

_PREFIX = re.compile(r"^.*(?:__|[.:/])(?=\w)")

_BROUGHT_BY_SERVER = "mcp"
"""An offer of this type stands for tools whose names only the provider knows."""


def check(facts: Facts) -> Iterator[Finding]:
    side = tuple(tool.name for tool in facts.side_tools)
    left_out = _were_left_out(facts)
    known: dict[int, tuple[str, ...] | None] = {}
    for number, seen in enumerate(facts.calls):
        if seen.offered is not None and not left_out:
            at = id(seen.offered)  # equal offers are one value
            if at not in known:
                known[at] = _names(seen.offered)
            names = known[at]
            if names is not None and seen.call.name not in names:
                ran = _was_taken(facts.outcomes[number])
                yield from _held_against(facts, seen, names, SchemaSource.REQUEST, ran=ran)
        elif side and seen.in_force is None and seen.call.name not in side:
            yield from _held_against(facts, seen, side, SchemaSource.SIDE_FILE, ran=False)


def _were_left_out(facts: Facts) -> bool:
    """Whether the recorder does not write down what is offered: no request offers anything, and calls are answered."""
    if any(facts.index.offers_by_row.values()):
        return False
    return any(map(_was_taken, facts.outcomes))


def _was_taken(outcome: Outcome) -> bool:
    """Whether the runtime knows the tool: it answered, or looked at the arguments."""
    return outcome.known and (not outcome.failed or outcome.refusal is Refusal.ARGUMENTS)


def _names(offered: tuple[ToolSpec, ...]) -> tuple[str, ...] | None:
    """None where one of the tools stands for others."""
    if any(_stands_for_others(tool.raw) for tool in offered):
        return None
    return tuple(tool.name for tool in offered)


def _stands_for_others(raw: object) -> bool:
    return isinstance(raw, dict) and raw.get("type") == _BROUGHT_BY_SERVER


def _held_against(
    facts: Facts, seen: SeenCall, names: tuple[str, ...], source: SchemaSource, *, ran: bool
) -> Iterator[Finding]:
    name = seen.call.name
    near = next((one for one in names if _last(one) == _last(name)), None) or schema.nearest(name, names)
    severity = Severity.INFO if source is SchemaSource.SIDE_FILE else RULE.severity
    if near is not None and _spelled(near) == _spelled(name):
        severity = Severity.INFO  # APIs that allow no dots in names have writers that replace them
    elif ran:
        severity = Severity.INFO if near is not None and _last(near) == _last(name) else Severity.WARNING
    whose = "the request" if source is SchemaSource.REQUEST else "the side file"
    hint = f'did you mean "{near}"?' if near is not None else f"there {_listed(names)}"
    yield of_call(
        RULE,
        facts.trace,
        seen,
        f"{name or 'a call without a name'} is not among the tools of {whose}{', but was answered' if ran else ''}; {hint}",
        "/name",
        said=f"there {_listed(names)}",
        severity=severity,
        schema_source=str(source),
    )


def _spelled(name: str) -> str:
    return name.translate({ord(mark): "_" for mark in ".-/:"})


def _last(name: str) -> str:
    """The name without the server or the namespace before it: `mcp__shop__search`, `functions.search`."""
    return _PREFIX.sub("", name)


def _listed(names: tuple[str, ...]) -> str:
    if not names:
        return "are none"
    more = f" and {len(names) - _NAMES_SHOWN_MAX} more" if len(names) > _NAMES_SHOWN_MAX else ""
    return ("is " if len(names) == 1 else "are ") + ", ".join(names[:_NAMES_SHOWN_MAX]) + more


RULE = Rule("T001", "unknown-tool", Severity.ERROR, since="0.1", check=check)
