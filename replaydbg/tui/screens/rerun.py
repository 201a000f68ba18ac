"""Say yes to a re-run: the terms as a form, and what they would send where. Offline until the person says otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from textual import work
from textual.app import ComposeResult

from replaydbg.actions.addressees import addressees
from replaydbg.actions.plan import estimate
from replaydbg.actions.providers import local_servers
from replaydbg.actions.rerun import RerunOptions, confinement
from replaydbg.config import DEFAULTS, ToolSetting
from replaydbg.core.branch import Edit
from replaydbg.core.trace import Trace
from replaydbg.errors import UsageProblem
from replaydbg.replay.plan import Plan
from replaydbg.tui.screens.acting import ActingScreen, bindings
from replaydbg.tui.screens.dialogs import Choose, Line
from replaydbg.tui.setup import Setup
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said
from replaydbg.views.plan import edit_block
from replaydbg.views.rerun import Terms, Told, ToolTerm, Way, form_blocks, set_up_words

_NOT_IN_BROWSER = "what a browser types starts no program and gets no key"

_CHOICES = frozenset({"way", "model", "base_url", "local", "tool"})
"""Kinds of lines on which something can be chosen."""


class RerunScreen(ActingScreen[RerunOptions | None]):
    """Gives the options that the person agreed to, or None."""

    WHERE = "rerun"
    BINDINGS = bindings("rerun")

    def __init__(
        self,
        setup: Setup,
        trace: Trace,
        plan: Plan,
        edits: Sequence[Edit],
        provider: str,
        *,
        always: Iterable[str] = (),
        asked: str = "",
    ) -> None:
        """`provider` is the one that the recording names, "" for none; `always` are tools that may run for good; `asked`
        is the other model that a branch was asked of so far.
        """
        super().__init__()
        self._setup, self._trace, self._plan, self._edits = setup, trace, plan, tuple(edits)
        self._recorded_provider = provider
        self.terms = replace(first_terms(setup, plan, always), model=asked)

    def compose(self) -> ComposeResult:
        yield Said(" Re-run what follows", id="editor-title")
        yield Document(id="form")
        yield FooterLine()

    def on_mount(self) -> None:
        self._take(self.terms)
        form = self.query_one(Document)
        form.focus()
        form.cursor = next(iter(form.lines_of(lambda block: block.place == f"way:{self.terms.way}")), 0)
        self.offer()

    def _take(self, terms: Terms) -> None:
        unnamed = terms.way is Way.OTHER and not terms.model
        calls = {} if unnamed else self._plan.calls_by_model
        try:
            asked = addressees(self.options(terms), calls, self._recorded_provider)
        except UsageProblem as problem:
            terms = replace(terms, told=(), problem=problem.message)
        else:
            told = tuple(Told(who.model, who.calls, who.where, who.leaves, who.lacks) for who in asked)
            model = terms.model if terms.way is Way.OTHER else ""
            terms = replace(terms, told=told, problem="", cost_usd=estimate(self._plan, self._trace, model))
        self.terms = terms
        head = [edit_block(self._trace, edit) for edit in self._edits]
        blocks = [*head, *form_blocks(terms)]
        self.query_one(Document).show(lambda _folds, _width: iter(blocks), keep_place=True)

    def options(self, terms: Terms) -> RerunOptions:
        """The terms in the words of the action."""
        setup = self._setup
        settings = setup.settings or DEFAULTS
        preset = terms.way is Way.PRESET
        return RerunOptions(
            live=terms.way is not Way.NOBODY,
            model=terms.model if terms.way is Way.OTHER else setup.model if preset else "",
            provider=setup.provider if preset else "",
            base_url=(setup.base_url if preset else terms.base_url) or None,
            bindings={tool.name: tool.bound for tool in terms.tools if tool.bound},
            allow=frozenset(tool.name for tool in terms.tools if tool.allowed),
            tools=settings.tools,
            servers=settings.servers,
            environ=os.environ,
        )

    @work
    async def do_choose(self) -> None:
        block = self.query_one(Document).block
        kind, _, name = (block.place if block is not None else "").partition(":")
        terms = self.terms
        if kind == "way":
            self._take(replace(terms, way=Way(name)))
        elif kind == "model":
            said = await self.app.push_screen_wait(
                Line("model", terms.model, "gpt-4o, claude-…, python:module:function")
            )
            if said is not None and self._setup.in_browser and ":" in said:
                self.say(f"{_NOT_IN_BROWSER}: name a model of a known provider")
            else:
                self._take(replace(terms, model=terms.model if said is None else said.strip()))
        elif kind == "base_url" and self._setup.in_browser:
            self.say(f"{_NOT_IN_BROWSER}: an address would be sent the keys of this machine")
        elif kind == "base_url":
            said = await self.app.push_screen_wait(
                Line("base URL", terms.base_url, "http://127.0.0.1:8080/v1")
            )
            self._take(replace(terms, base_url=terms.base_url if said is None else said.strip()))
        elif kind == "local":
            await self._choose_local()
        elif kind == "tool":
            await self._choose_tool(next(tool for tool in terms.tools if tool.name == name))
        else:
            self.say(
                f"nothing to choose on this line: {self.key('next_choice')} goes to the next choice, {self.key('go')} starts the re-run"
            )

    def do_next_choice(self) -> None:
        self._to_choice(1)

    def do_previous_choice(self) -> None:
        self._to_choice(-1)

    def _to_choice(self, direction: int) -> None:
        """Round the end to the beginning, as in any form."""
        form = self.query_one(Document)
        lines = form.lines_of(lambda block: block.place.partition(":")[0] in _CHOICES)
        ahead = [line for line in lines if (line - form.cursor) * direction > 0]
        form.cursor = (ahead or lines)[0 if direction > 0 else -1]

    async def _choose_local(self) -> None:
        self.say("asking the usual ports of this machine for their models…")
        servers = await local_servers()
        found = [(server, model) for server in servers for model in server.models]
        if not found:
            self.say("no model server answers here: Ollama, llama.cpp, vLLM and LM Studio were looked for")
            return
        self.say("")
        options = [(model, f"{server.program} at {server.base_url}") for server, model in found]
        at = await self.app.push_screen_wait(Choose("Models on this machine", options))
        if at is not None:
            server, model = found[at]
            self._take(replace(self.terms, model=model, base_url=server.base_url))

    async def _choose_tool(self, tool: ToolTerm) -> None:
        if tool.never:
            self.say(f"the settings file says that {tool.name} never runs")
            return
        if tool.bound or tool.set_up:
            self._take(self.terms.with_tool(replace(tool, allowed=not tool.allowed)))
            return
        if self._setup.in_browser:
            self.say(f"{_NOT_IN_BROWSER}: bind {tool.name} in a settings file (--config FILE)")
            return
        said = await self.app.push_screen_wait(Line(f"what runs {tool.name}", "", "python:module:function"))
        if said:
            self._take(self.terms.with_tool(replace(tool, bound=said.strip(), allowed=True)))

    def do_go(self) -> None:
        if self.terms.possible:
            self.say(f"{self.key('go')} Start: {self.terms.possible}", "error")
            return
        self.dismiss(self.options(self.terms))

    def do_leave(self) -> None:
        self.dismiss(None)


def _set_up(setting: ToolSetting) -> str:
    return "; ".join(filter(None, (set_up_words(setting), confinement(setting))))


def first_terms(setup: Setup, plan: Plan, always: Iterable[str] = ()) -> Terms:
    """What is proposed: nobody is asked, unless the command line named who answers. `always` may run, as was said before."""
    needs = {need.name: need for need in plan.tools}
    settings = (setup.settings or DEFAULTS).tools
    names, may_run = dict.fromkeys((*needs, *setup.tools, *settings)), setup.may_run(always)
    tools = [
        ToolTerm(
            name,
            setup.tools.get(name, ""),
            name in may_run,
            needs[name].calls if name in needs else 0,
            needs[name].recorded if name in needs else 0,
            _set_up(settings[name]) if name in settings else "",
            policy == "never",
        )
        for name in names
        for policy in (settings[name].policy if name in settings else "",)
    ]
    preset = setup.provider or setup.model
    return Terms(
        way=Way.PRESET if preset else Way.NOBODY,
        preset=preset,
        stand_in=setup.demo,
        base_url=setup.base_url,
        tools=tuple(tools),
        calls=sum(plan.calls_by_model.values()),
        tokens=plan.tokens_estimate,
        remarks=plan.remarks,
    )
