"""What came of each tool call, in a few facts: whether it failed, and whether the runtime refused the call itself.

Runtimes that check arguments say so in the result: pydantic, MCP servers, agent frameworks, coding agents. These texts
are evidence even where no schema was recorded. They are looked for where a result begins, since a result may well be a
file or a test report in which somebody else's call was refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import orjson

from replaydbg.core.digest import canonical
from replaydbg.core.message import Json
from replaydbg.core.step import KINDS, STATUSES, Body, Kind, Status
from replaydbg.core.trace import Trace
from replaydbg.graph.answers import Answers
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.index import CallPlace, TraceIndex

_ERROR = STATUSES.index(Status.ERROR)
_TOOL_EXECUTION = KINDS.index(Kind.TOOL_EXECUTION)
_HEAD_CHARS = 400
_KEPT_CHARS = 200

_LEAD = (
    r"""^[\s"'`{\[<(]*(?:(?:error[\w ()-]{1,40}(?=:)|(?:tool_use_error|error|message|content|text|detail)\b)"""
    r"""[\s"'>:=-]*)*"""
)

_REFUSED = re.compile(
    _LEAD
    + r"""(?:
        (?:mcp\ )?error\ -32602\b | -32602\b | invalid\ (?:params|arguments)\b.{0,60}?(?:\bfor\ tool\b|:)
      | (?:input)?validation\ ?error\b | pydantic.{0,20}validationerror
      | \d+\ validation\ errors?\b
      | input\ validation\ error\b
      | invalid\ (?:json\ )?input\ for\ tool\b
      | ai_invalidtool(?:input|arguments)error\b
      | an\ error\ occurred\ while\ (?:parsing|validating)\ (?:the\ )?(?:tool\ )?arguments
      | (?:failed|unable)\ to\ parse\ (?:the\ )?(?:function|tool)\ (?:call\ )?(?:arguments|input)
      | (?:the\ )?arguments\ are\ not\ valid\ json\b
      | error\ (?:validating|parsing)\ (?:args|arguments)\b
      | missing\ (?:\d+\ )?required\ (?:positional\ |keyword(?:-only)?\ )*(?:argument|parameter|property|properties|field|input)
      | parameter\ ["'`]?[\w.]{1,80}["'`]?\ is\ (?:required|missing|expected\ to\ be)\b
      | required\ (?:parameter|argument|property|field)\b.{0,60}?\bmissing\b
      | [\w.]{1,80}\(\)\ (?:missing\ \d+\ required|got\ an\ unexpected\ keyword)
      | typeerror:\ [\w.]{1,80}\(\)\ (?:missing|got\ an\ unexpected)
      | error\ invoking\ tool\b.{0,400}?(?:field\ required|validation\ error|input\ should\ be|missing)
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_UNKNOWN = re.compile(
    _LEAD
    + r"""(?:
        (?:no\ such\ tool|unknown\ (?:tool|function)|ai_nosuchtoolerror)\b
      | (?:requested\ )?(?:tool|function)\ ["'`]?(?P<tool>[\w./:-]{1,80})["'`]?
        \ (?:was\ )?(?:not\ found|does\ not\ exist|is\ not\ (?:available|a\ valid\ tool|registered))\b
      | ["'`]?(?P<other>[\w./:-]{1,80})["'`]?\ is\ not\ a\ valid\ tool\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""Where a tool is named it must be the one that was called: other functions are not found in results all the time."""
_FAILED = re.compile(
    r"""\s*(?:<tool_use_error>|[Ee]rror:|ERROR\b|Error\b|Exception\b|Traceback\ \(most\ recent\ call\ last\)
    |\{\s*["']error["']\s*:\s*["'{])""",
    re.VERBOSE,
)
_PYDANTIC_KEYS = {"type", "loc", "msg"}
"""Of one error in pydantic's list of them."""


class Refusal(Enum):
    """How the runtime refused a call."""

    ARGUMENTS = "arguments"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Outcome:
    known: bool = False
    """Whether anything came back that was recorded."""
    failed: bool = False
    """The recording says so, or the result begins with the word."""
    marked: bool = False
    """Whether it is the recording that says so."""
    refusal: Refusal | None = None
    text: str = ""
    """How the result begins, where it failed or was refused; "" otherwise."""


UNKNOWN = Outcome()
_WELL = Outcome(known=True)


class Came:
    """What came of each tool execution of a walk, by row; as the call is named that the execution recorded."""

    def __init__(self, trace: Trace) -> None:
        self._kinds = trace.kinds
        self._statuses = trace.statuses
        self.of_row: dict[int, Outcome] = {}

    def hear(self, row: int, body: Body) -> None:
        if self._kinds[row] == _TOOL_EXECUTION:
            call = body.call
            name = call.name if call is not None else ""
            self.of_row[row] = _ran(body, name, marked=self._statuses[row] == _ERROR)


def _ran(body: Body, name: str, *, marked: bool) -> Outcome:
    if body.has_result:
        return told(body.result, marked=marked, or_else=body.error, name=name)
    error = body.error
    return told(error, marked=True, name=name) if error or marked else UNKNOWN


class Outcomes:
    """What came of calls: of executions, and of what later prompts say."""

    def __init__(self, index: TraceIndex, answers: Answers) -> None:
        self._index = index
        self._answers = answers
        self._came = index.walk.add(lambda _: Came(index.trace))

    def of(self, calls: Iterable[SeenCall]) -> tuple[Outcome, ...]:
        """An outcome for each of the calls, in their order."""
        came = self._index.walk.heard(self._came).of_row
        return tuple([self._of(seen, came) for seen in calls])

    def _of(self, seen: SeenCall, came: Mapping[int, Outcome]) -> Outcome:
        if seen.ran is not None:
            outcome = came[seen.ran]
            executed = self._index.executed_call(seen.ran)
            if executed is None or executed.name != seen.call.name:
                trace = self._index.trace
                marked = trace.statuses[seen.ran] == _ERROR
                outcome = _ran(trace.body(seen.ran), seen.call.name, marked=marked)
            if outcome.known:
                return outcome
        if not seen.alone:
            response = self._answers.response(CallPlace(seen.row, seen.number))
            if response is not None:
                return told(response.result, marked=response.is_error, name=seen.call.name)
        return UNKNOWN


def told(result: Json, *, marked: bool, or_else: str = "", name: str = "") -> Outcome:
    """What a result says of the call to the tool called `name`. `or_else` is the error of the step, asked where the result says nothing."""
    errors = _pydantic_errors(result)
    head = errors or _head(result) or or_else[:_HEAD_CHARS]
    refusal = Refusal.ARGUMENTS if errors else _refusal(head, name) or _refusal(or_else[:_HEAD_CHARS], name)
    failed = marked or refusal is not None or _FAILED.match(head) is not None
    if not failed:
        return _WELL
    return Outcome(
        known=True,
        failed=True,
        marked=marked,
        refusal=refusal,
        text=" ".join(head[:_KEPT_CHARS].split()),
    )


def _refusal(head: str, name: str) -> Refusal | None:
    if not head:
        return None
    if _REFUSED.match(head):
        return Refusal.ARGUMENTS
    unknown = _UNKNOWN.match(head)
    named = (unknown["tool"] or unknown["other"]) if unknown is not None else None
    if unknown is None or (named is not None and named.lower() != name.lower()):
        return None
    return Refusal.TOOL


def _pydantic_errors(result: Json) -> str:
    """Pydantic's own list of errors in words; "" for anything else."""
    if (
        isinstance(result, str)
        and result[:_HEAD_CHARS].lstrip()[:1] == "["
        and '"loc"' in result[:_HEAD_CHARS]
    ):
        try:
            result = orjson.loads(result)
        except orjson.JSONDecodeError:
            return ""
    if not isinstance(result, list) or not result:
        return ""
    if not all(isinstance(item, dict) and item.keys() >= _PYDANTIC_KEYS for item in result):
        return ""
    return "; ".join(f"{_place(item['loc'])}: {item['msg']}" for item in result[:4])


def _place(loc: Json) -> str:
    return ".".join(map(str, loc)) if isinstance(loc, list) else str(loc)


def _head(result: Json) -> str:
    """How the result begins, as text; results of MCP and of content blocks are lists of parts."""
    if isinstance(result, str):
        return result[:_HEAD_CHARS]
    if isinstance(result, list) and result and isinstance(result[0], dict):
        return _head(result[0])
    if isinstance(result, dict):
        for key in ("error", "text", "message", "content", "detail"):
            inner = result.get(key)
            if isinstance(inner, (str, dict, list)) and inner:
                return _head(inner)
        return canonical(result)[:_HEAD_CHARS] if len(result) <= 4 else ""
    return ""
