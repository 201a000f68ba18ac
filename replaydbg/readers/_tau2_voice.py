"""Voice simulations of tau2-bench: both sides speak at once, in ticks of a fraction of a second.

What one side says in ticks on end is one turn; a turn ends where the other side speaks, or a tool is called.
"""

from __future__ import annotations

from replaydbg.core.message import Json
from replaydbg.wire import loose

_SIDES = (("assistant", "agent"), ("user", "user"))


def turns(ticks: Json) -> list[Json]:
    """The ticks as messages of a simulation by text; an empty list where they hold neither text nor tool calls."""
    told: list[Json] = []
    for each in loose.sequence(ticks):
        tick = loose.mapping(each)
        moment = tick.get("timestamp")
        for role, side in _SIDES:
            chunk = loose.mapping(tick.get(f"{side}_chunk"))
            said = loose.text(chunk.get("content"))
            if said and not chunk.get("is_audio"):
                _say(told, role, said, moment)
            calls = loose.sequence(tick.get(f"{side}_tool_calls"))
            if calls:
                told.append({"role": role, "tool_calls": calls, "timestamp": moment})
            told += (
                {"timestamp": moment, **loose.mapping(result), "role": "tool", "requestor": role}
                for result in loose.sequence(tick.get(f"{side}_tool_results"))
            )
    return told


def _say(told: list[Json], role: str, said: str, moment: Json) -> None:
    """On with the turn, or a new one."""
    last = told[-1] if told else {}
    if last.get("role") == role and "tool_calls" not in last:
        last["content"] += said
        last["timestamp"] = moment
    else:
        told.append({"role": role, "content": said, "timestamp": moment})
