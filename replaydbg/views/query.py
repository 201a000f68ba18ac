"""The small language of search and filter: `kind:tool name:search_* status:error tokens>2000 has:loop "some words"`.

All terms must hold. A word without a field is looked for in names and texts, `/a regular.expression/` too; `-` before a
term turns it round. What no field is called is text: an address with a colon in it needs no quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import partial
from math import isnan

from replaydbg.core.finding import Finding
from replaydbg.core.step import KINDS, STATUSES, Kind
from replaydbg.core.trace import Trace
from replaydbg.views.expressions import Expression, QueryProblem
from replaydbg.views.search import Each, Saying

NAMES = ("name", "agent", "model", "id", "rule")
NUMBERS = ("tokens", "duration", "cost", "step")
WORDS = ("kind", "status", "has")
HAS = ("finding", "loop", "error", "edit", "note", "mark")
HELP = "words  /regex/  kind:tool  name:search_*  agent:  model:  status:error  tokens>2000  duration>5s  has:loop  rule:  -not"

_TERM = re.compile(
    r"""(?P<turned>[-!](?=[^\s]))?(?:(?P<field>[a-z]+)(?P<operator>:|>=|<=|>|<|=))?"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"?|/(?:[^/\\\s]|\\.)+/(?=\s|$)|[^\s]*)"""
)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|k|M)?")
_UNITS = {None: 1.0, "k": 1e3, "M": 1e6, "ms": 1.0, "s": 1e3, "m": 60e3, "h": 3600e3}
_KINDS = {"llm": Kind.MODEL_CALL, "chat": Kind.MODEL_CALL}

Test = Callable[[int], bool]
"""Whether a row fits."""


@dataclass(frozen=True, slots=True)
class Term:
    """`field` is "" for text, "/" for a regular expression."""

    field: str
    operator: str
    value: str
    turned: bool


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a trace beyond its columns, by row. `severities` are those of `ChainView`."""

    trace: Trace
    findings: tuple[Finding, ...] = ()
    severities: Sequence[int] = b""
    looping: Sequence[int] = b""
    edited: Collection[int] = ()
    noted: Collection[int] = ()
    marked: Collection[int] = ()


def parse(text: str) -> tuple[Term, ...]:
    """The terms; what is not typed to its end yet (`name:`) is left out. Raises QueryProblem."""
    terms = []
    for found in _TERM.finditer(text):
        field, operator, value = found["field"] or "", found["operator"] or "", found["value"]
        known = (field in (*NAMES, *WORDS) and operator in ":=") or (field in NUMBERS and operator)
        if not known:
            field, operator, value = "", "", f"{field}{operator}{value}"
        if value[:1] == '"':
            value = re.sub(r"\\(.)", r"\1", value[1:].removesuffix('"'))
        elif not field and len(value) > 2 and value[0] == value[-1] == "/":
            field, value = "/", value[1:-1]
        if value:
            terms.append(Term(field, operator, value, bool(found["turned"])))
    for term in terms:
        _checked(term)
    return tuple(terms)


def _checked(term: Term) -> None:
    if term.field == "/":
        Expression(term.value)
    elif term.field in NUMBERS:
        _number(term)
    elif term.field == "has" and not _begun(HAS, term.value):
        raise QueryProblem(f"has:{term.value} is not known: {', '.join(HAS)}")
    elif term.field == "status" and not _begun(STATUSES, term.value):
        raise QueryProblem(f"no status is called {term.value}: {', '.join(map(str, STATUSES))}")
    elif term.field == "kind" and not _kinds(term.value):
        raise QueryProblem(f"no kind is called {term.value}: {', '.join(map(str, KINDS))}")


def _begun(words: Collection[str], beginning: str) -> list[str]:
    return [str(word) for word in words if str(word).startswith(beginning.lower())]


def _kinds(word: str) -> list[str]:
    alias = _KINDS.get(word.lower())
    return [str(alias)] if alias else _begun(KINDS, word)


def _number(term: Term) -> float:
    found = _NUMBER.fullmatch(term.value.removeprefix("$" if term.field == "cost" else "#"))
    if found is None:
        raise QueryProblem(f"{term.field}{term.operator}{term.value}: that is no number")
    unit = found[2]
    if term.field == "duration" and unit in (None, "k", "M"):
        unit = "s"
    if term.field != "duration" and unit in ("ms", "s", "m", "h"):
        raise QueryProblem(f"{term.field}{term.operator}{term.value}: that is a time")
    return float(found[1]) * _UNITS[unit]


