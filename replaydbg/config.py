"""What a person sets: which rules run, how severe their findings are, from which numbers on they speak.

A settings file is named on the command line; nothing is read from a folder that happens to be there. Reading it is
`drivers/`; here a mapping becomes `Settings`, or a `UsageProblem` that says every wrong place at once:

    select = ["L001", "error-loop"]
    ignore = ["secret"]

    [rules.no-progress-loop]
    severity = "warning"
    rounds-min = 5

A rule declares its numbers as a frozen dataclass of `threshold`s, and asks `facts.thresholds(ThatClass)` for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeVar

from replaydbg.core.finding import Severity
from replaydbg.core.message import Json
from replaydbg.errors import UsageProblem

Number = TypeVar("Number", int, float)


def threshold(default: Number, *, least: float = 0, most: float | None = None) -> Number:
    """A field of a dataclass of thresholds: a number that a settings file may set within these bounds."""
    value: Number = field(default=default, metadata={"ge": least, "le": most})
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    select: tuple[str, ...] = ()
    """Codes and names of the rules that run; all, when empty."""
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    """By name of rule: instead of what its findings bring."""
    thresholds: tuple[Any, ...] = ()
    """Instances of the classes that rules declare; one that is missing has its defaults."""


DEFAULTS = Settings()


class Configurable(Protocol):
    """What is asked of a rule here."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def thresholds(self) -> type[Any] | None: ...


def settings_of(
    mapping: Mapping[str, Json], rules: Iterable[Configurable], name: str = "settings"
) -> Settings:
    """The settings that the mapping says, for these rules. Raises UsageProblem; `name` is said in it."""
    words: Any = (tuple[str, ...], ())
    problems: list[str] = []
    top = _read({"select": words, "ignore": words, "rules": (dict[str, Any], {})}, mapping, (), problems)
    known = {word.lower(): one for one in rules for word in (one.name, one.code)}
    severities: dict[str, Severity] = {}
    thresholds: list[Any] = []
    tables = mapping.get("rules", {})
    for word, table in tables.items() if isinstance(tables, dict) else ():
        rule = known.get(word.lower())
        if rule is None:
            problems.append(f"rules.{word}: no rule is called so{_meant(word, known)}")
            continue
        read = _read(_fields(rule), table, ("rules", word), problems)
        severity = read.pop("severity", None)
        if severity is not None:
            severities[rule.name] = Severity[severity.upper()]
        if rule.thresholds is not None:
            thresholds.append(rule.thresholds(**read))
    if problems:
        raise UsageProblem(f"{name} says what cannot be: {problems[0]}", "\n  ".join(problems[1:]))
    return Settings(top["select"], top["ignore"], MappingProxyType(severities), tuple(thresholds))


def _read(wanted: dict[str, Any], given: Json, path: tuple[str, ...], problems: list[str]) -> dict[str, Any]:
    """The values of the fields that are wanted; {} and sentences in `problems` where something is wrong."""
    from pydantic import ConfigDict, ValidationError, create_model  # noqa: PLC0415 - only who has a file waits for it

    model = create_model("Table", __config__=ConfigDict(extra="forbid", strict=True), **wanted)
    if isinstance(given, dict):
        given = {
            key.replace("-", "_"): tuple(value) if isinstance(value, list) else value
            for key, value in given.items()
        }
    try:
        return model.model_validate(given).model_dump()
    except ValidationError as error:
        for one in error.errors(include_url=False):
            place = ".".join(str(part).replace("_", "-") for part in (*path, *one["loc"]))
            if one["type"] == "extra_forbidden":
                names = ", ".join(name.replace("_", "-") for name in wanted)
                problems.append(f"{place}: unknown; there is {names}")
            else:
                problems.append(f"{place}: {one['msg'][:1].lower()}{one['msg'][1:]}")
        return {}


def _meant(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - needed once something is wrong

    near = get_close_matches(word.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _fields(rule: Configurable) -> dict[str, Any]:
    from pydantic import Field  # noqa: PLC0415

    severity: Any = Literal["hint", "info", "warning", "error"]
    own = fields(rule.thresholds) if rule.thresholds is not None else ()
    numbers = {
        # Read from the default: annotations are text where they are postponed.
        one.name: (
            type(one.default),
            Field(one.default, ge=one.metadata.get("ge"), le=one.metadata.get("le")),
        )
        for one in own
    }
    return {"severity": (severity | None, None), **numbers}
