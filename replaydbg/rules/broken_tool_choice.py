"""Broken tool choice.

What it finds:
    A reply that does not keep to what the request said about tools: a call where `tool_choice` was none, no call where
    one was required, another tool than the one that was named or than those that were allowed, or two calls at once
    where parallel calls were switched off. Replies that the token limit or a filter cut, calls that failed, and tools that
    the provider runs itself are left alone.

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
from dataclasses import dataclass, replace

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Json
from replaydbg.graph.facts import Facts
from replaydbg.graph.replies import REFUSAL_REASONS, Reply
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps

_NONE, _ANY = "none", "required"
_WORDS = {"none": _NONE, "any": _ANY, "required": _ANY}
_NAMES_SHOWN_MAX = 8


def check(facts: Facts) -> Iterator[Finding]:
    params: Mapping[str, Json] = {}
    asked = _NOTHING
    for reply in facts.replies:
        if reply.params is not params:  # most replies of a run share theirs
            params = reply.params
            asked = _request(params)
        if asked == _NOTHING or not reply.recorded or reply.cut:
            continue
        if reply.finish_reason in REFUSAL_REASONS:
            continue
        names = [call.name for call in facts.index.calls(reply.row)]
        place, said = asked.place, _broken(asked, names, reply)
        if said is None and asked.serial_at and len(names) > 1:
            place = asked.serial_at
            said = f"{len(names)} tools are called at once, though the request switched parallel calls off"
        if said is not None:
            at = Evidence(facts.trace.ids[reply.row], place, "what the request asked for")
            yield of_steps(RULE, facts.trace, (reply.row,), said, at)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks of the calls of its reply: `word` is one of `_WORDS` or "", `named` the tool that has to be
    called, `allowed` those that can be. `place` says where it asks so, `serial_at` where it switches parallel calls off.
    """

    word: str = ""
    named: str = ""
    allowed: tuple[str, ...] = ()
    place: str = ""
    serial_at: str = ""


_NOTHING = _Asked()


def _broken(asked: _Asked, names: list[str], reply: Reply) -> str | None:
    if asked.word == _NONE and names:
        return f"{names[0]} is called, though the request allowed no tool"
    if asked.word == _ANY and not names and not reply.others and reply.text_chars:
        return "the reply calls no tool, though the request required one"
    if asked.named and asked.named not in names and (names or reply.text_chars):
        instead = f"calls {names[0]}" if names else "calls no tool"
        return f"the reply {instead}, though the request named {asked.named}"
    other = next((name for name in names if asked.allowed and name not in asked.allowed), None)
    if other is not None:
        return f"{other} is called, though the request allowed only {', '.join(asked.allowed[:_NAMES_SHOWN_MAX])}"
    return None


def _place_and_choice(params: Mapping[str, Json]) -> tuple[str, Json]:
    """Where the request says what it asks of tools: `tool_choice`, or the configs of Gemini and Bedrock."""
    for holder in ("toolConfig", "tool_config"):
        inner = params.get(holder)
        for key in ("toolChoice", "functionCallingConfig", "function_calling_config"):
            if isinstance(inner, Mapping) and key in inner:
                return f"/params/{holder}/{key}", inner[key]
    return "/params/tool_choice", params.get("tool_choice")


def _request(params: Mapping[str, Json]) -> _Asked:
    place, choice = _place_and_choice(params)
    asked = replace(_asked(choice), serial_at=_serial_place(params, place))
    return asked if asked == _NOTHING else replace(asked, place=place)


def _asked(choice: Json) -> _Asked:
    """A choice in the shapes of OpenAI (Chat and Responses), Anthropic, Gemini and Bedrock."""
    if isinstance(choice, str):
        return _Asked(_WORDS.get(choice.lower(), ""))
    if not isinstance(choice, Mapping) or choice.get("type") == "mcp":  # which the provider runs itself
        return _Asked()
    for inner in (choice.get("function"), choice.get("tool"), choice):
        name = inner.get("name") if isinstance(inner, Mapping) else None
        if isinstance(name, str) and name:
            return _Asked(named=name)
    if "any" in choice:  # Bedrock names the kind of choice by a key
        return _Asked(_ANY)
    inner = choice.get("allowed_tools")
    listing = inner if isinstance(inner, Mapping) else choice
    kind = str(listing.get("mode") or choice.get("type")).lower()
    return _Asked(_WORDS.get(kind, ""), allowed=tuple(_allowed(listing)))


def _allowed(listing: Mapping[str, Json]) -> Iterator[str]:
    """The names of a list of allowed tools; none where one of them is no function, or where there is no list."""
    tools = listing.get("tools")
    names = listing.get("allowedFunctionNames") or listing.get("allowed_function_names")
    if isinstance(tools, list):
        functions = [one.get("function", one) if isinstance(one, Mapping) else None for one in tools]
        names = [one.get("name") if isinstance(one, Mapping) else None for one in functions]
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        yield from names


def _serial_place(params: Mapping[str, Json], place: str) -> str:
    """Where the request says that a reply is to hold one call: inside Anthropic's choice at `place`, or OpenAI's parameter; or ""."""
    choice = params.get("tool_choice")
    if isinstance(choice, Mapping) and choice.get("disable_parallel_tool_use") is True:
        return place
    return "/params/parallel_tool_calls" if params.get("parallel_tool_calls") is False else ""


RULE = Rule("T009", "broken-tool-choice", Severity.WARNING, since="0.1", check=check)
