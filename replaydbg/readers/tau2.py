"""Results of tau2-bench: a file of simulations, or one simulation, a trace for each.

The agent and the simulated user speak in turn, and both call tools of their own. What the user says stands in the
agent's prompts; a turn of the user that calls tools is a step, in a conversation in which the roles are the other way
round. The last step says why the simulation ended, and its reward.

Get one: `tau2 run --domain retail ...` writes `data/simulations/<name>/results.json` (before 2026 `<name>.json`), of voice runs
`simulations/<id>.json` beside it
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _chat_facts, _containers, _moments
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._tau2_voice import turns
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import arguments, loose, openai_chat, tool_specs

_FAILED = frozenset(
    {"max_steps", "too_many_errors", "agent_error", "user_error", "infrastructure_error", "timeout"}
)
"""Ends that are no end of the conversation."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the file says once for all its simulations."""

    policy: str = ""
    tools: tuple[ToolSpec, ...] | None = None
    agent_model: str = ""
    user_model: str = ""
    tasks: tuple[Json, ...] = ()


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    if "agent_info" in loose.mapping(first.get("info")) and "timestamp" in first:
        return 0.95
    return 0.9 if {"task_id", "termination_reason"} <= first.keys() else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # the simulations stand behind the tasks, and a conversation is read at once
    transcript = Transcript(document, READER.name)
    known = False
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        setting = _setting(record)
        if "simulations" not in record and "agent_info" in loose.mapping(record.get("info")):
            known = True
            transcript.notice(place, "the simulations are in files of their own beside this one: open those")
        elif isinstance(record.get("simulations"), list):
            known = True
            for at, simulation in enumerate(record["simulations"]):
                _Simulation(transcript, loose.mapping(simulation), setting, f"{place}/simulations/{at}").add()
        elif "termination_reason" in record:
            known = True
            _Simulation(transcript, record, setting, place).add()
    if not known:
        raise NotThisFormat("no simulation")
    yield transcript.reading()


def _setting(record: dict[str, Json]) -> _Setting:
    info = loose.mapping(record.get("info"))
    environment = loose.mapping(info.get("environment_info"))
    offered = environment.get("tool_defs")
    return _Setting(
        policy=loose.text(environment.get("policy")),
        tools=tool_specs.read_tools(offered) if offered is not None else None,
        agent_model=loose.text(loose.mapping(info.get("agent_info")).get("llm")),
        user_model=loose.text(loose.mapping(info.get("user_info")).get("llm")),
        tasks=tuple(loose.sequence(record.get("tasks"))),
    )


class _Simulation:
    """One simulation's way to a trace."""

    def __init__(
        self, transcript: Transcript, record: dict[str, Json], setting: _Setting, place: str
    ) -> None:
        self.record = record
        self.setting = setting
        self.place = place
        self.run: Run = transcript.run(_id(record))
        start = _moments.nanoseconds(record.get("start_time"))
        self.agent: Thread = self.run.thread(agent="agent", first_ns=start)
        self.user: Thread = self.run.thread(agent="user", first_ns=start, shared=True)

    def add(self) -> None:
        if self.setting.policy:
            self.agent.say(Message(Role.SYSTEM, (Text(self.setting.policy),)))
            self._notice("the system prompt was not recorded: the policy of the domain stands in its place")
        messages = loose.sequence(self.record.get("messages")) or turns(self.record.get("ticks"))
        if not messages:
            self._notice("a recording in which nothing is said: audio without a transcript, and no tool call")
        for number, item in enumerate(messages):
            for one in loose.sequence(loose.mapping(item).get("tool_messages")) or [item]:
                self._add(loose.mapping(one), number)
        self._end()

    def _notice(self, message: str) -> None:
        """Once a file: it is true of all its simulations."""
        told = self.run.transcript.notices
        if all(notice.message != message for notice in told):
            self.run.transcript.notice(self.place, message)

    def _add(self, item: dict[str, Json], number: int) -> None:
        role, moment = item.get("role"), _moments.nanoseconds(item.get("timestamp"))
        message = _message(item)
        if role == "tool":  # neither side is shown the tools of the other
            thread = self.user if item.get("requestor") == "user" else self.agent
            thread.add(message, moment_ns=moment)
        elif role == "assistant":
            if number == 0 and _is_canned(item):
                self.agent.say(message, moment_ns=moment)
            else:
                self._reply(self.agent, item, message, self.setting.agent_model, moment)
            self._hear(self.user, message, moment)
        elif role == "user":
            if message.tool_calls:
                self._reply(self.user, item, message, self.setting.user_model, moment)
            else:
                self.user.say(replace(message, role=Role.ASSISTANT), moment_ns=moment)
            self._hear(self.agent, message, moment)
            if message.tool_calls:
                self.agent.heard()  # a step of the user's
        else:
            self.agent.say(message, moment_ns=moment)

    def _hear(self, thread: Thread, message: Message, moment: int) -> None:
        """What the other side says; its tool calls are not heard."""
        said = tuple(part for part in message.parts if isinstance(part, Text))
        if said:
            thread.say(Message(Role.USER, said), moment_ns=moment)

    def _reply(
        self, thread: Thread, item: dict[str, Json], message: Message, model: str, moment: int
    ) -> None:
        told = _chat_facts.of_message(item)
        took = item.get("generation_time_seconds")
        start = moment - round(took * 1e9) if isinstance(took, (int, float)) and 0 <= took < 1e6 else -1
        facts = Facts(
            model=model,
            response_model=loose.text(loose.mapping(item.get("raw_data")).get("model")),
            tools=self.setting.tools if thread is self.agent else None,
            usage=told.usage,
            cost_usd=told.cost_usd,
            start_ns=start if moment >= 0 else -1,
        )
        thread.reply(replace(message, role=Role.ASSISTANT), facts=facts, moment_ns=moment, origin=item)

    def _end(self) -> None:
        self.agent.end()
        reason = loose.text(self.record.get("termination_reason"))
        judged = loose.mapping(self.record.get("reward_info"))
        reward = f", reward {judged['reward']}" if "reward" in judged else ""
        task_id = self.record.get("task_id")
        task = next((task for task in self.setting.tasks if loose.mapping(task).get("id") == task_id), None)
        self.run.step(
            Kind.OPAQUE,
            f"{reason or 'end'}{reward}",
            PlainBody(
                input=task,
                output_value=judged or None,
                error=f"ended by {reason}" if reason in _FAILED else "",
            ),
            status=Status.ERROR if reason in _FAILED else Status.UNSET,
            start_ns=_moments.nanoseconds(self.record.get("end_time")),
        )


