"""Run states of OpenAI's Agents SDK: what `to_state()` keeps of a run that stopped, to go on later.

What the run began with, the model's responses with their tokens, and the items that came of them. A response is a model
call, an output of a tool its execution; a call that waits for somebody's approval has none yet, and a notice says so.

Get one: `Path("state.json").write_text(result.to_state().to_string())`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Role
from replaydbg.core.step import Kind, PlainBody
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose, openai_responses, tool_specs

FORMAT = "openai-run-state"
_MARK = "$schemaVersion"
_STATE = frozenset({"original_input", "generated_items", "model_responses"})
_VERSION = "1."
_ANSWERS = frozenset({"tool_call_output_item", "handoff_output_item", "mcp_call_output_item"})
"""Items that are no words of the model."""
_NOT_SAID = frozenset({"tool_approval_item", "mcp_approval_request_item", "mcp_approval_response_item"})
"""Items that repeat a call which waits for somebody."""
_SAID = frozenset(
    {
        "compaction_item", "handoff_call_item", "mcp_list_tools_item", "message_output_item", "reasoning_item",
        "tool_call_item", "tool_search_call_item", "tool_search_output_item",
    }
)  # fmt: skip
"""Items that stand in a response of the model, too."""


def _sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    return 0.95 if _MARK in first and _STATE & first.keys() else 0.0


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    """One trace a state. There is only the complete reading: a state is small."""
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        state = loose.mapping(value)
        if _MARK in state and _STATE & state.keys():
            _read_state(transcript, state, place)
        else:
            transcript.notice(place or "/", "no state of a run, left out")
    if not transcript.runs:
        raise NotThisFormat("there is no state of a run in the document")
    yield transcript.reading()


def _read_state(transcript: Transcript, state: dict[str, Json], place: str) -> None:
    version = loose.text(state.get(_MARK))
    if not version.startswith(_VERSION):
        said = f"the state is of version {version or state.get(_MARK)}, which is newer than what is known"
        transcript.notice(f"{place}/{_MARK}", said)
    named = loose.text(loose.mapping(state.get("trace")).get("id"))
    stem = transcript.stem
    run = transcript.run(named or (f"{stem}-{len(transcript.runs) + 1}" if transcript.runs else stem))
    thread = run.thread(agent=_agent_name(state.get("current_agent")))
    for message in openai_responses.read_messages(state.get("original_input")):
        thread.say(message)
    for turn in _turns(state):
        turn.add_to(thread)
    if state.get("model_responses"):
        _tell_unknown(transcript, state, place)
    if not len(run.columns):
        run.step(Kind.OPAQUE, "input", PlainBody(input=state.get("original_input"), raw=state))
        transcript.notice(place or "/", "the model had not been asked yet when the state was kept")
    for item in _interruptions(state):
        name = loose.text(item.get("tool_name")) or loose.text(
            loose.mapping(item.get("raw_item")).get("name")
        )
        transcript.notice(
            f"{place}/current_step", f"the run waits for somebody to approve the call to {name or 'a tool'}"
        )


def _tell_unknown(transcript: Transcript, state: dict[str, Json], place: str) -> None:
    """Of items beside recorded responses only those are told that answer them."""
    for at, item in enumerate(loose.sequence(state.get("generated_items"))):
        kind = loose.text(loose.mapping(item).get("type"))
        if kind not in _SAID | _ANSWERS | _NOT_SAID:
            transcript.place = f"{place}/generated_items/{at}"
            transcript.unknown(kind or "none")


def _agent_name(value: Json) -> str:
    return loose.text(loose.mapping(value).get("name"))


def _interruptions(state: dict[str, Json]) -> list[dict[str, Json]]:
    step = loose.mapping(loose.mapping(state.get("current_step")).get("data"))
    return [loose.mapping(item) for item in loose.sequence(step.get("interruptions"))]


# ---- turns ------------------------------------------------------------------------------------------------------


class _Turn:
    """What the model said at once, and the items that answered it."""

    def __init__(self, said: list[Json], facts: Facts) -> None:
        self.said = said
        self.facts = facts
        self.answers: list[dict[str, Json]] = []

    @property
    def call_ids(self) -> set[str]:
        found = (loose.text(loose.mapping(item).get("call_id")) for item in self.said)
        return {id_ for id_ in found if id_}

    def add_to(self, thread: Thread) -> None:
        if self.said:
            parts = openai_responses.read_reply({"output": self.said}).message.parts
            thread.reply(Message(Role.ASSISTANT, parts), facts=self.facts, origin=self.said)
        for item in self.answers:
            for message in openai_responses.read_messages([item.get("raw_item")]):
                place = thread.say(message)
                for part, response in enumerate(message.tool_responses):
                    thread.result(place, part, response=response, agent=self.facts.agent, origin=item)
            target = _agent_name(item.get("target_agent"))
            if target:
                agent = _agent_name(item.get("source_agent"))
                thread.run.step(Kind.HANDOFF, f"handoff to {target}", PlainBody(raw=item), agent=agent)


def _turns(state: dict[str, Json]) -> list[_Turn]:
    """The responses as they were recorded; where there are none, what the items tell of them."""
    items = [loose.mapping(item) for item in loose.sequence(state.get("generated_items"))]
    responses = [loose.mapping(item) for item in loose.sequence(state.get("model_responses"))]
    turns = list(_recorded(responses, items, state)) if responses else _grouped(items)
    for item in items:
        if loose.text(item.get("type")) not in _ANSWERS:
            continue
        id_ = loose.text(loose.mapping(item.get("raw_item")).get("call_id"))
        asked = next((turn for turn in reversed(turns) if id_ in turn.call_ids), turns[-1] if turns else None)
        if asked is None:
            asked = _Turn([], Facts())
            turns.append(asked)
        asked.answers.append(item)
    return turns


def _recorded(
    responses: list[dict[str, Json]], items: list[dict[str, Json]], state: dict[str, Json]
) -> Iterator[_Turn]:
    agents = {
        loose.text(loose.mapping(item.get("raw_item")).get("id")): _agent_name(item.get("agent"))
        for item in items
    }
    agents.pop("", None)
    for place, response in enumerate(responses):
        said = loose.sequence(response.get("output"))
        ids = [loose.text(loose.mapping(item).get("id")) for item in said]
        agent = next((agents[id_] for id_ in ids if id_ in agents), "")
        usage = openai_responses.read_usage(_flat(response.get("usage")))
        tools = _tools(state) if place == len(responses) - 1 else None
        yield _Turn(said, Facts(agent=agent, usage=usage, tools=tools))


def _flat(usage: Json) -> Json:
    """The SDK writes the details of the tokens as a list of one."""
    return {
        key: value[0] if isinstance(value, list) and len(value) == 1 else value
        for key, value in loose.mapping(usage).items()
    }


def _tools(state: dict[str, Json]) -> tuple[ToolSpec, ...] | None:
    """Of the tools that the last response called, what the state knows. It does not say what else was offered."""
    called = loose.sequence(loose.mapping(state.get("last_processed_response")).get("functions"))
    found = [loose.mapping(loose.mapping(item).get("tool")) for item in called]
    offers = [
        {**tool, "parameters": tool["paramsJsonSchema"]} for tool in found if "paramsJsonSchema" in tool
    ]
    return tool_specs.read_tools(offers) or None


def _grouped(items: list[dict[str, Json]]) -> list[_Turn]:
    """What the model said between the answers to it, as one turn each."""
    turns: list[_Turn] = []
    is_open = False
    for item in items:
        kind = loose.text(item.get("type"))
        if kind in _NOT_SAID:
            continue
        if kind in _ANSWERS:
            is_open = False
            continue
        agent = _agent_name(item.get("agent"))
        if not is_open or turns[-1].facts.agent != agent:
            turns.append(_Turn([], Facts(agent=agent)))
            is_open = True
        turns[-1].said.append(item.get("raw_item"))
    return turns


READER = Reader(
    FORMAT,
    "run states of the OpenAI Agents SDK",
    _sniff,
    _read,
    marks=("$schemaVersion", "model_responses", "generated_items"),
    needs=(b'"$schemaVersion"',),
)
