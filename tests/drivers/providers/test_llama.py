"""A re-run against a real model server, tool calls included: llama.cpp with random weights. `pytest -m llama`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from replaydbg import schema
from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.core.branch import Branch, ModelUse, Provenance
from replaydbg.core.step import Kind
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.drivers.run import Update
from replaydbg.graph.facts import Facts
from tests.support.build import (
    assistant,
    call,
    model_call,
    parameters,
    response,
    tool,
    tool_execution,
    trace,
    user,
)
from tests.support.drive import edit
from tests.support.llama import NAME, llama_server

pytestmark = pytest.mark.llama

WEATHER = tool(
    "weather", parameters(["city", "days"], city={"enum": ["Oslo", "Rome"]}, days={"enum": [1, 2, 3]})
)
FORCED = {"type": "function", "function": {"name": "weather"}}
TOLD: list[tuple[str, int]] = []


def weather(city: str, days: int) -> str:
    TOLD.append((city, days))
    return f"rain in {city} for {days} days"


def recording(**params: object) -> Trace:
    asked = call("weather", {"city": "Rome", "days": 9}, "c1")
    first = [user("How is the weather?")]
    options = {"temperature": 0, "max_tokens": 60, **params}
    return trace(
        model_call("m1", first, assistant("", asked), model=NAME, tools=[WEATHER], params=options),
        tool_execution("t1", asked, "no such number of days"),
        model_call(
            "m2",
            [*first, assistant("", asked), response("c1", "no such number of days")],
            "I do not know.",
            model=NAME,
            tools=[WEATHER],
            params=options,
        ),
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with llama_server(tmp_path_factory.mktemp("llama")) as url:
        yield url


async def rerun_on(of: Trace, url: str, heard: list[Update] | None = None, calls_max: int = 1) -> Branch:
    options = RerunOptions(
        live=True,
        provider="openai",
        base_url=url,
        bindings={"weather": "python:tests.drivers.providers.test_llama:weather"},
        allow=frozenset({"weather"}),
        environ={"OPENAI_API_KEY": "none"},
        calls_max=calls_max,
    )
    edits = [edit(of, "m1", "/messages/0/content", "How is the weather in Oslo?")]
    return await rerun(Facts(of), edits, options, heard.append if heard is not None else None)


async def test_a_model_that_must_call_a_tool_calls_it_and_the_tool_runs(server: str) -> None:
    """The server keeps to the grammar of the schema, so even random weights ask for something that fits, and again."""
    TOLD.clear()
    branch = await rerun_on(recording(tool_choice=FORCED), server, calls_max=2)

    live = [row for row, step in enumerate(branch.steps) if step.provenance is not Provenance.RECORDED]
    called = [row for row in live if branch.trace.kind(row) is Kind.MODEL_CALL]
    ran = [row for row in live if branch.trace.kind(row) is Kind.TOOL_EXECUTION]
    output = branch.trace.body(called[0]).output
    assert output is not None
    (asked,) = output.tool_calls
    assert isinstance(WEATHER, ToolSpec)
    assert schema.violations(WEATHER.schema or {}, asked.arguments) == ()
    assert branch.trace.body(ran[0]).result == f"rain in {TOLD[0][0]} for {TOLD[0][1]} days"
    assert len(TOLD) == 2, "it was told the first result"
    assert branch.stopped is not None
    assert branch.stopped.kind == "calls"
    assert branch.models == (ModelUse(NAME, NAME, NAME, 2),)


async def test_text_streams_in_and_is_the_same_twice_at_no_temperature(server: str) -> None:
    heard: list[Update] = []
    first = await rerun_on(recording(tool_choice="none"), server, heard)
    second = await rerun_on(recording(tool_choice="none"), server)

    said = [branch.trace.body(0).output for branch in (first, second)]
    assert said[0] is not None
    assert said[0].text
    assert said[0] == said[1]
    assert "".join(update.text for update in heard) == said[0].text
    assert first.stopped is None
