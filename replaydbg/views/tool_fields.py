"""Tool calls with each argument beside what the schema says of it, and results. Needs the width: it sets two columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from replaydbg.core import pointer
from replaydbg.core.message import Json, ToolCall
from replaydbg.core.step import Kind
from replaydbg.core.tool import SchemaSource
from replaydbg.graph.index import SpecInForce
from replaydbg.views.blocks import (
    NO_VALUE,
    Block,
    Folds,
    Spans,
    below_words,
    count_words,
    fold_sign,
    folded_in,
    json_blocks,
    lines_below,
    one_line,
    shown,
    text_below,
    value_blocks,
)
from replaydbg.views.conversation import (
    ARGUMENTS_UNKNOWN,
    Prose,
    as_written,
    reply_blocks,
    result_blocks,
    what_is_wrong,
)
from replaydbg.views.schema_words import declaration, mapping, meant, required_of
from replaydbg.views.subject import Subject
from replaydbg.views.text import plural

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
        yield Block(*what_is_wrong(call.problem, "not JSON"), place=place)
        yield Block(shown(call.raw or ""), indent=2, place=place + "/arguments_raw")
    elif not call.has_arguments:
        yield Block(ARGUMENTS_UNKNOWN, "dim", indent=2, place=place)
    elif not isinstance(call.arguments, dict):
        yield from json_blocks(call.arguments, folds, place=place + "/arguments", indent=2)
        for message in wrong.pop("", ()):
            yield Block(f"✗ {shown(message)}", "error", indent=2, place=place)
    else:
        schema = spec.spec.schema if spec else None
        yield from _fields(call.arguments, schema, wrong, _Where(place + "/arguments", folds, schema, width))
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


@dataclass(frozen=True, slots=True)
class _Where:
    """Where fields are shown: below which place, in how many cells. `root` is the schema that references begin at."""

    place: str
    folds: Folds
    root: Json
    width: int
    indent: int = 0


def _fields(
    arguments: Mapping[str, Json], schema: Json, wrong: dict[str, list[str]], where: _Where
) -> Iterator[Block]:
    """One line for each argument and for each property that has none; takes the messages it places out of `wrong`.

    What is too long for a line is a fold of such lines.
    """
    properties = mapping(mapping(schema).get("properties"))
    required = required_of(schema, where.root)
    names = [*arguments, *(name for name in properties if name not in arguments)]
    cells = min(max((len(shown(name)) for name in names[:_MEASURED_MAX]), default=0), _NAME_CELLS_MAX)
    missing: dict[str, list[str]] = {}
    for name in required:
        # A missing argument is reported at the object; its line is where one looks for it.
        if name not in arguments:
            missing[name] = [text for text in wrong.get("", ()) if f"{name}" in text]
            wrong[""] = [text for text in wrong.get("", ()) if text not in missing[name]]
    if not names:
        yield Block("no arguments", "dim", indent=2)
    for name in names:
        at = pointer.join((name,))
        own = meant(properties.get(name), where.root)
        declared = declaration(own, given=schema is not None and bool(properties))
        if name not in required and name in properties:
            declared = f"{declared}, optional"
        line = _Line(name, declared, cells, replace(where, place=where.place + at))
        if name in arguments and _is_long(arguments[name]):
            yield from _inner_fields(line, arguments[name], own, _below(wrong, at))
        else:
            yield from _field(line, arguments, [*_taken(wrong, at), *missing.get(name, ())])


_MEASURED_MAX = 200
_SHORT_CHARS = 40


def _is_long(value: Json) -> bool:
    """Whether it is a container that does not fit a line."""
    return (
        isinstance(value, dict | list)
        and bool(value)
        and (len(value) > 4 or len(one_line(value)) > _SHORT_CHARS)
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """One field: `cells` is the width of the names around it."""

    name: str
    declared: str
    cells: int
    where: _Where


def _inner_fields(line: _Line, value: Json, schema: Json, wrong: dict[str, list[str]]) -> Iterator[Block]:
    """A field that is a fold: its own fields, each beside its part of the schema."""
    where = line.where
    bad = any(wrong.values())
    fold = f"field{where.place}"
    is_open = where.folds.is_open(fold, usual=bad or len(value) <= _OPEN_FIELDS_MAX)
    label, count = shown(line.name).ljust(line.cells), count_words(value)
    head = f"{fold_sign(is_open)}{label}  {'✗ ' if bad else ''}{count}"
    spans: Spans = (
        (0, 2, "dim"),
        (2, 2 + len(label), "json-key"),
        (4 + len(label), len(head), "error" if bad else "dim"),
    )
    head, spans = _beside(head, spans, line)
    yield Block(head, spans=spans, indent=where.indent, place=where.place, fold=fold, value=value)
    if not is_open:
        return
    if isinstance(value, dict):
        inner, rules = value, schema
    else:
        inner = {str(number): item for number, item in enumerate(value)}
        items = mapping(schema).get("items")
        rules = (
            {"properties": dict.fromkeys(inner, items), "required": list(inner)}
            if items is not None
            else None
        )
    deeper = replace(where, indent=where.indent + 2)
    yield from folded_in(fold, _fields(inner, rules, wrong, deeper))
    for at, messages in wrong.items():
        for message in messages:
            said = shown(f"{at.lstrip('/')} {message}".strip())
            yield Block(f"↳ {said}", "error", indent=where.indent + 4, hang=2, place=where.place, inside=fold)


_OPEN_FIELDS_MAX = 20


def _beside(text: str, spans: Spans, line: _Line) -> tuple[str, Spans]:
    """The text with what the schema says in a column of its own, where there is room for both."""
    declared, width = line.declared, line.where.width - line.where.indent
    column = max(2 + line.cells + 2 + 24, line.where.width // 2 - line.where.indent)
    fits = (
        line.where.width >= _BESIDE_CELLS_MIN and len(text) + 2 <= column and len(declared) <= width - column
    )
    if not declared or not fits:
        return text, spans
    return text.ljust(column) + declared, (*spans, (column, column + len(declared), "hint"))


def _field(line: _Line, arguments: Mapping[str, Json], bad: list[str]) -> Iterator[Block]:
    name, place, cells, indent = line.name, line.where.place, line.cells, line.where.indent
    there = name in arguments
    given = arguments[name] if there else NO_VALUE
    lines, fold = lines_below(given) if there else 0, f"field{place}"
    is_open = bool(lines) and line.where.folds.is_open(fold, usual=bool(bad) or lines <= _OPEN_FIELDS_MAX)
    sign = "✗ " if bad else fold_sign(is_open) if lines else "  "
    label = shown(name).ljust(cells)
    value = shown(one_line(arguments[name])) if there else "(missing)" if bad else "(not given)"
    text = f"{sign}{label}  {below_words(lines, is_open=is_open) if lines else value}"
    value_look = ("error" if bad else _value_look(arguments[name])) if there else ("error" if bad else "dim")
    start = len(sign) + len(label) + 2
    whole, spans = _beside(
        text, ((0, 2, "error"), (2, 2 + len(label), "json-key"), (start, len(text), value_look)), line
    )
    yield Block(whole, spans=spans, indent=indent, place=place, value=given, fold=fold if lines else "")
    if is_open:
        yield text_below(str(given), indent=indent + 4, place=place, inside=fold)
    if line.declared and whole == text:
        yield Block(f"wants {line.declared}", "hint", indent=indent + 4 + cells, hang=6, place=place)
    for message in bad:
        yield Block(f"↳ {shown(message)}", "error", indent=indent + 4 + cells, hang=2, place=place)


def _below(wrong: dict[str, list[str]], at: str) -> dict[str, list[str]]:
    """The messages at the place and below it, taken out of `wrong`, by where they are from there."""
    inside = [where for where in wrong if where == at or where.startswith(at + "/")]
    return {where.removeprefix(at): wrong.pop(where) for where in inside}


def _taken(wrong: dict[str, list[str]], at: str) -> list[str]:
    """Messages at the place and below it, taken out of `wrong`; those below say where."""
    return [
        f"{below}: {text}" if below else text for below, texts in _below(wrong, at).items() for text in texts
    ]


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
    yield Block(f"{plural(len(tools), 'tool')} offered{edited}", "heading", place="/tools")
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