def _id(record: dict[str, Json]) -> str:
    return f"task_{record.get('task_id')}_trial_{record.get('trial') or 0}"


def _is_canned(item: dict[str, Json]) -> bool:
    """The greeting that no model wrote."""
    return not item.get("tool_calls") and not item.get("usage") and not item.get("raw_data")


def _message(item: dict[str, Json]) -> Message:
    if item.get("role") == "tool":
        content = item.get("content")
        response = ToolResponse(
            loose.text(item.get("id")), "" if content is None else content, is_error=item.get("error") is True
        )
        return Message(Role.TOOL, (response,))
    role = {"assistant": Role.ASSISTANT, "user": Role.USER, "system": Role.SYSTEM}.get(
        loose.text(item.get("role")), Role.UNKNOWN
    )
    answer = _answer(item)
    parts: list[Part] = _thoughts(item, answer)
    if loose.text(item.get("content")):
        parts.append(Text(item["content"]))
    raw = {call.id: call.raw for call in answer.tool_calls if call.id and call.raw is not None}
    for each in loose.sequence(item.get("tool_calls")):
        call = loose.mapping(each)
        id_, name = loose.text(call.get("id")), loose.text(call.get("name"))
        parts.append(arguments.call_from_any(id_, name, raw.get(id_, call.get("arguments"))))
    recorded = loose.mapping(item.get("raw_data"))
    reason = loose.text(recorded.get("finish_reason")) or loose.text(recorded.get("stop_reason"))
    return Message(role, tuple(parts), finish_reason=reason)


_NO_ANSWER = Message(Role.ASSISTANT)


def _answer(item: dict[str, Json]) -> Message:
    """What the provider sent, where it was kept in OpenAI's shape: arguments to the byte, and reasoning."""
    message = loose.mapping(item.get("raw_data")).get("message")
    if not isinstance(message, dict):
        return _NO_ANSWER
    return openai_chat.read_messages([{**message, "role": "assistant"}])[0]


def _thoughts(item: dict[str, Json], answer: Message) -> list[Part]:
    """Reasoning stands in the answer, or beside it in Anthropic's shape."""
    found: list[Part] = [part for part in answer.parts if isinstance(part, Reasoning)]
    for value in loose.sequence(loose.mapping(item.get("raw_data")).get("thinking_blocks")):
        block = loose.mapping(value)
        if isinstance(block.get("thinking"), str):
            found.append(Reasoning(block["thinking"], loose.text(block.get("signature"))))
    return found


READER = Reader(
    "tau2",
    "tau2-bench results and single simulations, one trace a simulation",
    sniff,
    read,
    marks=("simulations", "tasks", "info"),
    needs=(b'"agent_info"', b'"termination_reason"'),
)
