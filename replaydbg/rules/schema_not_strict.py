"""Schema that is not strict.

What it finds:
    A tool that was offered with `strict: true` and a schema that strict mode does not take: an object that allows other
    fields, a field that is not required, an `anyOf` at the top, a keyword or a size beyond what OpenAI takes. Of tools of
    Anthropic, whose strict mode takes more, only objects that allow other fields are told. Tools that do not ask for
    strict mode are left alone.

Why it matters:
    The provider refuses the request, or the server ignores `strict` and the promise that arguments fit the schema does
    not hold.

Example:
    {"strict": true, "parameters": {"type": "object", "properties": {"unit": {"type": "string"}}}}

What to do:
    Write `additionalProperties: false` at every object, require every field, and make optional ones nullable instead.
    Libraries have a function for that (`to_strict_json_schema` in OpenAI's).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Json
from replaydbg.core.pointer import join
from replaydbg.core.tool import ToolSpec
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps

_FORBIDDEN = (
    "allOf", "oneOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else", "propertyNames", "uniqueItems",
)  # fmt: skip
_ALLOWS_OTHERS = "an object allows other fields"
_PROPERTIES_MAX = 5000
_LEVELS_MAX = 10
_SHOWN_MAX = 20


def check(facts: Facts) -> Iterator[Finding]:
    seen: set[int] = set()
    found: dict[tuple[str, str], Finding] = {}
    for row, tools in facts.index.offers_by_row.items():
        if id(tools) in seen:  # equal offers are one value
            continue
        seen.add(id(tools))
        for number, tool in enumerate(tools):
            wrong = _wrong(tool) if _asks_for_strict(tool) else []
            if not wrong or (tool.name, wrong[0][1]) in found:
                continue
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            evidence = (
                Evidence(facts.trace.ids[row], f"/tools/{number}/parameters{place}", said)
                for place, said in wrong[:_SHOWN_MAX]
            )
            message = f"{tool.name} asks for strict mode, but {wrong[0][1]}{more}"
            finding = of_steps(RULE, facts.trace, (row,), message, *evidence)
            found[tool.name, wrong[0][1]] = finding
    yield from found.values()


def _asks_for_strict(tool: ToolSpec) -> bool:
    raw: Any = tool.raw
    if not isinstance(raw, dict):
        return False
    function = raw.get("function")
    return raw.get("strict") is True or (isinstance(function, dict) and function.get("strict") is True)


def _wrong(tool: ToolSpec) -> list[tuple[str, str]]:
    is_anthropic = isinstance(tool.raw, dict) and "input_schema" in tool.raw
    return [one for one in _lint(tool.schema) if not is_anthropic or one[1].startswith(_ALLOWS_OTHERS)]


def _lint(schema: Json) -> Iterator[tuple[str, str]]:
    """Each place that strict mode does not take, with why."""
    if not isinstance(schema, dict):
        return
    if "anyOf" in schema or schema.get("type") != "object":
        yield "", "the top of the schema is no plain object"
    count, deepest = 0, 0
    waiting: list[tuple[tuple[str | int, ...], Any, int]] = [((), schema, 1)]
    while waiting and count <= _PROPERTIES_MAX:
        path, part, level = waiting.pop()
        if not isinstance(part, dict):
            continue
        deepest = max(deepest, level)
        yield from _of_part(join(path), part)
        properties = part.get("properties")
        for key, inner in properties.items() if isinstance(properties, dict) else ():
            count += 1
            waiting.append(((*path, "properties", key), inner, level + 1))
        for word in ("$defs", "definitions"):
            named = part.get(word)
            for key, inner in named.items() if isinstance(named, dict) else ():
                waiting.append(((*path, word, key), inner, level))
        waiting.append(((*path, "items"), part.get("items"), level))
        options = part.get("anyOf")
        for number, inner in enumerate(options if isinstance(options, list) else ()):
            waiting.append(((*path, "anyOf", number), inner, level))
    if count > _PROPERTIES_MAX:
        yield "", f"it has more than {_PROPERTIES_MAX} fields"
    if deepest > _LEVELS_MAX:
        yield "", f"it nests deeper than {_LEVELS_MAX} levels"


def _of_part(place: str, part: dict[str, Any]) -> Iterator[tuple[str, str]]:
    where = f" at {place}" if place else ""
    for word in _FORBIDDEN:
        if word in part:
            yield place, f"it uses {word}{where}"
    properties = part.get("properties")
    if isinstance(properties, dict) or part.get("type") == "object":
        if part.get("additionalProperties") is not False:
            yield place, f"{_ALLOWS_OTHERS}{where}"
        required = part.get("required")
        listed = required if isinstance(required, list) else []
        for name in properties if isinstance(properties, dict) else ():
            if name not in listed:
                yield place, f"{name} is not required{where}"


RULE = Rule("T014", "schema-not-strict", Severity.WARNING, since="0.1", check=check)
