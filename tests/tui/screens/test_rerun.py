"""Saying yes to a re-run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from replaydbg.actions.providers import LocalServer
from replaydbg.actions.rerun import RerunOptions
from replaydbg.config import Settings, ToolSetting
from replaydbg.graph.facts import Facts
from replaydbg.replay.plan import plan
from replaydbg.tui.screens.rerun import RerunScreen, first_terms
from replaydbg.tui.setup import Setup
from replaydbg.tui.widgets.document import Document
from replaydbg.views.rerun import Way
from tests.support.build import assistant, call, chat, response, user
from tests.support.desk import Size, demo_setup, open_demo
from tests.support.drive import edit
from tests.support.golden import SIZES, states_same_as_golden
from tests.support.screens import text_of

RUN = chat(
    [user("hi"), assistant("", call("search", {"q": "x"}, "c1")), response("c1", "none"), assistant("sorry")],
    model="gpt-x",
)
EDIT = edit(RUN, "m1", "/messages/0/content", "hello")
PLAN = plan(Facts(RUN), [EDIT])


class Terms:
    def __init__(self, setup: Setup) -> None:
        self.app: App[None] = App()
        self.screen = RerunScreen(setup, RUN, PLAN, [EDIT], "openai")
        self.gave: list[Any] = []
        self.pilot: Any = None

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def to(self, text: str) -> None:
        """Put the cursor on the line that says this."""
        form = self.screen.query_one("#form")
        form.cursor = form.lines_of(lambda block: text in block.text)[0]  # type: ignore[attr-defined]
        await self.pilot.pause()


@asynccontextmanager
async def terms_of(setup: Setup) -> AsyncIterator[Terms]:
    it = Terms(setup)
    async with it.app.run_test(size=(110, 30)) as it.pilot:
        it.app.push_screen(it.screen, it.gave.append)
        await it.pilot.pause()
        yield it


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


async def test_offline_is_what_is_proposed() -> None:
    async with terms_of(Setup("x")) as terms:
        assert "nothing is sent" in text_of(terms.app)
        await terms.press("y")
        (options,) = terms.gave
        assert isinstance(options, RerunOptions)
        assert not options.live
        assert options.allow == frozenset()


async def test_a_missing_key_is_said_before_anything_is_sent() -> None:
    async with terms_of(Setup("x")) as terms:
        await terms.to("the models as recorded")
        await terms.press("space")
        assert "OPENAI_API_KEY is not set" in text_of(terms.app)
        await terms.press("y")
        assert terms.gave == []
        assert "OPENAI_API_KEY" in terms.screen.said


async def test_another_model_at_a_local_server() -> None:
    async with terms_of(Setup("x")) as terms:
        await terms.to("another model")
        await terms.press("enter", "y")
        assert "which model?" in terms.screen.said
        await terms.to("model: ")
        await terms.press("enter", *"llama", "enter")
        await terms.to("base url: ")
        await terms.press("enter", *"http://127.0.0.1:1/v1", "enter")
        assert "llama is asked about 2 times, at http://127.0.0.1:1/v1/chat/completions" in text_of(terms.app)
        assert "nothing leaves this machine" in text_of(terms.app)
        await terms.press("y")
        (options,) = terms.gave
        assert (options.live, options.model, options.base_url) == (True, "llama", "http://127.0.0.1:1/v1")


async def test_tools_are_bound_and_allowed_one_by_one() -> None:
    async with terms_of(Setup("x")) as terms:
        await terms.to("[ ] search")
        await terms.press("enter", *"python:a:b", "enter")
        assert "[✓] search" in text_of(terms.app)
        await terms.press("enter")
        assert "[ ] search" in text_of(terms.app)
        await terms.press("enter", "y")
        assert terms.gave[0].bindings == {"search": "python:a:b"}
        assert terms.gave[0].allow == frozenset({"search"})


async def test_leaving_and_lines_without_a_choice() -> None:
    async with terms_of(Setup("x")) as terms:
        await terms.to("Which tools")
        await terms.press("enter")
        assert "nothing to choose on this line" in terms.screen.said
        await terms.press("q")
        assert terms.gave == [None]


def test_what_the_command_line_gave_is_proposed() -> None:
    setup = Setup(
        "x",
        provider="python:p:q",
        tools={"search": "python:a:b", "other": "python:c:d"},
        allowed=frozenset({"search"}),
    )
    terms = first_terms(setup, PLAN)
    assert terms.way is Way.PRESET
    assert [(tool.name, tool.allowed, tool.calls) for tool in terms.tools] == [
        ("search", True, 1),
        ("other", False, 0),
    ]


def test_what_of_a_command_cannot_be_confined_is_told_where_it_is_allowed() -> None:
    settings = Settings(tools={"search": ToolSetting("allow", "command", command=("./find",))})
    (tool,) = first_terms(Setup("x", settings=settings), PLAN).tools
    assert tool.set_up.startswith("the command ./find; note: ")
    assert "it may read and change files of yours" in tool.set_up


async def test_a_model_on_this_machine_is_found_and_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    async def servers() -> tuple[LocalServer, ...]:
        return (LocalServer("Ollama", "http://127.0.0.1:1/v1", ("llama3", "qwen")),)

    monkeypatch.setattr("replaydbg.tui.screens.rerun.local_servers", servers)
    async with terms_of(Setup("x")) as terms:
        await terms.to("another model")
        await terms.press("space")
        await terms.to("look for model servers")
        await terms.press("space")
        await terms.press("j", "enter")
        assert (terms.screen.terms.model, terms.screen.terms.base_url) == ("qwen", "http://127.0.0.1:1/v1")
        assert "nothing leaves this machine" in text_of(terms.app)
        assert "free of charge" in text_of(terms.app)


async def test_no_model_server_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none() -> tuple[LocalServer, ...]:
        return ()

    monkeypatch.setattr("replaydbg.tui.screens.rerun.local_servers", none)
    async with terms_of(Setup("x")) as terms:
        await terms.to("another model")
        await terms.press("space")
        await terms.to("look for model servers")
        await terms.press("space")
        assert "no model server answers here" in terms.screen.said


async def test_a_browser_types_no_program_and_no_address() -> None:
    async with terms_of(Setup("x", in_browser=True)) as terms:
        await terms.to("another model")
        await terms.press("space")
        await terms.to("model: ")
        await terms.press("enter", *"python:os:getcwd", "enter")
        assert terms.screen.terms.model == ""
        assert terms.screen.said.startswith("what a browser types starts no program")
        await terms.press("enter", *"llama", "enter")
        assert terms.screen.terms.model == "llama"
        await terms.to("base url: ")
        await terms.press("space")
        assert "keys of this machine" in terms.screen.said
        await terms.to("[ ] search")
        await terms.press("space")
        assert "bind search in a settings file" in terms.screen.said
        assert terms.screen is terms.app.screen


async def test_tab_goes_from_choice_to_choice() -> None:
    async with terms_of(Setup("trace.json")) as terms:
        form = terms.screen.query_one(Document)

        def place() -> str:
            return form.block.place if form.block is not None else ""

        assert place() == "way:nobody"
        await terms.press("tab", "tab", "enter", "tab")
        assert terms.screen.terms.way is Way.OTHER
        assert place() == "model"
        await terms.press("shift+tab")
        assert place() == "way:other"
        await terms.press("G", "tab")
        assert place() == "way:nobody", "round the end to the beginning"


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(tmp_path: Path, size: Size) -> None:
    states = {}
    async with open_demo(tmp_path, size) as sitting:
        facts, setup = sitting.shown.facts, demo_setup(tmp_path)
        taught = edit(facts.trace, facts.trace.ids[1], "/messages/0/content", "be brief")
        await sitting.app.push_screen(RerunScreen(setup, facts.trace, plan(facts, [taught]), [taught], ""))
        states["the incident"] = await sitting.at_rest()
        await sitting.press("G")
        states["its end"] = await sitting.at_rest()
        await sitting.press("q")
        await sitting.app.push_screen(RerunScreen(Setup("x"), RUN, PLAN, [EDIT], "openai"))
        states["a provider without a key"] = await sitting.at_rest()
        await sitting.press("tab", "j", "enter")
        states["another model"] = await sitting.at_rest()
    states_same_as_golden(__file__, "rerun", size, states)
