"""Tool calls with each argument beside what the schema says of it, and results. Needs the width: it sets two columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from replaydbg.core import pointer
from replaydbg.core.message import Json, ToolCall
from replaydbg.core.step import Kind
from replaydbg.core.tool import SchemaSource
from replaydbg.graph.index import SpecInForce
from replaydbg.views.blocks import (
    NO_VALUE,
    Block,
    Folds,
    fold_sign,
    folded_in,
    json_blocks,
    one_line,
    shown,
    value_blocks,
)
from replaydbg.views.conversation import Prose, as_written, reply_blocks, result_blocks
from replaydbg.views.subject import Subject

_NAME_CELLS_MAX = 22
_BESIDE_CELLS_MIN = 64
"""Below this width what the schema says goes under the argument, not beside it."""


def tools_tab(subject: Subject, folds: Folds, width: int) -> Iterator[Block]:
    """The calls of the step, then the tools that were offered with it."""
    step = subject.step
    for number, call in enumerate(step.tool_calls):
        yield from _call(subject, call, number, folds, width)
        yield Block()
    if not step.tool_calls:
        none = {
            Kind.MODEL_CALL: "the model asked for no tool here",
            Kind.TOOL_EXECUTION: "which call was run was not recorded",
        }
        yield Block(none.get(step.kind, "this step asks for no tool"), "dim")
        yield Block()
    if step.kind is Kind.MODEL_CALL:
        yield from _offers(subject, folds)


def _call(subject: Subject, call: ToolCall, number: int, folds: Folds, width: int) -> Iterator[Block]:
    place = f"/tool_calls/{number}"
    title = f"→ {shown(call.name)}" + (f"  {shown(call.id)}" if call.id else "")
    edited = "  ✎ edited" if subject.edited_at(place) else ""
    end = 2 + len(shown(call.name))
    spans = (
        (0, end, "role-tool"),
        (end, len(title), "dim"),
        (len(title), len(title) + len(edited), "edited"),
    )
    yield Block(title + edited, "strong", spans=spans, place=place)
    spec = subject.spec(call.name)
    yield _source(subject, spec, call.name)
    wrong: dict[str, list[str]] = {}
    for where, message in subject.evidence_below(place):
        field = where.removeprefix(place).removeprefix("/arguments_raw").removeprefix("/arguments")
        wrong.setdefault(field, []).append(message)
    if call.problem is not None:
        yield Block(f"✗ not JSON: {shown(call.problem.message)}", "error", place=place)
        yield Block(shown(call.raw or ""), indent=2, place=place + "/arguments_raw")
    elif not isinstance(call.arguments, dict):
        yield from json_blocks(call.arguments, folds, place=place + "/arguments", indent=2)
        for message in wrong.pop("", ()):
            yield Block(f"✗ {shown(message)}", "error", indent=2, place=place)
    else:
        schema = spec.spec.schema if spec else None
        yield from _fields(call.arguments, schema, wrong, place + "/arguments", width)
    for where, messages in wrong.items():
        for message in messages:
            yield Block(f"✗ {shown(f'{where} {message}'.strip())}", "error", indent=2, place=place)
    if spec is not None and spec.spec.schema is not None:
        yield from _schema(spec, f"schema{number}", folds)


def _source(subject: Subject, spec: SpecInForce | None, name: str) -> Block:
    if not subject.known:
        return Block("schema: the trace is still being read", "dim")
    offered = subject.facts.index.tools(subject.row) if subject.step.kind is Kind.MODEL_CALL else None
    if spec is None and offered:
        return Block(f"✗ no tool named {shown(name)} was offered", "error")
    if spec is None or spec.source is SchemaSource.NOT_RECORDED:
        return Block(
            "schema not recorded: the arguments could not be checked (--tools FILE gives one)", "warning"
        )
    source = f"schema from {spec.source}"
    if spec.step_id is not None:
        number = subject.facts.trace.row(spec.step_id) + 1
        return Block(f"schema from step #{number}", "dim", row=number - 1)
    return Block(source, "dim")


def _fields(
    arguments: Mapping[str, Json], schema: Json, wrong: dict[str, list[str]], place: str, width: int
) -> Iterator[Block]:
    """One line for each argument and for each property that has none; takes the messages it places out of `wrong`."""
    properties = _mapping(_mapping(schema).get("properties"))
    required = _mapping(schema).get("required")
    required = required if isinstance(required, list) else []
    names = [*arguments, *(name for name in properties if name not in arguments)]
    cells = min(max((len(shown(name)) for name in names), default=0), _NAME_CELLS_MAX)
    messages_of = {name: _taken(wrong, pointer.join((name,))) for name in names}
    for name in required:
        # A missing argument is reported at the object; its line is where one looks for it.
        if name not in arguments:
            named = [text for text in wrong.get("", ()) if f"{name}" in text]
            messages_of.setdefault(name, []).extend(named)
            wrong[""] = [text for text in wrong.get("", ()) if text not in named]
    if not names:
        yield Block("no arguments", "dim", indent=2)
    for name in names:
        declared = declaration(properties.get(name), given=schema is not None and bool(properties))
        if name not in required and name in properties:
            declared = f"{declared}, optional"
        bad = messages_of.get(name, [])
        line = _Line(name, declared, place + pointer.join((name,)), cells, width)
        yield from _field(line, arguments, bad)


@dataclass(frozen=True, slots=True)
class _Line:
    """Where an argument is shown: `cells` is the width of the names, `width` that of the pane."""

    name: str
    declared: str
    place: str
    cells: int
    width: int


def _field(line: _Line, arguments: Mapping[str, Json], bad: list[str]) -> Iterator[Block]:
    name, declared, place, cells, width = line.name, line.declared, line.place, line.cells, line.width
    there = name in arguments
    sign = "✗ " if bad else "  "
    label = shown(name).ljust(cells)
    value = shown(one_line(arguments[name])) if there else "(missing)" if bad else "(not given)"
    text = f"{sign}{label}  {value}"
    value_look = ("error" if bad else _value_look(arguments[name])) if there else ("error" if bad else "dim")
    start = len(sign) + len(label) + 2
    spans = [(0, 2, "error"), (2, 2 + len(label), "json-key"), (start, len(text), value_look)]
    column = max(start + 24, width // 2)
    beside = width >= _BESIDE_CELLS_MIN and len(text) + 2 <= column and len(declared) <= width - column
    if beside and declared:
        text = text.ljust(column)
        spans.append((column, column + len(declared), "hint"))
        text += declared
    given = arguments[name] if there else NO_VALUE
    yield Block(text, spans=tuple(spans), place=place, value=given)
    if declared and not beside:
        yield Block(f"wants {declared}", "hint", indent=4 + cells, hang=6, place=place)
    for message in bad:
        yield Block(f"↳ {shown(message)}", "error", indent=4 + cells, hang=2, place=place)


def _taken(wrong: dict[str, list[str]], at: str) -> list[str]:
    """Messages at the place and below it, taken out of `wrong`; those below say where."""
    taken: list[str] = []
    for where in [where for where in wrong if where == at or where.startswith(at + "/")]:
        below = where.removeprefix(at)
        taken.extend(f"{below}: {text}" if below else text for text in wrong.pop(where))
    return taken


def declaration(schema: Json, *, given: bool = True) -> str:
    """What a schema says of one value, in a few words: `string matching ^ORD-`, `"EU" | "US"`, `integer 1..10`."""
    if schema is None:
        return "not in the schema" if given else ""
    rules = _mapping(schema)
    if not rules:
        return "nothing" if schema is False else "anything"
    if isinstance(rules.get("enum"), list):
        values = [one_line(value) for value in rules["enum"]]
        return shown(" | ".join(values[:8]) + (f" | … {len(values) - 8} more" if len(values) > 8 else ""))
    if "const" in rules:
        return shown(one_line(rules["const"]))
    for word in ("anyOf", "oneOf"):
        if isinstance(rules.get(word), list):
            return " or ".join(dict.fromkeys(declaration(item) for item in rules[word]))
    type_ = rules.get("type")
    words = " or ".join(map(str, type_)) if isinstance(type_, list) else str(type_ or "anything")
    if type_ == "array" and rules.get("items"):
        words = f"array of {declaration(rules['items'])}"
    if isinstance(rules.get("pattern"), str):
        words += f" matching {rules['pattern']}"
    if isinstance(rules.get("format"), str):
        words += f" ({rules['format']})"
    return shown(words + _bounds(rules))


def _bounds(rules: Mapping[str, Any]) -> str:
    said = [
        f"{sign}{rules[word]}"
        for word, sign in (
            ("minimum", "≥ "), ("exclusiveMinimum", "> "), ("maximum", "≤ "), ("exclusiveMaximum", "< "),
            ("minLength", "length ≥ "), ("maxLength", "length ≤ "), ("minItems", "items ≥ "), ("maxItems", "items ≤ "),
        )
        if isinstance(rules.get(word), int | float)
    ]  # fmt: skip
    return " " + ", ".join(said) if said else ""


def _mapping(value: Json) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _value_look(value: Json) -> str:
    if isinstance(value, str):
        return "json-string"
    return "json-literal" if value is None or isinstance(value, bool) else "json-number"


def _schema(spec: SpecInForce, name: str, folds: Folds) -> Iterator[Block]:
    is_open = folds.is_open(name, usual=False)
    yield Block(f"{fold_sign(is_open)}the whole schema", "dim", fold=name)
    if is_open:
        if spec.spec.description:
            yield Block(shown(spec.spec.description), "dim", indent=2, inside=name)
        yield from folded_in(name, json_blocks(spec.spec.schema, folds, indent=2, name=name + "/"))


def _offers(subject: Subject, folds: Folds) -> Iterator[Block]:
    """The tools that the model could have used. Each opens to its description and schema."""
    tools = subject.step.body.tools
    if tools is None:
        yield Block("which tools were offered was not recorded", "dim")
        return
    edited = "  ✎ edited" if subject.edited_at("/tools") else ""
    yield Block(f"{len(tools)} tools offered{edited}", "heading", place="/tools")
    for number, tool in enumerate(tools):
        name = f"offer{number}"
        is_open = folds.is_open(name, usual=False)
        head = f"{fold_sign(is_open)}{shown(tool.name)}"
        first_line = shown(tool.description).split("\n", 1)[0]
        text = f"{head}  {first_line}" if first_line and not is_open else head
        spans = ((0, 2, "dim"), (2, len(head), "role-tool"), (len(head), len(text), "dim"))
        yield Block(text, spans=spans, place=f"/tools/{number}", fold=name, hang=4)
        if is_open:
            if tool.description:
                place = f"/tools/{number}/description"
                yield Block(shown(tool.description), indent=4, place=place, inside=name)
            if tool.schema is None:
                yield Block("schema not recorded", "warning", indent=4, inside=name)
            else:
                place = f"/tools/{number}/parameters"
                yield from folded_in(name, json_blocks(tool.schema, folds, indent=2, name=name, place=place))


def result_tab(subject: Subject, folds: Folds, prose: Prose = as_written) -> Iterator[Block]:
    """What came back: the reply of a model call, the result of a tool, the output of anything else."""
    step = subject.step
    if step.kind is Kind.MODEL_CALL:
        yield from reply_blocks(subject, folds, prose)
    elif step.kind is Kind.TOOL_EXECUTION:
        yield from result_blocks(subject, folds)
    else:
        if step.body.error:
            yield Block(f"✗ {shown(step.body.error)}", "error")
        if step.body.output_value is None:
            yield Block("no output was recorded of this step", "dim")
        else:
            yield from value_blocks(step.body.output_value, folds, place="/output", fold="output")
