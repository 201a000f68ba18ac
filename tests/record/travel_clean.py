"""`travel-clean.console.json`: a clean run. openai-agents over the Responses API, OpenInference, the console exporter."""

from __future__ import annotations

from pathlib import Path

from agents import Agent, ModelSettings, OpenAIResponsesModel, Runner, function_tool
from openai import AsyncOpenAI
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

from tests.record import otel
from tests.record.scripted_server import serving
from tests.record.wire_shapes import Asked, Call, Say

NAME = "travel-clean.console.json"
TASK = "I have to be in Lisbon on 14 May before noon and want to leave Madrid the evening before. Budget: 260 euros."


@function_tool
def search_trains(origin: str, destination: str, date: str) -> str:
    """List night and day trains between two cities on a date (ISO 8601)."""
    return (
        f"{origin} to {destination}, {date}: 1) 21:45 Lusitania sleeper, arrives 07:20 next day, 74.50 EUR; "
        "2) 07:10 via Badajoz, two changes, arrives 16:05, 58.20 EUR"
    )


@function_tool
def search_hotels(city: str, check_in: str, nights: int, price_max: float) -> str:
    """List hotels in a city with a free room, cheapest first; price_max is euros a night."""
    return f"{city}, {nights} night from {check_in}: Casa do Miradouro 96.00 EUR; Hotel Avenida 118.00 EUR (limit {price_max})"


@function_tool
def book_train(train: str, date: str, passengers: int) -> str:
    """Reserve seats on a train for 24 hours without payment."""
    return (
        f"Reserved: {train}, {date}, {passengers} passenger. Reference LUS-7731. Pay before 18:00 tomorrow."
    )


def script(asked: Asked) -> Say:
    """Search, choose, book, answer."""
    if asked.turns == 0:
        day = {"origin": "Madrid", "destination": "Lisbon", "date": "2026-05-13"}
        return Say(calls=(Call("search_trains", day),))
    if len(asked.results) == 1:
        room = {"city": "Lisbon", "check_in": "2026-05-14", "nights": 1, "price_max": 120.0}
        return Say(calls=(Call("search_hotels", room),))
    if len(asked.results) == 2:
        seat = {"train": "Lusitania sleeper 21:45", "date": "2026-05-13", "passengers": 1}
        return Say(calls=(Call("book_train", seat),))
    return Say(
        "You leave Madrid on 13 May at 21:45 with the Lusitania sleeper and arrive in Lisbon at 07:20, well before noon "
        "(74.50 EUR, reserved as LUS-7731; please pay before 18:00 tomorrow). For the night of the 14th, Casa do "
        "Miradouro has a room for 96.00 EUR. Together 170.50 EUR, which leaves 89.50 EUR of your budget."
    )


def record() -> Path:
    """Run the agent and write its spans."""
    tracers, memory = otel.provider("travel-desk")
    OpenAIAgentsInstrumentor().instrument(tracer_provider=tracers, exclusive_processor=True)
    with serving(script) as url:
        client = AsyncOpenAI(base_url=f"{url}/v1", api_key="not-a-key", max_retries=0)
        agent = Agent(
            name="Travel planner",
            instructions="You plan trips. Reserve transport, suggest a hotel, state the total and what is left of the budget.",
            model=OpenAIResponsesModel("scripted-travel", openai_client=client),
            model_settings=ModelSettings(temperature=0.2),
            tools=[search_trains, search_hotels, book_train],
        )
        Runner.run_sync(agent, TASK, max_turns=8)
    return otel.write_console(NAME, memory.get_finished_spans())
