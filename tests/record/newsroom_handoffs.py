"""`newsroom-handoffs.otlp.jsonl`: three agents that hand the work on, and a fourth that is a tool of one of them.

openai-agents over the Responses API, OpenInference, lines as the collector's file exporter writes them.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from agents import Agent, OpenAIResponsesModel, Runner, function_tool
from openai import AsyncOpenAI
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

from tests.record import otel
from tests.record.scripted_server import serving
from tests.record.wire_shapes import Asked, Call, Say

NAME = "newsroom-handoffs.otlp.jsonl"
SPANS_PER_LINE = 8
TASK = "A reader says the new bridge in Halden closed again after two days. Please find out and write three sentences."


@function_tool
def search_archive(query: str, days: int) -> str:
    """Search our own articles of the last days."""
    return (
        f"2 articles for '{query}' in {days} days: [A1] 'Halden bridge opens' (3 June); "
        "[A2] 'Bridge closed to lorries after sensor alarm' (5 June)"
    )


@function_tool
def read_article(article: str) -> str:
    """Read one article of the archive by its mark."""
    texts = {
        "A1": "The bridge over the Tista opened on 3 June after four years of work. Cost: 41 million euros.",
        "A2": "On 5 June the road authority closed the bridge to lorries above 12 tonnes after a sensor alarm. Cars may pass.",
    }
    return texts.get(article, "no such article")


@function_tool
def official_statement(authority: str) -> str:
    """The latest statement of an authority."""
    return (
        f"{authority}, 6 June: The bridge stays open to cars. An inspection of bearing 4 will end on 12 June."
    )


def script(asked: Asked) -> Say:
    """Each agent is known by its instructions."""
    if asked.system.startswith("You run the desk"):
        return Say(calls=(Call("transfer_to_researcher", {}),))
    if asked.system.startswith("You check"):
        return _checker(asked)
    return _researcher(asked) if asked.system.startswith("You research") else _writer()


def _researcher(asked: Asked) -> Say:
    own = sum("articles for" in one or "tonnes" in one or "million" in one for one in asked.results)
    if own == 0:
        return Say(calls=(Call("search_archive", {"query": "Halden bridge", "days": 14}),))
    if own == 1:
        return Say(calls=(Call("read_article", {"article": "A1"}), Call("read_article", {"article": "A2"})))
    if not any(one.startswith("Confirmed") for one in asked.results):
        claim = "The bridge in Halden is closed to lorries above 12 tonnes since 5 June and open to cars."
        return Say(calls=(Call("check_fact", {"input": claim}),))
    return Say(
        "Facts: opened 3 June; closed to lorries above 12 tonnes since 5 June after a sensor alarm; open to cars.",
        (Call("transfer_to_writer", {}),),
    )


def _checker(asked: Asked) -> Say:
    if not asked.results:
        return Say(calls=(Call("official_statement", {"authority": "Road authority"}),))
    return Say("Confirmed by the road authority on 6 June. The inspection of bearing 4 ends on 12 June.")


def _writer() -> Say:
    return Say(
        "The new bridge in Halden has not closed: cars may still pass. Since 5 June lorries above 12 tonnes must take the "
        "old road, because a sensor raised an alarm two days after the opening. The road authority inspects the bearing "
        "until 12 June."
    )


async def _run(url: str) -> None:
    model = OpenAIResponsesModel(
        "scripted-newsroom",
        openai_client=AsyncOpenAI(base_url=f"{url}/v1", api_key="not-a-key", max_retries=0),
    )
    checker = Agent(
        name="fact checker",
        instructions="You check one claim against an official statement.",
        model=model,
        tools=[official_statement],
    )
    writer = Agent(name="writer", instructions="You write short news from the facts given.", model=model)
    researcher = Agent(
        name="researcher",
        instructions="You research a question in the archive, have the main claim checked, then hand over to the writer.",
        model=model,
        tools=[
            search_archive,
            read_article,
            checker.as_tool("check_fact", "Have one claim checked by the fact checker."),
        ],
        handoffs=[writer],
    )
    desk = Agent(
        name="desk",
        instructions="You run the desk: hand each request to the right colleague.",
        model=model,
        handoffs=[researcher, writer],
    )
    await Runner.run(desk, TASK, max_turns=12)


def record() -> Path:
    """Run the agents and write their spans."""
    tracers, memory = otel.provider("newsroom")
    OpenAIAgentsInstrumentor().instrument(tracer_provider=tracers, exclusive_processor=True)
    with serving(script) as url:
        asyncio.run(_run(url))
    return otel.write_lines(NAME, memory.get_finished_spans(), SPANS_PER_LINE)
