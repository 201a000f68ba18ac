"""Broken tool choice.

What it finds:
    A reply that does not keep to what the request said about tools: a call where `tool_choice` was none, no call where
    one was required, another tool than the one that was named, or two calls at once where parallel calls were
    switched off. Replies that the token limit cut, and calls that failed, are left alone.

Why it matters:
    Code that forces a tool reads its arguments without looking further; it fails far from the reason. Servers that
    take the parameter and do not honour it are common, and so are adapters that drop it.

Example:
    tool_choice "required", and a reply of text alone.

What to do:
    See whether the parameter reached the provider (`/params`), and whether the model or the server supports it. Edit
    the parameter or the reply and re-run what follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Json
from replaydbg.graph.facts import Facts
from replaydbg.graph.replies import Reply
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps

_NONE, _ANY = "none", "required"
_WORDS = {"none": _NONE, "any": _ANY, "required": _ANY}


def check(facts: Facts) -> Iterator[Finding]:
    for reply in facts.replies:
        if not reply.recorded or reply.cut or not reply.params:
            continue
        names = [call.name for call in facts.index.calls(reply.row)]
        place = "/params/tool_choice"
        said = _choice(reply.params.get("tool_choice"), names, reply)
        if said is None:
            place, said = "/params/parallel_tool_calls", _parallel(reply.params, names)
        if said is not None:
            at = Evidence(facts.trace.ids[reply.row], place, "what the request asked for")
            yield of_steps(RULE, facts.trace, (reply.row,), said, at)


def _choice(choice: Json, names: list[str], reply: Reply) -> str | None:
    word, wanted = _asked(choice)
    if word == _NONE and names:
        return f"{names[0]} is called, though the request allowed no tool"
    if word == _ANY and not names and not reply.others and reply.text_chars:
        return "the reply calls no tool, though the request required one"
    if wanted and wanted not in names and (names or reply.text_chars):
        instead = f"calls {names[0]}" if names else "calls no tool"
        return f"the reply {instead}, though the request named {wanted}"
    return None


def _asked(choice: Json) -> tuple[str, str]:
    """The word and the tool of a choice, in the shapes of OpenAI (Chat and Responses), Anthropic and Gemini."""
    if isinstance(choice, str):
        return _WORDS.get(choice.lower(), ""), ""
    if not isinstance(choice, Mapping):
        return "", ""
    function = choice.get("function")
    name = function.get("name") if isinstance(function, Mapping) else choice.get("name")
    if isinstance(name, str) and name:
        return "", name
    return _WORDS.get(str(choice.get("type") or choice.get("mode")).lower(), ""), ""


def _parallel(params: Mapping[str, Json], names: list[str]) -> str | None:
    if len(names) < 2 or params.get("parallel_tool_calls") is not False:
        return None
    return f"{len(names)} tools are called at once, though the request switched parallel calls off"


RULE = Rule("T009", "broken-tool-choice", Severity.WARNING, since="0.1", check=check)