# What the terms ask of a row

_TEXTS = ("", "/")


def conditions(terms: Sequence[Term], about: About, each: Each = map) -> list[Test]:
    """One test for each term, the cheap ones first: those of text decode the step, long words the fewest of them."""
    order = sorted(terms, key=lambda term: (term.field in _TEXTS, -len(term.value)))
    return [_turned(_test(term, about, each)) if term.turned else _test(term, about, each) for term in order]


def inside(terms: Sequence[Term]) -> str:
    """What to look for in the text of a step that fits, as one would type it there; "" where no text was asked for."""
    texts = [term for term in terms if term.field in _TEXTS and not term.turned]
    if len(texts) == 1 and not texts[0].field and not texts[0].value.startswith("/"):
        return texts[0].value
    either = "|".join(term.value if term.field else re.escape(term.value) for term in texts)
    try:
        Expression(either)
    except QueryProblem:  # each is one, and all of them together are none
        return ""
    return f"/{either}/" if either else ""


def matching(all_of: Sequence[Test], rows: range) -> Iterator[int]:
    sayings = (test for test in all_of if isinstance(test, Saying))
    narrowed = next(sayings, None)
    return (row for row in (narrowed.among(rows) if narrowed else rows) if all(test(row) for test in all_of))


def _turned(test: Test) -> Test:
    return lambda row: not test(row)


def _test(term: Term, about: About, each: Each) -> Test:
    trace, value = about.trace, term.value
    match term.field:
        case "":
            return Saying(trace, value, each)
        case "/":
            return Saying(trace, Expression(value), each)
        case "kind":
            kinds = {KINDS.index(Kind(word)) for word in _kinds(value)}
            return lambda row: trace.kinds[row] in kinds
        case "status":
            known = set(_begun(STATUSES, value))
            statuses = {number for number, status in enumerate(STATUSES) if str(status) in known}
            return lambda row: trace.statuses[row] in statuses
        case "name" | "agent" | "model":
            column = {"name": trace.names, "agent": trace.agents, "model": trace.models}[term.field]
            like = _like(value)
            strings = {number for number, string in enumerate(trace.strings) if like(string)}
            return lambda row: column[row] in strings
        case "id":
            like = _like(f"{value}*")
            return lambda row: like(trace.ids[row])
        case "has":
            return _has(_begun(HAS, value)[0], about)
        case "rule":
            return partial(_in, _rows_of_rule(_like(value), about))
        case _:
            return _compared(term, trace)


def _in(rows: Collection[int], row: int) -> bool:
    return row in rows


def _like(glob: str) -> Callable[[str], bool]:
    """Shell patterns; a word without any stands for what contains it."""
    pattern = glob if any(sign in glob for sign in "*?[") else f"*{glob}*"
    match = re.compile(translate(pattern.casefold())).match
    return lambda string: match(string.casefold()) is not None


def _has(what: str, about: About) -> Test:
    trace = about.trace
    match what:
        case "finding":
            return lambda row: bool(about.severities[row])
        case "loop":
            return lambda row: bool(about.looping[row])
        case "error":
            failed = STATUSES.index(next(status for status in STATUSES if str(status) == "error"))
            return lambda row: trace.statuses[row] == failed
        case _:
            return partial(_in, {"edit": about.edited, "note": about.noted, "mark": about.marked}[what])


def _rows_of_rule(like: Callable[[str], bool], about: About) -> set[int]:
    ids = {
        step_id
        for finding in about.findings
        if like(finding.name) or like(finding.code)
        for step_id in finding.step_ids
    }
    return {row for row, id_ in enumerate(about.trace.ids) if id_ in ids} if ids else set()


def _compared(term: Term, trace: Trace) -> Test:
    number = _number(term)
    holds: Callable[[float], bool] = {
        ">": lambda value: value > number,
        ">=": lambda value: value >= number,
        "<": lambda value: value < number,
        "<=": lambda value: value <= number,
    }.get(term.operator, lambda value: value == number)

    def test(row: int) -> bool:
        value = _value(term.field, trace, row)
        return value is not None and not isnan(value) and holds(value)

    return test


def _value(field: str, trace: Trace, row: int) -> float | None:
    match field:
        case "tokens":
            return trace.tokens(row)
        case "duration":
            return trace.duration_ms(row)
        case "cost":
            return trace.cost_usd(row)
        case _:
            return row + 1
