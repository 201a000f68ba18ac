"""The form before many runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from replaydbg.actions.demo import incident_path
from replaydbg.actions.open import open_trace
from replaydbg.graph.facts import Facts
from replaydbg.tui.screens.sampling import Recorded, SamplingScreen
from replaydbg.views.trial import TrialTerms
from tests.support.desk import Size, open_demo
from tests.support.golden import SIZES, states_same_as_golden
from tests.support.screens import text_of, until

INCIDENT = Facts(open_trace(str(incident_path())).trace)
TERMS = TrialTerms(calls_max_usual=50, calls=4, tokens=1_000)


class Form:
    def __init__(self, terms: TrialTerms, *, in_browser: bool) -> None:
        self.app: App[None] = App()
        self.screen = SamplingScreen(Recorded(INCIDENT, ("schema-violation",), in_browser), terms)
        self.gave: list[Any] = []
        self.pilot: Any = None

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def open(self, place: str) -> None:
        form = self.screen.query_one("#form")
        form.cursor = form.lines_of(lambda block: block.place == place)[0]  # type: ignore[attr-defined]
        await self.press("enter")

    async def until(self, condition: Any) -> None:
        await until(self.pilot, condition)

    @property
    def terms(self) -> TrialTerms:
        return self.screen.terms


@asynccontextmanager
async def form_of(terms: TrialTerms = TERMS, *, in_browser: bool = False) -> AsyncIterator[Form]:
    it = Form(terms, in_browser=in_browser)
    async with it.app.run_test(size=(110, 30)) as it.pilot:
        it.app.push_screen(it.screen, it.gave.append)
        await it.pilot.pause()
        await it.until(lambda: it.terms.oracles)
        yield it


async def test_what_is_proposed_is_that_the_errors_are_gone() -> None:
    async with form_of() as form:
        assert {"gone:schema-violation", "gone:error-loop"} <= set(form.terms.oracles)
        assert "10 runs: about 40 model calls" in text_of(form.app)
        await form.press("y")
        (terms,) = form.gave
        assert (terms.samples, terms.control) == (5, True)


async def test_runs_control_and_bounds_are_chosen() -> None:
    async with form_of() as form:
        await form.open("samples")
        await form.press("backspace", "1", "2", "enter")
        await form.open("control")
        await form.open("calls")
        await form.press("backspace", "backspace", "9", "enter")
        await form.open("cost")
        await form.press("1", ".", "5", "enter")
        terms = form.terms
        assert (terms.samples, terms.control, terms.calls_max, terms.cost_max_usd) == (12, False, 9, 1.5)
        assert "fewer than they are likely to take" in text_of(form.app)
        await form.open("samples")
        await form.press("x", "enter")
        assert form.terms.samples == 12
        assert "is no number from 1 to" in text_of(form.app)


async def test_what_is_wanted_is_said_in_steps_and_taken_away() -> None:
    async with form_of(TrialTerms(oracles=("regex:sent",))) as form:
        await form.open("add")
        await form.press("enter")
        await form.press("enter")
        await form.until(lambda: "gone:schema-violation" in form.terms.oracles)
        await form.open("add")
        await form.press("down", "down", "enter")
        await form.press("(", "enter")
        await form.until(lambda: form.terms.problem)
        assert "is no regular expression" in text_of(form.app)
        await form.open("oracle:0")
        assert form.terms.oracles == ("gone:schema-violation",)
        await form.open("oracle:0")
        await form.press("y")
        assert (form.gave, "what is wanted of a run?" in text_of(form.app)) == ([], True)
        await form.press("q")
        assert form.gave == [None]


async def test_a_browser_names_no_function() -> None:
    async with form_of(in_browser=True) as form:
        await form.open("add")
        assert "the final answer matches" in text_of(form.app)
        assert "a function of mine" not in text_of(form.app)


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(tmp_path: Path, size: Size) -> None:
    states = {}
    async with open_demo(tmp_path, size) as sitting:
        await sitting.app.push_screen(SamplingScreen(Recorded(INCIDENT, ("schema-violation",)), TERMS))
        await sitting.until_text("How often?")
        states["as proposed"] = await sitting.at_rest()
        await sitting.press("j", "enter", "k", "enter", "backspace", "2", "enter")
        states["two runs without a control"] = await sitting.at_rest()
    states_same_as_golden(__file__, "sampling", size, states)
