"""Histories of browser-use: what the agent's model decided in each step, and what its actions brought.

The prompts (pages as the model saw them) are not written down, nor the task. Each action is a tool call; a step has one
model call and its actions in order, of which those that were not come to have no result. A result beyond the actions is one of no call.

Get one: `history.save_to_file("history.json")` on what `agent.run()` gave
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, ToolCall, ToolResponse, text_message
from replaydbg.core.step import Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose

FORMAT = "browser-use"
_THOUGHTS = ("thinking", "evaluation_previous_goal", "memory", "next_goal")


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    items = loose.sequence(first.get("history"))
    return 0.95 if items and {"model_output", "result", "state"} <= loose.mapping(items[0]).keys() else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        steps = loose.mapping(value).get("history")
        if not isinstance(steps, list):
            transcript.notice(place, "no history, left out")
            continue
        thread = transcript.run(document.stem).thread()
        for step in map(loose.mapping, steps):
            _step(thread, step)
        thread.end()
    yield transcript.whole("no step")


def _step(thread: Thread, step: dict[str, Json]) -> None:
    told, about = loose.mapping(step.get("model_output")), loose.mapping(step.get("metadata"))
    start, end = (_moments.nanoseconds(about.get(key)) for key in ("step_start_time", "step_end_time"))
    results = [loose.mapping(result) for result in loose.sequence(step.get("result"))]
    page = loose.mapping(step.get("state"))
    if page.get("url"):
        shown = f"{loose.text(page.get('title'))} {loose.text(page.get('url'))}".strip()
        thread.say(text_message(Role.USER, f"(the page) {shown}"), moment_ns=start)
    usage = Usage(loose.count(about.get("input_tokens")))
    calls = [_call(loose.mapping(action)) for action in loose.sequence(told.get("action"))]
    thread.leave_calls()
    if told:
        # The step's time is that of the model and of its actions; where one ends and the other begins nobody wrote down.
        facts = Facts(usage=usage, start_ns=start, end_ns=end if end >= start else -1)
        thread.reply(Message(Role.ASSISTANT, (*_thoughts(told), *calls)), facts=facts, origin=step)
    else:
        words = "\n".join(filter(None, (loose.text(result.get("error")) for result in results)))
        facts = Facts(usage=usage, start_ns=start, end_ns=end, error=words or "no output of the model")
        thread.reply(None, facts=facts, origin=step)
        results = [result for result in results if _said(result) not in (None, result.get("error"))]
    for call, result in zip_longest(calls, results):
        if result is None:
            break
        error = loose.text(result.get("error"))
        said = _said(result)
        if said is None and result.get("is_done") is not True:
            said = "done" if result else None
        response = ToolResponse("", said, call.name if call else "action", bool(error))
        thread.add(Message(Role.TOOL, (response,)), moment_ns=end, origin=result)


def _said(result: dict[str, Json]) -> Json:
    """What an action brought, of which some keep only what the agent was to remember of it."""
    return (
        loose.text(result.get("error")) or result.get("extracted_content") or result.get("long_term_memory")
    )


def _thoughts(told: dict[str, Json]) -> Iterator[Part]:
    state = {**loose.mapping(told.get("current_state")), **told}
    text = "\n".join(f"{key}: {state[key]}" for key in _THOUGHTS if loose.text(state.get(key)))
    if text:
        yield Reasoning(text)


def _call(action: dict[str, Json]) -> ToolCall:
    """An action is a mapping of its name to its parameters, beside names of other actions that are null."""
    found = ((name, value) for name, value in action.items() if value is not None)
    name, given = next(found, ("action", {}))
    return ToolCall("", name, given if isinstance(given, dict) else {"value": given})


READER = Reader(
    FORMAT,
    "browser-use histories",
    sniff,
    read,
    marks=("history", "model_output", "result", "state"),
    needs=(b'"model_output"',),
)
