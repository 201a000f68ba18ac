"""What a result says in its own words: that something failed, or that the runtime refused the call itself.

Most formats do not record a failure apart from the result, and runtimes that check arguments say so there: pydantic,
MCP servers, agent frameworks, coding agents. These texts are evidence even where no schema was recorded. They are looked
for where a result begins, since a result may well be a file or a test report in which somebody else's call was refused.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

import orjson

from replaydbg.core.digest import canonical
from replaydbg.core.message import Json

HEAD_CHARS = 400
_INSIDE_MAX = 16
_SHORT_FIELDS_MAX = 4

_LEAD = (
    r"""^[\s"'`{\[<(]*+(?:(?:error[\w ()-]{1,40}(?=:)|(?:tool_use_error|error|message|content|text|detail)\b)"""
    r"""[\s"'>:=-]*)*"""
)

_REFUSED = re.compile(
    _LEAD
    + r"""(?:
        (?:mcp\ )?error\ -32602\b | -32602\b
      | invalid\ (?:tool\ |function\ )?(?:params|parameters|args|arguments)\b.{0,60}?(?:\bfor\ tool\b|:)
      | (?:[a-z]\w*\.){0,4}(?:input)?validation\ ?error\b(?!s?:\ *0\b) | pydantic.{0,20}validationerror
      | [1-9]\d*\ validation\ errors?\b
      | parse_error\b | invalid_tool_calls?\b | tool_use_failed\b | toolinvocationerror\b
      | (?:received\ )?tool\ input\ did\ not\ match\b | (?:tool\ )?input\ validation\ failed\b
      | tool\ call\ arguments\b.{0,60}?\binvalid\b | (?:the\ )?arguments\ provided\ to\ the\ tool\ are\ invalid\b
      | (?:[\w.]{1,40}\ )?must\ have\ required\ propert(?:y|ies)\b | ["']?[\w.]{1,80}["']\ is\ a\ required\ property\b
      | expected\ \w+,\ received\ \w+
      | input\ validation\ error\b
      | invalid\ (?:json\ )?input\ for\ tool\b
      | ai_invalidtool(?:input|arguments)error\b
      | an\ error\ occurred\ while\ (?:parsing|validating)\ (?:the\ )?(?:tool\ )?arguments
      | (?:failed|unable)\ to\ parse\ (?:the\ )?(?:function|tool)\ (?:call\ )?(?:arguments|input)
      | (?:the\ )?arguments\ are\ not\ valid\ json\b
      | error\ (?:validating|parsing)\ (?:args|arguments|tool)\b
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
        (?:no\ such\ tool|unknown\ (?:tool|function)|unsupported\ call|no\ tool\ named)\b
        (?:\ available)?(?:[\s"'`:]{1,4}(?P<told>[\w./:-]{1,80}))?
      | ai_nosuchtoolerror\b
      | (?:the\ )?(?:requested\ )?(?:tool|function)\ ["'`]?(?P<tool>[\w./:-]{1,80})["'`]?
        \ (?:was\ )?(?:not\ found|does\ not\ exist|is\ (?:unavailable|not\ (?:available|a\ valid\ tool|registered|defined)))\b
      | ["'`]?(?P<other>[\w./:-]{1,80})["'`]?\ is\ not\ a\ valid\ tool\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""Where a tool is named it must be the one that was called: other functions are not found in results all the time."""
_BEGINNINGS = frozenset(
    {
        "-326", "ai_i", "ai_n", "an e", "argu", "cont", "deta", "erro", "expe", "fail", "func", "inpu", "inva", "mcp ", "mess",
        "miss", "must", "no s", "no t", "para", "pars", "pyda", "rece", "requ", "text", "the ", "tool", "type", "unab", "unkn",
        "unsu", "vali",
    }
)  # fmt: skip
"""What of `_REFUSED` and `_UNKNOWN`, and of what may stand before, is always the same begins so."""
_WORDS_OF_REFUSING = (
    "tool", "valid", "argument", "param", "required", "expected", "pars", "function", "unsupported", "typeerror", "-32602",
)  # fmt: skip
"""One of them is in all that `_REFUSED` and `_UNKNOWN` find."""
_AFTER_A_WORD = frozenset({"got ", "is a", "is n", "miss", "must"})
"""And this is after the first word where that may be any."""
_LOOKED_AT_BEHIND = 5
_MAY_BEGIN_A_LIST = frozenset({"[", ""})
_VALIDATION = "validation"
_QUOTES = " \t\n\r\v\f\"'`{[<("
_FAILURE = re.compile(
    r"""\s*(?:<tool_use_error> | error\b(?!\s*(?:rate|log|count|free)s?\b) | fatal:\ | e:\ (?=[a-z]+\ ) | traceback\ \(most\ recent\ call
        | exception(?::\ | \ (?:in|while|occurred|raised|thrown)\b) | [\w.]{1,60}(?:Error|Exception):[ ]
        | \{\s*["'](?:error|exception|is_?error)["']\s*:(?!\s*(?:null|none|""|\'\'|false|\[\]|\{\})))""",
    re.IGNORECASE | re.VERBOSE,
)
_MAY_FAIL = re.compile(
    r"""<t | error | fatal: | e: | trace | except | [\w.]*\Z | [\w.]{1,60}(?:Error|Exception): | \{\s*(?:\Z|["'](?:\Z|e|i))""",
    re.IGNORECASE | re.VERBOSE,
)
"""What `_FAILURE` finds begins so, as far as one sees."""
BEGINNING_CHARS = 32
_PYDANTIC_KEYS, _ZOD_KEYS = {"type", "loc", "msg"}, {"code", "path", "message"}
"""Of one error in a validator's list of them. Linters say as much of a file, whose path is a text."""
_LAST = re.compile(r"__|[./:]")
"""Before a name: of the server or the namespace that it is of."""


class Refusal(Enum):
    """How the runtime refused a call."""

    ARGUMENTS = "arguments"
    TOOL = "tool"


def failed(result: Json, name: str = "") -> bool:
    """Whether the call to the tool called `name` failed or was refused, by what the result says."""
    _, refused, fails = looked_at(result, name)
    return fails or refused is not None


@lru_cache(maxsize=4096)
def begins_well(beginning: str) -> bool:
    """Whether no text that begins with so many characters fails or is refused, whatever the tool. Many begin alike."""
    text = beginning.lstrip(_QUOTES)
    first, end = beginning[:1], text.find(" ")
    if first in _MAY_BEGIN_A_LIST or first.isspace():
        return False
    is_told = end > 0 and len(text) >= end + _LOOKED_AT_BEHIND
    return is_told and not _may_refuse(beginning) and _MAY_FAIL.match(beginning) is None


def looked_at(result: Json, name: str = "") -> tuple[str, Refusal | None, bool]:
    """`words_of` the result, its `refusal` and whether it `says_failure`."""
    if (
        isinstance(result, str) and result[:1] not in _MAY_BEGIN_A_LIST and not result[:1].isspace()
    ):  # nearly all
        head = result[:HEAD_CHARS]
        return head, _refused(head, name), _FAILURE.match(result) is not None
    head = words_of(result)
    return head, refusal(result, head, name), says_failure(result, head)


def says_failure(result: Json, head: str | None = None) -> bool:
    """Whether a result is an error in its own words. `head` is `words_of` it, where that is known."""
    if isinstance(result, str):
        return _FAILURE.match(result) is not None
    if isinstance(result, dict):
        if any(result.get(key) for key in ("error", "isError", "is_error", "exception")):
            return True
        if result.get("success") is False or result.get("ok") is False:
            return True
    return _FAILURE.match(words_of(result) if head is None else head) is not None


def refusal(result: Json, head: str, name: str = "") -> Refusal | None:
    """How the runtime refused the call; None where it took it. `head` is `words_of` the result."""
    return Refusal.ARGUMENTS if _listed_errors(result) else _refused(head, name)


def _refused(head: str, name: str) -> Refusal | None:
    if not head or not _may_refuse(head) or not _speaks_of_refusing(head.casefold()):
        return None
    if _REFUSED.match(head):
        return Refusal.ARGUMENTS
    unknown = _UNKNOWN.match(head)
    if unknown is None:
        return None
    named = (unknown["tool"] or unknown["other"] or unknown["told"] or "").rstrip(".:").lower()
    return Refusal.TOOL if _LAST.split(name.lower())[-1] == _LAST.split(named)[-1] or not named else None


def _may_refuse(head: str) -> bool:
    """A glance, since the expressions take three times as long, and nearly all results are well."""
    text = head.lstrip(_QUOTES)
    beginning = text[:4].casefold()
    if beginning in _BEGINNINGS or not beginning[:1].strip("0123456789") or beginning[0].isspace():
        return True
    end = text.find(" ")
    if end > 0 and text[end + 1 : end + _LOOKED_AT_BEHIND].casefold() in _AFTER_A_WORD:
        return True
    return not 0 <= end < len(_VALIDATION) and _VALIDATION in text[: end if end > 0 else None].casefold()


def _speaks_of_refusing(head: str) -> bool:
    """Whether any of the words is there: of results that begin with an error most say what went wrong, and not with the call."""
    for word in _WORDS_OF_REFUSING:  # noqa: SIM110 - a generator takes twice as long
        if word in head:
            return True
    return False


def words_of(result: Json) -> str:
    """How the result begins, in words."""
    return _listed_errors(result) or _head(result)


def _listed_errors(result: Json) -> str:
    """The list of errors of pydantic or zod in words; "" for anything else."""
    if isinstance(result, str):
        if result[:1] not in _MAY_BEGIN_A_LIST and not result[:1].isspace():  # nearly all are done with here
            return ""
        head = result[:HEAD_CHARS]
        if ('"loc"' not in head and '"path"' not in head) or head.lstrip()[:1] != "[":
            return ""
        try:
            result = orjson.loads(result)
        except orjson.JSONDecodeError:
            return ""
    if not isinstance(result, list) or not result:
        return ""
    if not all(isinstance(item, dict) for item in result):
        return ""
    if all(item.keys() >= _PYDANTIC_KEYS for item in result):
        return "; ".join(f"{_place(item['loc'])}: {item['msg']}" for item in result[:4])
    if all(item.keys() >= _ZOD_KEYS and isinstance(item["path"], list) for item in result):
        return "; ".join(f"{_place(item['path'])}: {item['message']}" for item in result[:4])
    return ""


def _place(loc: Json) -> str:
    return ".".join(map(str, loc)) if isinstance(loc, list) else str(loc)


def _head(result: Json) -> str:
    """How the result begins, as text; results of MCP and of content blocks are lists of parts."""
    if isinstance(result, str):  # nearly all are
        return result[:HEAD_CHARS]
    for _ in range(_INSIDE_MAX):
        if isinstance(result, str):
            return result[:HEAD_CHARS]
        if isinstance(result, list) and result and isinstance(result[0], dict):
            result = result[0]
        if not isinstance(result, dict):
            return ""
        inner = (result.get(key) for key in ("error", "text", "message", "content", "detail"))
        found = next((one for one in inner if isinstance(one, (str, dict, list)) and one), None)
        if found is None:
            return _as_json(result)[:HEAD_CHARS] if len(result) <= _SHORT_FIELDS_MAX else ""
        result = found
    return ""


def _as_json(value: Json) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # lone surrogates, integers beyond 64 bits
        return canonical(value)
