"""`reorder-langchain.events.jsonl`: what LangChain's agent tells while it runs, `astream_events`, an event a line.

Its shop sells tea. One order breaks the schema of its tool, which says so; the agent mends it. Ids are made anew in the order in
which they appear, so that a new recording differs from the old one in the pieces of the stream at most.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from pathlib import Path

from langchain.agents import create_agent
from langchain.tools import tool
from langchain_core.load import dumps
from langchain_openai import ChatOpenAI

from tests.record import otel
from tests.record.scripted_server import serving
from tests.record.wire_shapes import Asked, Call, Say

NAME = "reorder-langchain.events.jsonl"
TASK = "Which teas are below ten boxes? Please order two dozen boxes of each of those."
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_STOCK = {"assam": 31, "lapsang": 4, "sencha": 18}


@tool
def stock_level(tea: str) -> int:
    """Boxes of a tea in the warehouse."""
    return _STOCK[tea]


@tool
def place_order(tea: str, boxes: int) -> str:
    """Order boxes of a tea."""
    return f"ordered {boxes} boxes of {tea}, delivery on 9 June"


def script(asked: Asked) -> Say:
    """Three looks at once, an order with a number in words, the same order with a number, an answer."""
    if asked.turns == 0:
        return Say("I will look at all three.", tuple(Call("stock_level", {"tea": tea}) for tea in _STOCK))
    if asked.turns == 1:
        return Say(calls=(Call("place_order", {"tea": "lapsang", "boxes": "two dozen"}),))
    if asked.turns == 2:
        return Say(calls=(Call("place_order", {"tea": "lapsang", "boxes": 24}),))
    return Say("Only lapsang was below ten, at four boxes. I have ordered 24 boxes; they come on 9 June.")


async def _told() -> list[str]:
    with serving(script) as url:
        model = ChatOpenAI(
            model="scripted-reorder",
            streaming=True,
            stream_usage=True,
            base_url=f"{url}/v1",
            api_key="not-a-key",
            max_retries=0,
        )
        prompt = "You keep the stock of a tea shop. Order only what was asked for."
        agent = create_agent(model, [stock_level, place_order], system_prompt=prompt, name="stock keeper")
        asked = {"messages": [{"role": "user", "content": TASK}]}
        return [dumps(event, ensure_ascii=False) async for event in agent.astream_events(asked, version="v2")]


def record() -> Path:
    ids: dict[str, str] = {}

    def made_anew(found: re.Match[str]) -> str:
        return ids.setdefault(found[0], str(uuid.uuid5(uuid.NAMESPACE_URL, f"{NAME}/{len(ids)}")))

    path = otel.TRACES / NAME
    path.write_text("".join(_ID.sub(made_anew, line) + "\n" for line in asyncio.run(_told())), "utf-8")
    return path
