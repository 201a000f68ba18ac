"""Events of the AG-UI protocol, which agents stream to a page: LangGraph, CrewAI, Mastra, pydantic-ai, the ADK and others speak it.

A reply is what came of text, thoughts and calls until a result, another reply or the end of the run. What was asked stands in the
input of `RUN_STARTED`, in snapshots of the messages, or nowhere. Tokens are told of a run: they are those of its one model call,
or of the step `run` around several. Events of state, of activities and of steps are only for the page.

Shapes: https://docs.ag-ui.com/concepts/events, and the models of `ag-ui-protocol` 1.0.

Get one: `curl -N -X POST ADDRESS_OF_THE_AGENT -H "Content-Type: application/json" -d @input.json > run.txt`, or save the answer in the
browser's tools for developers
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED
from replaydbg.core.message import Json, Message, Reasoning, Role, Text, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import arguments, genai, loose, openai_chat, tool_specs

FORMAT = "ag-ui"
_OF_RUNS = frozenset({"RUN_STARTED", "RUN_FINISHED", "RUN_ERROR"})
_OF_AGENTS = frozenset({"SUBAGENT_STARTED", "SUBAGENT_FINISHED", "SUBAGENT_ERROR"})
_OF_TEXTS = frozenset(
    f"{kind}_MESSAGE_{which}"
    for kind in ("TEXT", "REASONING", "THINKING_TEXT")
    for which in ("START", "CONTENT", "END", "CHUNK")
)
_OF_CALLS = frozenset(f"TOOL_CALL_{which}" for which in ("START", "ARGS", "END", "CHUNK", "RESULT"))
_SILENT = frozenset(
    {
        "ACTIVITY_DELTA", "ACTIVITY_SNAPSHOT", "CUSTOM", "RAW", "REASONING_ENCRYPTED_VALUE", "REASONING_END",
        "REASONING_START", "STATE_DELTA", "STATE_SNAPSHOT", "STEP_FINISHED", "STEP_STARTED", "THINKING_END",
        "THINKING_START",
    }
)  # fmt: skip
_KINDS = _OF_RUNS | _OF_AGENTS | _OF_TEXTS | _OF_CALLS | _SILENT | {"MESSAGES_SNAPSHOT"}
_COUNTS = (
    ("inputTokens", "promptTokens"),
    ("outputTokens", "completionTokens"),
    ("cachedInputTokens",),
    ("reasoningTokens",),
)
_MODEL_CALL = KIND_NUMBER[Kind.MODEL_CALL]
_SPOKEN = frozenset({"user", "system", "developer", "assistant", "tool"})


def sniff(document: Document) -> float:
    return 0.95 if _kind(loose.mapping(_containers.first_record(document.head))) in _KINDS else 0.0


def _kind(event: dict[str, Json]) -> str:
    return loose.text(event.get("type"))


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    events = list(transcript.events(document))
    run = _Run(transcript.run(document.stem), {_message_id(event) for _, event in events})
    for kind, event in events:
        run.hear(kind, event)
    run.end()
    yield transcript.whole("no message")


def _message_id(event: dict[str, Json]) -> str:
    return loose.text(event.get("messageId")) or loose.text(event.get("parentMessageId"))


@dataclass(slots=True)
class _Reply:
    """What an agent has said since it was last answered; a message of somebody else has a role."""

    id: str = ""
    role: Role = Role.ASSISTANT
    said: list[Text | Reasoning] = field(default_factory=list)
    calls: dict[str, list[str]] = field(default_factory=dict)
    """Names and arguments by id, in the order in which they were begun."""
    moment: int = NOT_RECORDED
    """When its latest piece came."""

    @property
    def message(self) -> Message:
        calls = (arguments.call_from_raw(id_, name, raw) for id_, (name, raw) in self.calls.items())
        return Message(self.role, (*self.said, *calls))

    @property
    def is_more_than_thought(self) -> bool:
        return bool(self.calls) or any(isinstance(part, Text) for part in self.said)

    def add(self, delta: str, *, is_thought: bool) -> None:
        kind = Reasoning if is_thought else Text
        last = self.said[-1] if self.said else None
        if isinstance(last, kind):
            self.said[-1] = kind(last.text + delta)
        else:
            self.said.append(kind(delta))


class _Spent(NamedTuple):
    """What a run took of the model, where it names one alone."""

    usage: Usage
    model: str


class _Agent:
    """One conversation, and what is being said in it."""

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.reply: _Reply | None = None
        self.tools: tuple[ToolSpec, ...] | None = None
        self.moment = NOT_RECORDED

    def begin(self, role: Role = Role.ASSISTANT, id_: str = "") -> _Reply:
        """The reply that goes on, or a new one: thoughts and calls have ids of their own, and belong to the words beside."""
        now = self.reply
        is_another = now is not None and (role is not now.role or (bool(id_ and now.id) and id_ != now.id))
        if now is None or is_another:
            self.finish()
            now = self.reply = _Reply(role=role)
        now.id = now.id or id_
        now.moment = max(now.moment, self.moment)
        return now

    def finish(self, spent: _Spent | None = None) -> None:
        """What is being said is said; `spent` are its tokens, where they are known to be its own."""
        said, self.reply = self.reply, None
        if said is None or not said.message.parts:
            return
        if said.role is Role.ASSISTANT:
            facts = (
                Facts(tools=self.tools, model=spent.model, usage=spent.usage)
                if spent
                else Facts(tools=self.tools)
            )
            self.thread.reply(said.message, facts=facts, moment_ns=said.moment)
        else:
            self.thread.add(said.message, moment_ns=said.moment)


class _Run:
    def __init__(self, run: Run, streamed: set[str]) -> None:
        self._run = run
        self._streamed = streamed
        """Ids of messages that come as events."""
        self._told: set[str] = set()
        self._agents = {"": _Agent(run.thread())}
        self._steps: dict[str, str] = {}
        self._is_open = self._is_asked = False
        self._first = 0
        """The first row of the run that goes on, and when it began."""
        self._began = NOT_RECORDED

    def hear(self, kind: str, event: dict[str, Json]) -> None:
        agent = self._agents.get(loose.text(event.get("subagentRunId"))) or self._agents[""]
        agent.moment = _moments.nanoseconds(event.get("timestamp"))
        if kind in _OF_TEXTS:
            self._text(agent, kind, event)
        elif kind in _OF_CALLS:
            self._call(agent, kind, event)
        elif kind in _OF_RUNS:
            self._run_changes(agent, kind, event)
        elif kind in _OF_AGENTS:
            self._agent_changes(agent, kind, event)
        elif kind == "MESSAGES_SNAPSHOT":
            self._messages(agent, event.get("messages"))
        elif kind not in _SILENT:
            self._run.transcript.unknown(kind)

    def _text(self, agent: _Agent, kind: str, event: dict[str, Json]) -> None:
        id_, is_thought = loose.text(event.get("messageId")), not kind.startswith("TEXT")
        begins = kind.endswith(("START", "CHUNK"))
        now = agent.reply
        if is_thought:
            if kind.endswith("START") and now is not None and now.is_more_than_thought:
                agent.finish()  # thoughts come before words
            reply = agent.begin()
        elif begins and id_:
            role = genai.role(event["role"]) if event.get("role") else Role.ASSISTANT
            goes_on = now is not None and now.id == id_ and not event.get("role")
            reply = now if now is not None and goes_on else agent.begin(role, id_)
            self._is_asked |= role is not Role.ASSISTANT
        else:
            reply = now or agent.begin(id_=id_)
        self._told.add(id_)
        reply.moment = max(reply.moment, agent.moment)
        delta = loose.text(event.get("delta"))
        if delta:
            reply.add(delta, is_thought=is_thought)

    def _call(self, agent: _Agent, kind: str, event: dict[str, Json]) -> None:
        id_ = loose.text(event.get("toolCallId"))
        self._told.add(_message_id(event))
        if kind == "TOOL_CALL_RESULT":
            agent.finish()
            answer = Message(Role.TOOL, (ToolResponse(id_, event.get("content")),))
            agent.thread.add(answer, moment_ns=agent.moment)
            return
        reply = agent.begin(id_=loose.text(event.get("parentMessageId")))
        if not id_ and reply.calls:  # a chunk that goes on
            id_ = next(reversed(reply.calls))
        call = reply.calls.setdefault(id_, ["", ""])
        call[0] = loose.text(event.get("toolCallName")) or call[0]
        call[1] += loose.text(event.get("delta"))

    def _run_changes(self, agent: _Agent, kind: str, event: dict[str, Json]) -> None:
        self._settle(agent, event)
        self._is_open = kind == "RUN_STARTED"
        if kind == "RUN_STARTED":
            self._first, self._began = len(self._run.columns), agent.moment
            given = loose.mapping(event.get("input"))
            if isinstance(given.get("tools"), list):
                agent.tools = tool_specs.read_tools(given["tools"])
            self._messages(agent, given.get("messages"))
            agent.thread.last_ns = max(agent.thread.last_ns, agent.moment)  # from here the agent is thinking
        elif kind == "RUN_ERROR":
            self._beside(agent, "run error", event, loose.text(event.get("message")) or "error")
        elif loose.mapping(event.get("outcome")).get("type") == "interrupt":
            self._beside(agent, "interrupt", event)

    def _settle(self, agent: _Agent, event: dict[str, Json]) -> None:
        """Tokens are told of a whole run: they are those of its one model call, else of a step around all that it did."""
        columns = self._run.columns
        now, spent = agent.reply, _spent(event.get("usage"))
        is_alone = (
            now is not None and now.role is Role.ASSISTANT and _MODEL_CALL not in columns.kinds[self._first :]
        )
        agent.finish(spent if is_alone else None)
        if spent is None or is_alone:
            return
        inside = [row for row in range(self._first, len(columns)) if not columns.parent_ids[row]]
        run = self._run.step(
            Kind.AGENT_INVOCATION, "run", PlainBody(output_value=event["usage"], usage=spent.usage, raw=event), model=spent.model,
            start_ns=self._began, end_ns=agent.moment,
            input_tokens=_column(spent.usage.input_tokens), output_tokens=_column(spent.usage.output_tokens),
        )  # fmt: skip
        for row in inside:
            columns.parent_ids[row] = run

    def _agent_changes(self, agent: _Agent, kind: str, event: dict[str, Json]) -> None:
        id_, name = loose.text(event.get("subagentRunId")), loose.text(event.get("name"))
        if kind == "SUBAGENT_STARTED":
            above = self._steps.get(loose.text(event.get("parentSubagentRunId")), "")
            self._steps[id_] = self._run.step(
                Kind.AGENT_INVOCATION,
                name,
                PlainBody(raw=event),
                agent=name,
                parent_id=above,
                start_ns=agent.moment,
            )
            self._agents[id_] = _Agent(
                self._run.thread(agent=name, parent_id=self._steps[id_], first_ns=agent.moment)
            )
            return
        agent.finish()
        if kind == "SUBAGENT_ERROR":
            self._beside(agent, "sub-agent failed", event, loose.text(event.get("message")) or "error")

    def _beside(self, agent: _Agent, name: str, event: dict[str, Json], error: str = "") -> None:
        self._run.step(
            Kind.OPAQUE, name, PlainBody(error=error, raw=event), parent_id=agent.thread.parent_id,
            start_ns=agent.moment, end_ns=agent.moment, status=Status.ERROR if error else Status.UNSET,
        )  # fmt: skip

    def _messages(self, agent: _Agent, messages: Json) -> None:
        """Those of a list that are new, up to the first that comes as events, or came so."""
        for listed in map(loose.mapping, loose.sequence(messages)):
            id_, role = loose.text(listed.get("id")), loose.text(listed.get("role"))
            if (id_ and id_ in self._told) or role not in _SPOKEN:
                continue
            if id_ and id_ in self._streamed:
                break
            agent.finish()
            self._told.add(id_)
            self._is_asked |= role != "assistant"
            for message in openai_chat.read_messages([_of_openai(listed, role)]):
                agent.thread.add(message)

    def end(self) -> None:
        if self._is_open:
            self._run.transcript.notice("", "the stream breaks off before the run has ended")
        if not self._is_asked:
            self._run.transcript.notice("", "what was asked is not in the stream")
        for agent in self._agents.values():
            agent.finish()
            agent.thread.end()


def _column(count: int | None) -> int:
    return NOT_RECORDED if count is None else count


def _spent(told: Json) -> _Spent | None:
    """The sum of what a run took of each model. Before version 1 some told it as one object, in words of the AI SDK."""
    entries = [loose.mapping(each) for each in (told if isinstance(told, list) else [told])]
    sums = []
    for keys in _COUNTS:
        counts = [count for entry in entries if (count := _count(entry, keys)) is not None]
        sums.append(sum(counts) if counts else None)
    if sums[0] is None and sums[1] is None:
        return None
    models = {loose.text(entry.get("model")) for entry in entries}
    return _Spent(Usage(*sums), models.pop() if len(models) == 1 else "")


def _count(entry: dict[str, Json], keys: tuple[str, ...]) -> int | None:
    return next((count for key in keys if (count := loose.count(entry.get(key))) is not None), None)


def _of_openai(message: dict[str, Json], role: str) -> dict[str, Json]:
    told = {"role": "system" if role == "developer" else role, "content": message.get("content")}
    for own, name in (("toolCalls", "tool_calls"), ("toolCallId", "tool_call_id"), ("name", "name")):
        if own in message:
            told[name] = message[own]
    return told


READER = Reader(
    FORMAT,
    "events of the AG-UI protocol (CopilotKit, LangGraph, pydantic-ai, Mastra, ADK, ...)",
    sniff,
    read,
    marks=("type", "threadId", "runId", "messageId"),
    of_lines=True,
    needs=tuple(
        f'"{start}'.encode()
        for start in (
            "RUN_",
            "SUBAGENT_",
            "TEXT_MESSAGE_",
            "REASONING_",
            "THINKING_",
            "TOOL_CALL_",
            "ACTIVITY_",
            "CUSTOM",
            "RAW",
            "STATE_",
            "STEP_",
            "MESSAGES_SNAPSHOT",
        )
    ),
)
