"""Results of the Berkeley Function Calling Leaderboard: a trace for each entry.

An entry of one turn is one model call. In entries of several turns each step is a model call, and what the tools
returned is there where the run was logged (`inference_log`). Models that are prompted for calls write them as Python;
those are read where they are one, and are text where they are not. The questions and the schemas are in files of
their own: `--tools` takes both.

Get one: `bfcl generate --model NAME --test-category multi_turn` writes `result/NAME/multi_turn/BFCL_v4_*_result.json`.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import loose, openai_chat
from replaydbg.wire.arguments import call_from_any

_RESULT_KEYS = frozenset({"input_token_count", "output_token_count", "latency", "inference_log"})
_QUESTION_KEYS = ({"id", "question", "function"}, {"id", "question", "involved_classes"})
_FAILED = "Error during inference:"
_PYTHON_CHARS_MAX = 100_000
_UNDERSTOOD = "Successfully decoded"
_SILENT = frozenset({"inference_input", "state_info"})
"""Roles of what is written down beside the talk."""
_OTHER_LITERALS = {"true": True, "false": False, "null": None}
"""JavaScript's, which weak models write in the middle of Python."""


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    is_result = {"id", "result"} <= first.keys()
    if is_result and (_RESULT_KEYS & first.keys() or loose.text(first["result"]).startswith(_FAILED)):
        return 0.9
    if any(keys <= first.keys() for keys in _QUESTION_KEYS):
        return 0.9
    is_definition = {"name", "description", "parameters"} <= first.keys()
    return 0.8 if is_definition and loose.mapping(first["parameters"]).get("type") == "dict" else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # an entry is read at once
    transcript = Transcript(document, READER.name)
    others, has_tools = 0, False
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        record, transcript.place = loose.mapping(value), place
        if "id" in record and "result" in record:
            _add(transcript, record)
        elif "question" in record or "parameters" in record:
            others += 1
            has_tools = has_tools or "function" in record or "parameters" in record
        else:
            transcript.notice(place, "no entry of a result, left out")
    if others:
        noun = "entry" if others == 1 else "entries"
        use = ": `--tools` takes this file beside the results" if has_tools else ""
        transcript.notice("", f"{others} {noun} with questions or tools, not a run{use}")
    elif not transcript.runs:
        raise NotThisFormat("no entry")
    yield transcript.reading()


def _add(transcript: Transcript, record: dict[str, Json]) -> None:
    run = transcript.run(f"{record['id']}")
    thread = run.thread()
    result = record["result"]
    log = [turn for turn in loose.sequence(record.get("inference_log")) if isinstance(turn, dict)]
    if any("begin_of_turn_query" in turn for turn in log):
        for number, turn in enumerate(log):
            _add_logged_turn(thread, turn, record, number)
        thread.end()
    elif isinstance(result, list) and result and all(isinstance(turn, list) for turn in result):
        for number, turn in enumerate(result):
            for step, said in enumerate(turn):
                _add_reply(run, thread, said, _facts(record, number, step), has_run=True)
    elif isinstance(result, str) and result.startswith(_FAILED):
        thread.reply(None, facts=Facts(error=result), origin=record)
    else:
        _add_reply(run, thread, result, _facts(record), has_run=False)


def _add_logged_turn(thread: Thread, turn: dict[str, Json], record: dict[str, Json], number: int) -> None:
    for message in openai_chat.read_messages(turn.get("begin_of_turn_query")):
        thread.say(message)
    steps = sorted((name for name in turn if name.startswith("step_")), key=_step_number)
    for step, name in enumerate(steps):
        waiting: list[ToolCall] = []
        for value in loose.sequence(turn[name]):
            item = loose.mapping(value)
            if item.get("role") == "assistant":
                message = _message(item.get("content"))
                waiting = list(message.tool_calls)
                thread.reply(message, facts=_facts(record, number, step), origin=item)
            elif item.get("role") == "tool":
                call = waiting.pop(0) if waiting else ToolCall("", "")
                is_error = isinstance(item.get("content"), str) and '"error":' in item["content"][:20]
                response = ToolResponse(call.id, item.get("content"), call.name, is_error=is_error)
                thread.add(Message(Role.TOOL, (response,)))
            else:
                _beside(thread, item)


