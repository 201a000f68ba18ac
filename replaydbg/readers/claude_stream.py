"""Claude Code as a program: what `--output-format stream-json` prints, and what the Agent SDK hands out.

The same messages as in a session file, but told in order instead of linked; sub-agents are told apart by the call that
started them. The tools' names stand at the beginning, what it cost at the end.

The SDK for Python makes objects of them; `json.dumps(dataclasses.asdict(message))` for each is read, too (`_claude_sdk.py`).

Get one: `claude -p "..." --output-format stream-json --verbose > run.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import nan

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _claude_lines, _claude_sdk, _claude_whole, _containers, _json_lines, _salvage
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._claude_session import Session
from replaydbg.wire import loose

FORMAT = "claude-stream"
_RENAMED = {"Task": "Agent"}
_KINDS = frozenset({"system", "assistant", "user", "result", "stream_event"})


def sniff(document: Document) -> float:
    head = document.head
    first = _containers.first_record(head)
    values = first if isinstance(first, list) else [first]
    if b'"parent_tool_use_id"' in head and any(map(_claude_sdk.is_message, values[:1])):
        return 0.95
    if b'"session_id"' not in head:
        return 0.0
    if any(loose.mapping(value).get("type") == "tool_call" for value in values):
        return 0.0  # an array of another agent's events: calls stand in messages here
    return max(map(_likeness, [*values, *_json_lines.first_values(head)]))


def _likeness(value: Json) -> float:
    """How sure a line makes. Other agents' programs begin with the same line, but without the servers that are used."""
    found = loose.mapping(value)
    kind = loose.text(found.get("type"))
    if "session_id" not in found:
        return 0.0
    if kind == "system":
        is_init = found.get("subtype") == "init"
        return 0.97 if is_init and "mcp_servers" in found else 0.85 if is_init else 0.0
    return (
        0.97 if kind == "result" or (kind in {"assistant", "user"} and "parent_tool_use_id" in found) else 0.0
    )


def read(document: Document, partial: bool) -> Iterator[Reading]:
    """The run. There is only the complete reading: a run of a program is small."""
    del partial
    notices: list[Notice] = []
    document = _claude_whole.in_lines(_claude_sdk.in_lines(document), notices)
    session = Session(document, FORMAT, chained=False)
    session.notices += notices
    session.store.open(document.buffer)
    last = -1
    for line, start, end in _claude_lines.lines(document.buffer, _claude_lines.STREAM, session.notices):
        session.add(line, start, end)
        if line.type == "result":
            last = _add_result(session, _value(document.buffer[start:end]), last)
        elif line.type == "system" and line.subtype == "init":
            names = loose.sequence(_value(document.buffer[start:end]).get("tools"))
            named = dict.fromkeys(name for name in names if isinstance(name, str))
            session.bodies.tools = tuple(map(ToolSpec, named | dict.fromkeys(_called(named))))
            session.id = session.id or line.session_id or ""
    if last >= 0 and len(session.talks.flush()) == 1:
        session.notices.append(
            Notice("", "only how it ended: `--output-format stream-json --verbose` prints what was done")
        )
    yield session.reading(session.id or document.name)


def _called(names: Iterable[str]) -> Iterator[str]:
    """What the model calls the tools that the program lists under the names that they had before."""
    return (_RENAMED[name] for name in names if name in _RENAMED)


def _value(raw: memoryview) -> dict[str, Json]:
    try:
        return loose.mapping(_salvage.loads(raw))
    except ValueError:
        return {}


def _add_result(session: Session, value: dict[str, Json], last: int) -> int:
    """How it ended, with the cost of all. Gives the row; that of the `last` result loses its cost, which is counted here."""
    session.talks.end(session.bodies.says)
    columns = session.talks.flush()
    if last >= 0:
        columns.costs[last] = nan
    is_error = value.get("is_error") is True
    words = loose.text(value.get("result")) or ", ".join(map(str, loose.sequence(value.get("errors"))))
    ending = loose.text(value.get("subtype"))
    cost = value.get("total_cost_usd")
    session.talks.step(
        Kind.OPAQUE,
        f"result: {ending.replace('_', ' ')}" if ending else "result",
        PlainBody(output_value=words or None, error=(words or ending) if is_error else "", raw=value),
        status=Status.ERROR if is_error else Status.OK,
        cost_usd=number(cost),
    )
    return len(columns) - 1


READER = Reader(
    FORMAT,
    "Claude Code stream-json (command line, Agent SDK)",
    sniff,
    read,
    marks=("session_id", "subtype", "type"),
    needs=(b'"session_id"', b'"parent_tool_use_id"'),
)
