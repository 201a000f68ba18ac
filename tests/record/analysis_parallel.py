"""`analysis-parallel.otlp.json.gz`: parallel tool calls. LangChain's agent, streaming, under OpenInference, gzip."""

from __future__ import annotations

import statistics
from pathlib import Path

from langchain.agents import create_agent
from langchain.tools import tool
from langchain_openai import ChatOpenAI
from openinference.instrumentation.langchain import LangChainInstrumentor

from tests.record import otel
from tests.record.scripted_server import serving
from tests.record.wire_shapes import Asked, Call, Say

NAME = "analysis-parallel.otlp.json.gz"
TASK = "How did bicycle rentals develop in the second quarter, by district, and which district should we look into?"

_RENTALS = {
    "harbour": [4120, 4388, 4671],
    "old town": [5230, 5105, 4987],
    "university": [6012, 6240, 4410],
    "east side": [2875, 3011, 3196],
}
_MONTHS = ("April", "May", "June")


@tool
def monthly_rentals(district: str, quarter: int) -> dict[str, int]:
    """Rentals of one district for each month of a quarter of this year."""
    if quarter != 2:
        raise ValueError("only the second quarter has been loaded")
    return dict(zip(_MONTHS, _RENTALS[district], strict=True))


@tool
def describe(values: list[float]) -> dict[str, float]:
    """Mean, standard deviation and last-to-first ratio of a series."""
    return {
        "mean": round(statistics.mean(values), 1),
        "deviation": round(statistics.stdev(values), 1),
        "ratio": round(values[-1] / values[0], 3),
    }


@tool
def events(district: str, month: str) -> list[str]:
    """Notable events in a district in a month."""
    known = {
        ("university", "June"): ["semester ended on 6 June", "two stations closed for tram works from 9 June"]
    }
    return known.get((district, month), [])


def script(asked: Asked) -> Say:
    """Four queries at once, four summaries at once, one more look, an answer."""
    if asked.turns == 0:
        queries = tuple(Call("monthly_rentals", {"district": name, "quarter": 2}) for name in _RENTALS)
        return Say("I will load all four districts.", queries)
    if asked.turns == 1:
        return Say(calls=tuple(Call("describe", {"values": values}) for values in _RENTALS.values()))
    if asked.turns == 2:
        look = (
            Call("events", {"district": "university", "month": "June"}),
            Call("events", {"district": "old town", "month": "June"}),
        )
        return Say("University and old town fell; I will check what happened there in June.", look)
    return Say(
        "Harbour (+13 %) and east side (+11 %) grew steadily from April to June, old town slipped by 5 %. University "
        "lost 27 %, all of it in June, when the semester ended and two stations closed for tram works. Look into "
        "university first: part of the loss is seasonal, but the closed stations can be replaced."
    )


def record() -> Path:
    """Run the agent and write its spans."""
    tracers, memory = otel.provider("rental-analyst")
    LangChainInstrumentor().instrument(tracer_provider=tracers)
    with serving(script) as url:
        model = ChatOpenAI(
            model="scripted-analysis",
            streaming=True,
            stream_usage=True,
            base_url=f"{url}/v1",
            api_key="not-a-key",
            max_retries=0,
        )
        prompt = "You analyse rental figures. Query what you need at once, and name numbers in your answer."
        agent = create_agent(model, [monthly_rentals, describe, events], system_prompt=prompt, name="analyst")
        agent.invoke({"messages": [{"role": "user", "content": TASK}]})
    return otel.write_object(NAME, memory.get_finished_spans())
