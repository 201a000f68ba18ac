"""The terms of a re-run as a form: who answers, what may run, and what a yes would send where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from replaydbg.config import ToolSetting
from replaydbg.views.blocks import Block, shown
from replaydbg.views.text import cost_words, plural, token_words


class Way(StrEnum):
    """Who answers the model calls that the recording does not."""

    NOBODY = "nobody"
    PRESET = "preset"
    RECORDED = "recorded"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ToolTerm:
    """A tool of the part that is re-run. `bound` is what would run it, "" for nothing; `recorded` of its `calls` the
    recording can answer while they stay equal.
    """

    name: str
    bound: str
    allowed: bool
    calls: int = 0
    recorded: int = 0
    set_up: str = ""
    """What the settings file says would run it, in words."""
    never: bool = False
    """The settings file says that it may not."""


@dataclass(frozen=True, slots=True)
class Told:
    """One model that would be asked; see `actions.addressees`."""

    model: str
    calls: int
    where: str
    leaves: bool
    lacks: str


@dataclass(frozen=True, slots=True)
class Terms:
    way: Way
    preset: str = ""
    """The provider that the command line gave, "" for none."""
    stand_in: bool = False
    model: str = ""
    base_url: str = ""
    tools: tuple[ToolTerm, ...] = ()
    told: tuple[Told, ...] = ()
    calls: int = 0
    tokens: int = 0
    cost_usd: float | None = None
    """Of the model calls by these terms; None where no price is known."""
    remarks: tuple[str, ...] = ()
    """Sentences: what should be known before anybody is asked."""
    problem: str = ""
    """Why these terms cannot be had; "" where they can."""

    def with_tool(self, changed: ToolTerm) -> Terms:
        return replace(
            self, tools=tuple(changed if tool.name == changed.name else tool for tool in self.tools)
        )

    @property
    def possible(self) -> str:
        """Why a yes would lead nowhere, "" where it would not."""
        if self.problem:
            return self.problem
        if self.way is Way.OTHER and not self.model:
            return "which model? open its line and type a name"
        return next((told.lacks for told in self.told if told.lacks), "")


def set_up_words(setting: ToolSetting) -> str:
    """What the settings say would answer a call: `the command ./find`."""
    match setting.way:
        case "":
            return ""
        case "command":
            return f"the command {' '.join(setting.command)}"
        case "mcp":
            return f"MCP {setting.mcp}"
        case "answer":
            return "an answer that you wrote"
        case "fail":
            return "a failure that you wrote"
    return str(getattr(setting, setting.way))


def form_blocks(terms: Terms) -> Iterator[Block]:
    """Lines with a `place` can be opened: `way:nobody`, `model`, `base_url`, `local`, `tool:NAME`."""
    yield Block("Who answers model calls that the recording does not?", "heading")
    yield _choice(terms, Way.NOBODY, "nobody", "offline: you write the turn yourself, or it stops there")
    if terms.preset:
        name = "the rule-based stand-in" if terms.stand_in else shown(terms.preset)
        more = "not an LLM; runs on this machine, needs no key" if terms.stand_in else ""
        yield _choice(terms, Way.PRESET, name, more)
    yield _choice(terms, Way.RECORDED, "the models as recorded", "")
    yield _choice(terms, Way.OTHER, "another model", "")
    if terms.way in (Way.RECORDED, Way.OTHER):
        if terms.way is Way.OTHER:
            yield _field("model", terms.model, "a name, or python:module:function")
        yield _field("base_url", terms.base_url, "the provider's own, or one from the environment")
        if terms.way is Way.OTHER:
            yield Block("look for model servers on this machine", "link", indent=6, hang=4, place="local")
    yield Block()
    yield Block("Which tools may run?", "heading")
    if not terms.tools:
        yield Block("no tool is called in the part that is re-run", "dim", indent=2)
    for tool in terms.tools:
        yield _tool(tool)
    yield Block()
    yield Block("If you say yes", "heading")
    yield from consequences(terms)


def consequences(terms: Terms) -> Iterator[Block]:
    """What a yes would do, exactly."""
    if terms.possible:
        yield Block(f"✗ {shown(terms.possible)}", "error", indent=2, hang=2)
    unnamed = terms.way is Way.OTHER and not terms.model
    if unnamed and terms.calls:
        yield Block(
            f"the model that you name is asked {_about(terms.calls)}, about {token_words(terms.tokens)} in all, going by the recording",
            "strong",
            indent=2,
            hang=2,
        )
    elif not terms.told:
        yield Block("nothing is sent: recorded answers serve equal requests", "good", indent=2, hang=2)
    for told in terms.told:
        yield Block(
            f"{shown(told.model) or 'the model'} is asked {_about(told.calls)}, at {shown(told.where)}",
            "strong",
            indent=2,
            hang=2,
        )
    if terms.told:
        yield Block(
            f"about {token_words(terms.tokens)}, {_cost(terms)}, going by the recording; it may be fewer or more",
            indent=2,
            hang=2,
        )
        if any(told.leaves for told in terms.told):
            yield Block("! the prompts of these calls leave this machine", "warning", indent=2, hang=2)
        else:
            yield Block("nothing leaves this machine", "good", indent=2, hang=2)
    if terms.told or unnamed:
        yield from (Block(f"! {shown(one)}", "warning", indent=2, hang=2) for one in terms.remarks)
    running = [tool.name for tool in terms.tools if tool.allowed]
    if running:
        yield Block(
            f"{', '.join(map(shown, running))} may run, for calls that the recording does not answer",
            indent=2,
            hang=2,
        )
    else:
        asked = any((tool.bound or tool.set_up) and not tool.never for tool in terms.tools)
        yield Block(f"no tool runs{' unasked' if asked else ''}", "good", indent=2, hang=2)


def _about(calls: int) -> str:
    return "once" if calls == 1 else f"about {calls} times"


def _cost(terms: Terms) -> str:
    if terms.cost_usd is not None:
        return cost_words(terms.cost_usd)
    return "no price is known" if any(told.leaves for told in terms.told) else "free of charge"


def _choice(terms: Terms, way: Way, label: str, more: str) -> Block:
    chosen = terms.way is way
    text = f"{'(•)' if chosen else '( )'} {label}"
    whole = f"{text}  {more}".rstrip()
    look = "strong" if chosen else ""
    return Block(whole, look, spans=((len(text), len(whole), "dim"),), indent=2, hang=4, place=f"way:{way}")


def _field(name: str, value: str, otherwise: str) -> Block:
    label = f"{name.replace('_', ' ')}: "
    text = label + (shown(value) or otherwise)
    return Block(
        text,
        spans=((0, len(label), "dim"), (len(label), len(text), "" if value else "dim")),
        indent=6,
        hang=4,
        place=name,
    )


def _tool(tool: ToolTerm) -> Block:
    box = "[✓]" if tool.allowed else "[ ]"
    text = f"{box} {shown(tool.name)}"
    recorded = (
        f"{plural(tool.calls, 'call')}, {tool.recorded} recorded"
        if tool.calls
        else "not called in this part yet"
    )
    by = tool.bound or tool.set_up
    if tool.never:
        how = "never runs, by the settings; you are asked for its result"
    elif by:
        how = f"by {shown(by)}" + ("" if tool.allowed else ", after you said yes to the call")
    else:
        how = "nothing is bound: choose this line to bind it; else you are asked for its result"
    whole = f"{text}  {recorded}; {how}"
    return Block(
        whole,
        "strong" if tool.allowed else "",
        spans=((len(text), len(whole), "dim"),),
        indent=2,
        hang=4,
        place=f"tool:{tool.name}",
    )
