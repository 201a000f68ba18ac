"""The pages of the rules: what each finds, why it matters, an example, what to do. Made from their docstrings."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass

from replaydbg.core.finding import Severity
from replaydbg.errors import UsageProblem
from replaydbg.rules import _registry
from replaydbg.rules._api import Rule
from replaydbg.views.detail import sections


@dataclass(frozen=True, slots=True)
class Page:
    code: str
    name: str
    severity: Severity
    since: str
    title: str
    """The first line of the docstring."""
    summary: str
    """What it finds, in its first sentence."""
    text: str
    """The whole docstring."""


def pages() -> tuple[Page, ...]:
    """One for each rule, by code."""
    return tuple(sorted((_page(rule) for rule in _registry.all_rules()), key=lambda page: page.code))


def page(code: str) -> Page:
    """By code or name, in any case. Raises UsageProblem."""
    all_pages = pages()
    for page in all_pages:
        if code.lower() in (page.code.lower(), page.name.lower()):
            return page
    names = ", ".join(f"{page.code} {page.name}" for page in all_pages)
    raise UsageProblem(f"no rule is called {code!r}", f"there is {names}")


def _page(rule: Rule) -> Page:
    text = inspect.cleandoc(sys.modules[rule.check.__module__].__doc__ or "")
    title = text.split("\n", 1)[0].rstrip(".")
    finds = dict(sections(text)).get("What it finds", title).partition("\n")[0]
    summary = finds.partition(". ")[0].rstrip(".") + "."
    return Page(rule.code, rule.name, rule.severity, rule.since, title, summary, text)
