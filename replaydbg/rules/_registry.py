"""All rules: the modules of this folder with a `RULE`, and those that other packages bring.

Other packages name theirs in the entry point group `replaydbg.rules` (each entry a `Rule`, or a module with one). One
that cannot be imported is a notice, and so is any rule that raises on a trace: the others are still heard.
"""

from __future__ import annotations

import inspect
import pkgutil
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from itertools import islice
from types import ModuleType
from typing import NamedTuple

from replaydbg import limits, rules, schema
from replaydbg.config import Settings
from replaydbg.core.finding import Finding, Notice
from replaydbg.core.trace import Trace
from replaydbg.errors import UnreadableInput, UsageProblem
from replaydbg.graph.calls import unchecked
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule

__all__ = [
    "Heard",
    "all_rules",
    "check",
    "explain",
    "first_sentence",
    "lacking",
    "plugin_notices",
    "rule",
    "table",
    "unchecked_calls",
    "wanted",
]

GROUP = "replaydbg.rules"


def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return tuple(sorted((*_own(), *_brought()[0]), key=lambda one: one.code))


def plugin_notices() -> tuple[Notice, ...]:
    """What could not be imported."""
    return _brought()[1]


@cache
def _own() -> tuple[Rule, ...]:
    names = [name for _, name, _ in pkgutil.iter_modules(rules.__path__) if not name.startswith("_")]
    return tuple(import_module(f"{rules.__name__}.{name}").RULE for name in names)


@cache
def _brought() -> tuple[tuple[Rule, ...], tuple[Notice, ...]]:
    found: list[Rule] = []
    notices: list[Notice] = []
    for entry in entry_points(group=GROUP):
        try:
            loaded = entry.load()
            one = loaded.RULE if isinstance(loaded, ModuleType) else loaded
        except (Exception, SystemExit) as error:  # noqa: BLE001 - somebody else's code may raise anything
            notices.append(
                Notice(entry.value, f"the rule {entry.name!r} of a plug-in could not be loaded: {error}")
            )
            continue
        if isinstance(one, Rule):
            found.append(one)
        else:
            notices.append(
                Notice(
                    entry.value, f"the rule {entry.name!r} of a plug-in is no Rule but {type(one).__name__}"
                )
            )
    return tuple(found), tuple(notices)


def rule(code_or_name: str) -> Rule:
    """The rule with this code or name, in any case. Raises UsageProblem with the nearest name."""
    wanted = code_or_name.strip().lower()
    known = all_rules()
    for one in known:
        if wanted in {one.code.lower(), one.name.lower()}:
            return one
    names = [word for one in known for word in (one.code, one.name)]
    near = schema.nearest(code_or_name, names)
    hint = f"did you mean {near}?" if near else "there are " + ", ".join(one.name for one in known)
    raise UsageProblem(f"no rule is called {code_or_name!r}", hint)


class Heard(NamedTuple):
    """What one rule says of a trace. `notices` is not empty where the rule failed."""

    rule: Rule
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...] = ()


def check(facts: Facts, select: Collection[str] = (), ignore: Collection[str] = ()) -> Iterator[Heard]:
    """Rule by rule its findings on the trace, at most `limits.FINDINGS_PER_RULE_MAX` of each.

    `select` (all, when empty) and `ignore` hold codes or names, and come before those of the settings. Raises
    UsageProblem for one that nobody has, before any rule is asked.
    """
    return (_heard(one, facts) for one in wanted(facts.settings, select, ignore))


def wanted(
    settings: Settings, select: Collection[str] = (), ignore: Collection[str] = ()
) -> tuple[Rule, ...]:
    """The rules that `check` asks. Raises UsageProblem for one that nobody has."""
    selected = {rule(word).code for word in select or settings.select}
    ignored = {rule(word).code for word in (*ignore, *settings.ignore)}
    return tuple(
        one for one in all_rules() if (not selected or one.code in selected) and one.code not in ignored
    )


def lacking(rules: Iterable[Rule]) -> Iterator[str]:
    """What must be installed for those of the rules that cannot look at all: that they find nothing is no pass."""
    return (why for one in rules if one.lacks is not None and (why := one.lacks()))


def _heard(one: Rule, facts: Facts) -> Heard:
    try:
        found = tuple(islice(one.check(facts), limits.FINDINGS_PER_RULE_MAX + 1))
    except UnreadableInput:
        raise  # the file is there no more
    except Exception as error:  # noqa: BLE001 - one broken rule must not take the findings of the others along
        said = f"the rule {one.name} failed and is left out: {type(error).__name__}: {error}"
        return Heard(one, (), (Notice(one.code, said),))
    if not found:  # as nearly always
        return Heard(one, ())
    if len(found) > limits.FINDINGS_PER_RULE_MAX:
        kept = found[: limits.FINDINGS_PER_RULE_MAX - 1]
        message = f"and more of the kind; only the first {len(kept)} are listed"
        more = Finding(one.code, one.name, one.severity, message, found[len(kept)].step_ids)
        found = (*kept, more)
    odd = sum(not _is_of(finding, facts.trace) for finding in found)
    if odd:
        said = f"the rule {one.name} says something of steps that are not there; {odd} left out"
        return Heard(one, tuple(one for one in found if _is_of(one, facts.trace)), (Notice(one.code, said),))
    severity = facts.settings.severities.get(one.name)
    if severity is not None:
        found = tuple(replace(finding, severity=severity) for finding in found)
    return Heard(one, found)


def unchecked_calls(facts: Facts) -> int:
    """How many calls could not be held against a schema, because none was recorded: that is no pass."""
    return unchecked(facts.calls)


def _is_of(finding: object, trace: Trace) -> bool:
    """Whether this is a finding about steps of the trace: rules of others may say anything."""
    if not isinstance(finding, Finding):
        return False
    places = (*finding.step_ids, *(evidence.step_id for evidence in finding.evidence))
    return all(map(trace.has, places))


def explain(code_or_name: str) -> str:
    """The page of the rule: its heading and the docstring of its module. Raises UsageProblem."""
    one = rule(code_or_name)
    module = sys.modules[one.check.__module__]
    page = inspect.getdoc(module) or "This rule has no page."
    return f"{one.code} {one.name} ({one.severity.label}, since {one.since})\n\n{page}\n"


def table() -> str:
    """The table of all rules for the README, in Markdown, made from their docstrings."""
    rows = [
        f"| {one.code} | `{one.name}` | {one.severity.label} | {first_sentence(one)} |" for one in all_rules()
    ]
    return "\n".join(["| code | name | severity | what it finds |", "|---|---|---|---|", *rows]) + "\n"


def first_sentence(one: Rule) -> str:
    """What it finds, in short."""
    page = inspect.getdoc(sys.modules[one.check.__module__]) or ""
    _, _, text = page.partition("What it finds:")
    paragraph = " ".join(text.partition("\n\n")[0].split())
    return paragraph.partition(". ")[0].rstrip(".").replace("|", "\\|") + "."
