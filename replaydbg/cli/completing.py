"""What the shell offers after TAB, beside commands, options and files: names of rules and of formats."""

from __future__ import annotations


def rules(begun: str) -> list[tuple[str, str]]:
    """Names; codes once somebody begins one."""
    from replaydbg.actions.explain import rules as known

    named = [(rule.name, rule.code) for rule in known()] + [(rule.code, rule.name) for rule in known()]
    return [(name, told) for name, told in named if name.startswith(begun) and (begun or name[0].islower())]


def formats_read(begun: str) -> list[tuple[str, str]]:
    from replaydbg.actions.formats import read

    return [(each.name, each.title) for each in read()[0] if each.name.startswith(begun)]


def formats_written(begun: str) -> list[tuple[str, str]]:
    from replaydbg.actions.formats import written

    return [(each.name, each.title) for each in written() if each.name.startswith(begun)]


def reports(begun: str) -> list[str]:
    return [name for name in ("text", "json", "sarif", "junit", "github") if name.startswith(begun)]
