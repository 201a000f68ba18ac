"""How often an edit is tried, beside what, and what is wanted of it: the form before many re-runs are begun."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from textual import work
from textual.app import ComposeResult

from replaydbg.actions.oracles import make_oracles
from replaydbg.drivers.python_name import PREFIX
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.tui.screens.acting import ActingScreen, bindings
from replaydbg.tui.screens.dialogs import Choose, Line
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said
from replaydbg.views.trial import TrialTerms, form_blocks

RUNS_MAX = 1000

_WAYS = (
    ("gone", "a finding of the recording is gone", "the name or code of a rule that found something"),
    ("absent", "a rule finds nothing", "the name or code of a rule"),
    ("regex", "the final answer matches", "a regular expression"),
    ("not-regex", "the final answer does not match", "a regular expression"),
    ("pointer", "the final answer is JSON that has a value", "/path=value"),
    ("python", "a function of mine says yes", "module:function"),
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is tried: the facts of what the edits are of, and the names of the rules that found something there."""

    facts: Facts
    found: tuple[str, ...] = ()
    in_browser: bool = False


class SamplingScreen(ActingScreen[TrialTerms | None]):
    """Gives the terms that the person agreed to, or None."""

    WHERE = "sampling"
    BINDINGS = bindings("sampling")

    def __init__(self, of: Recorded, terms: TrialTerms) -> None:
        super().__init__()
        self._of = of
        self.terms = terms

    def compose(self) -> ComposeResult:
        yield Said(" Try it many times: effect, or chance?", id="editor-title")
        yield Document(id="form")
        yield FooterLine()

    def on_mount(self) -> None:
        self._take(self.terms)
        self.query_one(Document).focus()
        self.call_after_refresh(self._to_first_choice)
        self.offer()
        if not self.terms.oracles:
            self._propose()

    def _to_first_choice(self) -> None:
        form = self.query_one(Document)
        form.cursor = next(iter(form.lines_of(lambda block: bool(block.place))), 0)

    def _take(self, terms: TrialTerms) -> None:
        self.terms = terms
        blocks = list(form_blocks(terms))
        self.query_one(Document).show(lambda _folds, _width: iter(blocks), keep_place=True)

    @work(group="propose")
    async def _propose(self) -> None:
        """What is wanted if nothing is said: that the errors of the recording are gone."""
        try:
            usual = await asyncio.to_thread(make_oracles, (), self._of.facts)
        except UsageProblem as problem:
            self.say(f"{problem.message}: say what is wanted", "dim")
            return
        if not self.terms.oracles:
            self._take(replace(self.terms, oracles=tuple(oracle.words for oracle in usual)))

    @work
    async def do_choose(self) -> None:
        block = self.query_one(Document).block
        place, _, at = (block.place if block is not None else "").partition(":")
        terms = replace(self.terms, problem="")
        if place == "control":
            self._take(replace(terms, control=not terms.control))
        elif place == "samples":
            number = await self._number("runs with the edit", terms.samples, RUNS_MAX)
            self._take(terms if number is None else replace(terms, samples=number))
        elif place == "calls":
            number = await self._number("model calls at most", terms.bound, 10**6)
            self._take(terms if number is None else replace(terms, calls_max=number))
        elif place == "cost":
            await self._choose_cost(terms)
        elif place == "oracle":
            left = tuple(words for number, words in enumerate(terms.oracles) if number != int(at))
            self.say(f"{terms.oracles[int(at)]} is wanted no more", "dim")
            self._take(replace(terms, oracles=left))
        elif place == "add":
            await self._add(terms)
        else:
            self.say(
                f"nothing to choose on this line: {self.key('down')} and {self.key('up')} move, {self.key('go')} starts the runs"
            )

    async def _number(self, label: str, value: int, most: int) -> int | None:
        said = await self.app.push_screen_wait(Line(label, str(value), f"1 to {most}"))
        if said is None:
            return None
        if not said.strip().isdigit() or not 1 <= int(said) <= most:
            self.say(f"{said!r} is no number from 1 to {most}", "error")
            return None
        return int(said)

    async def _choose_cost(self, terms: TrialTerms) -> None:
        value = "" if terms.cost_max_usd is None else f"{terms.cost_max_usd:g}"
        said = await self.app.push_screen_wait(Line("USD at most", value, "nothing: no bound"))
        if said is None:
            return
        try:
            bound = float(said) if said.strip() else None
        except ValueError:
            self.say(f"{said!r} is no amount", "error")
            return
        self._take(replace(terms, cost_max_usd=bound))

    async def _add(self, terms: TrialTerms) -> None:
        ways = [way for way in _WAYS if not (way[0] == "python" and self._of.in_browser)]
        at = await self.app.push_screen_wait(
            Choose("A run is as wanted where", [(what, "") for _, what, _ in ways])
        )
        if at is None:
            return
        kind, what, form = ways[at]
        if kind == "gone" and self._of.found:
            which = await self.app.push_screen_wait(
                Choose("Which finding is to be gone?", [(name, "") for name in self._of.found])
            )
            said = None if which is None else self._of.found[which]
        else:
            said = await self.app.push_screen_wait(Line(what, "", form))
        if not said:
            return
        words = f"{PREFIX}{said}" if kind == "python" else f"{kind}:{said}"
        try:
            await asyncio.to_thread(make_oracles, (words,), self._of.facts)
        except UsageProblem as problem:
            self._take(replace(terms, problem=problem.message))
            return
        self._take(replace(terms, oracles=tuple(dict.fromkeys((*terms.oracles, words)))))

    def do_go(self) -> None:
        if self.terms.possible:
            self.say(f"{self.key('go')} Start: {self.terms.possible}", "error")
            return
        self.dismiss(self.terms)

    def do_leave(self) -> None:
        self.dismiss(None)