def _beside(thread: Thread, item: dict[str, Json]) -> None:
    """What the program says itself: mostly that a reply was understood, else why it went on without it, or gave up."""
    role, words = loose.text(item.get("role")), loose.text(item.get("content"))
    if role in {"user", "system"}:
        for message in openai_chat.read_messages([item]):
            thread.say(message)
    elif role == "handler_log":
        if not words.startswith(_UNDERSTOOD):
            error = loose.text(item.get("error"))
            body = PlainBody(output_value=words or None, error=error, raw=item)
            status = Status.ERROR if error else Status.UNSET
            thread.run.step(Kind.OPAQUE, "handler", body, status=status)
    elif role not in _SILENT:
        thread.run.transcript.unknown(role or "none")


def _step_number(name: str) -> int:
    return loose.count(name.removeprefix("step_")) or 0


def _add_reply(run: Run, thread: Thread, said: Json, facts: Facts, *, has_run: bool) -> None:
    message = _message(said)
    thread.reply(message, facts=facts, origin=said)
    for call in message.tool_calls if has_run else ():
        run.step(Kind.TOOL_EXECUTION, call.name or "tool", PlainBody(call=call))


def _facts(record: dict[str, Json], *at: int) -> Facts:
    asked, written = (
        loose.count(_at(record.get(key), at)) for key in ("input_token_count", "output_token_count")
    )
    return Facts(usage=Usage(asked, written))


def _at(value: Json, at: tuple[int, ...]) -> Json:
    """A number, or the one at this turn and step of nested lists."""
    for number in at:
        value = value[number] if isinstance(value, list) and number < len(value) else None
    return value


# ---- replies ----------------------------------------------------------------------------------------------------


def _message(said: Json) -> Message:
    if isinstance(said, str):
        calls = _python_calls(said)
        return Message(Role.ASSISTANT, calls or ((Text(said),) if said else ()))
    found = [
        call_from_any("", name, given)
        for one in loose.sequence(said)
        for name, given in loose.mapping(one).items()
    ]
    return Message(Role.ASSISTANT, tuple(found))


def _python_calls(text: str) -> tuple[ToolCall, ...]:
    """`[f(a=1), g.h(b='x')]` as calls; nothing where any of it is something else."""
    stripped = text.strip().strip("`").strip()
    if "(" not in stripped or len(stripped) > _PYTHON_CHARS_MAX:
        return ()
    try:
        with warnings.catch_warnings(action="ignore"):  # what a model writes may hold odd escapes
            expression = ast.parse(stripped, mode="eval").body
        nodes = expression.elts if isinstance(expression, (ast.List, ast.Tuple)) else [expression]
        return tuple(map(_python_call, nodes))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _python_call(node: ast.expr) -> ToolCall:
    """Raises ValueError for what is no call with named literals."""
    if not isinstance(node, ast.Call) or node.args:
        raise ValueError("no call with named arguments")
    given = {keyword.arg: _literal(keyword.value) for keyword in node.keywords if keyword.arg}
    return ToolCall("", ast.unparse(node.func), given)


def _literal(node: ast.expr) -> Json:
    match node:
        case ast.Name(id=name) if name in _OTHER_LITERALS:
            return _OTHER_LITERALS[name]
        case ast.List(elts=nodes) | ast.Tuple(elts=nodes):
            return [_literal(one) for one in nodes]
        case ast.Dict(keys=keys, values=values):
            return {f"{_literal(key)}": _literal(one) for key, one in zip(keys, values, strict=True) if key}
    value = ast.literal_eval(node)
    if not isinstance(value, (str, int, float, bool, type(None))):
        raise ValueError("no JSON value")  # noqa: TRY004 - one word for all that is no call
    return value


READER = Reader(
    "bfcl",
    "BFCL results, one trace an entry",
    sniff,
    read,
    marks=("id", "result", "input_token_count"),
    needs=(
        b'"input_token_count"',
        b'"output_token_count"',
        b'"latency"',
        b'"inference_log"',
        b'"question"',
        b'"dict"',
        _FAILED.encode(),
    ),
)
