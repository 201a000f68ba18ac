"""Sessions of Kimi Code: what its agent did, a record a line. A sub-agent has a file of its own, in a folder of its own
beside that of the session's agent; the result of the call that started it names it.

A reply comes in pieces, with the results of its tools between them, and its tokens at the end; a request that was sent
without one was given up. What an undo took back, and what stood before a compaction, is in no later prompt.

Get one: `~/.kimi-code/sessions/<project>/<session>/agents/main/wire.jsonl`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import (
    Json,
    Message,
    OtherPart,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.step import Kind, PlainBody, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _json_lines, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import arguments, loose, openai_chat, tool_specs

FORMAT = "kimi-session"
_OWN = frozenset(
    {"context.append_message", "context.append_loop_event", "tools.set_active_tools", "turn.prompt"}
)
_SILENT = frozenset(
    {
        "agent.message.appended", "agent.turn.ended", "agent.turn.started", "cron.add", "cron.cursor", "cron.delete",
        "file_history.checkpoint", "file_history.tracked", "forked",
        "full_compaction.begin", "full_compaction.cancel", "full_compaction.complete", "goal.clear", "goal.create",
        "goal.update", "llm.request", "llm.tools_snapshot", "mcp.tools_discovered", "metadata", "micro_compaction.apply",
        "permission.record_approval_result", "permission.set_mode", "plan_mode.cancel", "plan_mode.enter", "plan_mode.exit",
        "plugin.session_start", "prompt.completed", "runtime.set_binding", "token_counting.measured",
        "token_counting.turn_recorded",
        "swarm_mode.enter", "swarm_mode.exit", "tools.register_user_tool", "tools.unregister_user_tool",
        "tools.update_store", "turn.ended", "turn.prompt", "turn.steer",
    }
)  # fmt: skip
"""Lines of what the program is set to, and of what others tell."""
_AGENT_FILE = re.compile(r"\.\./(?!main/)[^/]+/wire\.jsonl")
_IS_OF_SUB_AGENT = re.compile(
    rb'"origin"\s*:\s*\{\s*"kind"\s*:\s*"system_trigger"\s*,\s*"name"\s*:\s*"subagent"'
)
_STARTERS = frozenset({"Agent", "AgentSwarm"})
"""Tools that start agents,"""
_AGENT_ID = re.compile(r"^agent_id: (\S+)$", re.MULTILINE)
"""and how their results name them."""


def sniff(document: Document) -> float:
    head = document.head
    if b'"protocol_version"' not in head and b'"context.append_' not in head:
        return 0.0
    lines = map(loose.mapping, _json_lines.first_values(head))
    return 0.95 if any(loose.text(line.get("type")) in _OWN for line in lines) else 0.0


def beside(document: Document, names: Iterable[str]) -> list[str]:
    """The files of the session's agents; a sub-agent's own file stands for itself."""
    if _IS_OF_SUB_AGENT.search(document.head):
        return []
    return [name for name in names if _AGENT_FILE.fullmatch(name)]


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    *_, session, agents, _, _ = ("", "", "", "", *document.name.replace("\\", "/").split("/"))
    run = transcript.run(session if agents == "agents" else document.stem)
    started: dict[str, str] = {}
    _read(document, run, run.thread(), started)
    waiting = {name.split("/")[1]: name for name in document.beside}
    while waiting:
        agent = next((agent for agent in waiting if agent in started), next(iter(waiting)))
        name, told = waiting.pop(agent), len(transcript.notices)
        parent = started.get(agent) or run.step(
            Kind.AGENT_INVOCATION, agent, id=f"agent {agent}", agent=agent
        )
        _read(document.beside[name], run, run.thread(agent=agent, parent_id=parent), started)
        transcript.place_notices(told, name)
    yield transcript.whole("no message")


def _read(document: Document, run: Run, thread: Thread, started: dict[str, str]) -> None:
    """`started` has the step that started each agent, as far as the files before tell."""
    session = _Session(run, thread, started)
    for kind, line in run.transcript.events(document):
        session.add(kind, line)
    session.end()


class _Session:
    def __init__(self, run: Run, thread: Thread, started: dict[str, str]) -> None:
        self._run = run
        self._thread = thread
        self._started = started
        self._instructions: Message | None = None
        self._offers: dict[str, tuple[ToolSpec, ...]] = {}
        """Tools by the digest that requests name them by."""
        self._names: tuple[ToolSpec, ...] | None = None
        """Of the tools that are switched on: all that is known where their offers were not written down."""
        self._model = ""
        self._reply: _Reply | None = None
        self._turns: list[int] = []
        """Where each turn of the person begins, for an undo."""
        self._spent = Usage()
        """What was counted last; a compaction has no reply of its own."""

    def add(self, kind: str, line: dict[str, Json]) -> None:
        moment = _moments.nanoseconds(line.get("time"))
        if kind == "context.append_loop_event":
            self._event(line, loose.mapping(line.get("event")), moment)
        elif kind == "llm.request" and self._reply is not None:
            self._reply.request = line
        elif kind in {"config.update", "profile.bind"}:
            self._model = loose.text(line.get("modelAlias")) or self._model
            if self._thread.parent_id:  # what kind of agent was asked for
                self._thread.agent = loose.text(line.get("profileName")) or self._thread.agent
            self._instruct(loose.text(line.get("systemPrompt")))
        elif kind == "tools.set_active_tools":
            names = [name for name in loose.sequence(line.get("names")) if isinstance(name, str)]
            self._names = tuple(ToolSpec(name) for name in names if not name.endswith("*"))
        elif kind == "llm.tools_snapshot" and isinstance(line.get("tools"), list):
            self._offers[loose.text(line.get("hash"))] = tool_specs.read_tools(line["tools"])
        elif kind == "usage.record":
            self._spent = _usage(loose.mapping(line.get("usage")))
        else:
            self._context(line, kind, moment)

    def end(self) -> None:
        self._reply_ends({})
        self._thread.end()

    def _context(self, line: dict[str, Json], kind: str, moment: int) -> None:
        """What is in the next prompt, and what is no more."""
        if kind == "context.append_message":
            self._reply_ends({})
            message = _message(loose.mapping(line.get("message")))
            if message.role is Role.USER:
                self._turns.append(len(self._thread))
            self._thread.add(message, moment_ns=moment, origin=line)
        elif kind == "context.clear":
            self._begin_anew([])
        elif kind == "context.undo":
            back = loose.count(line.get("count")) or 0
            if 0 < back <= len(self._turns):
                left = self._thread
                self._thread = left.fork(self._turns[-back])
                left.end()
                del self._turns[-back:]
        elif kind == "context.apply_compaction":
            self._compact(line, moment)
        elif kind == "turn.cancel":
            self._reply_ends({})
            self._run.step(
                Kind.OPAQUE, "turn cancelled", PlainBody(raw=line),
                agent=self._thread.agent, parent_id=self._thread.parent_id, start_ns=moment, end_ns=moment,
            )  # fmt: skip
        elif kind not in _SILENT:
            self._run.transcript.unknown(kind)

    def _event(self, line: dict[str, Json], event: dict[str, Json], moment: int) -> None:
        kind = loose.text(event.get("type"))
        if kind == "step.begin":
            self._reply_ends({})
            self._reply = _Reply(moment)
        reply = self._reply
        if reply is None:
            return
        if kind == "content.part":
            reply.parts.append(_part(loose.mapping(event.get("part"))))
        elif kind == "tool.call":
            id_, name = loose.text(event.get("toolCallId")), loose.text(event.get("name"))
            reply.parts.append(arguments.call_from_any(id_, name, event.get("args")))
            reply.called[id_] = moment
        elif kind == "tool.result":
            reply.results.append((line, moment))
        if kind == "step.end":
            self._reply_ends(event)
        elif kind in {"content.part", "tool.call"}:
            reply.told.append(line)
            if not reply.results:
                reply.last_ns = max(reply.last_ns, moment)

    def _reply_ends(self, end: dict[str, Json]) -> None:
        reply, self._reply = self._reply, None
        if reply is None or not (reply.parts or reply.request or end):
            return
        facts = self._facts(reply, loose.mapping(reply.request), end)
        reason = loose.text(end.get("finishReason"))
        said = Message(Role.ASSISTANT, tuple(reply.parts), finish_reason=reason) if reply.parts else None
        self._thread.reply(said, facts=facts, origin=[*reply.told, *([end] if end else [])])
        starters = {part.id for part in reply.parts if isinstance(part, ToolCall) and part.name in _STARTERS}
        for line, moment in reply.results:
            event = loose.mapping(line.get("event"))
            id_, result = loose.text(event.get("toolCallId")), event.get("result")
            told = loose.mapping(result)
            response = ToolResponse(id_, told.get("output", result), is_error=told.get("isError") is True)
            start = reply.called.get(id_, NOT_RECORDED)
            message = Message(Role.TOOL, (response,))
            ids = self._thread.add(message, moment_ns=moment, start_ns=start, origin=line)
            if id_ in starters and isinstance(response.result, str):
                for agent in _AGENT_ID.findall(response.result):
                    self._started.setdefault(agent, ids[0])

    def _facts(self, reply: _Reply, request: dict[str, Json], end: dict[str, Json]) -> Facts:
        start = _moments.nanoseconds(request.get("time"))
        waited, streamed = (
            loose.count(end.get(key)) for key in ("llmFirstTokenLatencyMs", "llmStreamDurationMs")
        )
        is_timed = start >= 0 and waited is not None and streamed is not None
        return Facts(
            model=loose.text(request.get("model")) or self._model,
            provider=loose.text(request.get("provider")),
            tools=self._tools(loose.text(request.get("toolsHash"))),
            params={key: request[key] for key in ("maxTokens", "thinkingEffort") if key in request},
            usage=_usage(loose.mapping(end.get("usage"))),
            start_ns=start if start >= 0 else reply.began_ns,
            end_ns=start + ((waited or 0) + (streamed or 0)) * 1_000_000 if is_timed else reply.last_ns,
        )

    def _tools(self, digest: str) -> tuple[ToolSpec, ...] | None:
        """The offers of a request, and the names of those tools whose offers were not written down."""
        offers, names = self._offers.get(digest), self._names
        known = {offer.name for offer in offers or ()}
        others = [tool for tool in names or () if tool.name not in known]
        return None if offers is None and names is None else (*(offers or ()), *others)

    def _instruct(self, text: str) -> None:
        """The instructions, which are told again now and then, and may change in the middle."""
        instructions = Message(Role.SYSTEM, (Text(text),))
        if text and instructions != self._instructions:
            talk = self._talk()
            self._instructions = instructions
            self._begin_anew(talk)

    def _talk(self) -> list[Message]:
        """What was said so far, without the instructions."""
        return [
            self._thread.conversation[at] for at in range(self._instructions is not None, len(self._thread))
        ]

    def _begin_anew(self, messages: list[Message]) -> None:
        self._thread = self._thread.fork(0)
        self._turns.clear()
        if self._instructions is not None:
            self._thread.say(self._instructions)
        for message in messages:
            self._thread.say(message)
        self._thread.heard()

    def _compact(self, line: dict[str, Json], moment: int) -> None:
        self._reply_ends({})
        summary = loose.text(line.get("contextSummary")) or loose.text(line.get("summary"))
        body = PlainBody(output_value=summary or None, usage=self._spent, raw=line)
        self._run.step(Kind.OPAQUE, "compaction", body, start_ns=moment, end_ns=moment)
        told, talk = Message(Role.USER, (Text(summary),)), self._talk()
        asked = loose.count(line.get("keptUserMessageCount"))
        if asked is None:
            self._begin_anew([told, *talk[loose.count(line.get("compactedCount")) or len(talk) :]])
        else:
            users = [message for message in talk if message.role is Role.USER]
            self._begin_anew([*users[max(0, len(users) - asked) :], told])


class _Reply:
    """A reply that is being told."""

    def __init__(self, began_ns: int) -> None:
        self.began_ns = began_ns
        self.last_ns = NOT_RECORDED
        self.request: Json = None
        self.parts: list[Part] = []
        self.told: list[Json] = []
        self.results: list[tuple[dict[str, Json], int]] = []
        self.called: dict[str, int] = {}
        """When each of its tools began."""


def _message(message: dict[str, Json]) -> Message:
    content = message.get("content")
    parts = [Text(content)] if isinstance(content, str) else list(map(_part, loose.sequence(content)))
    role = openai_chat.read_message({"role": message.get("role"), "content": ""}).role
    if role is Role.TOOL:
        texts = [part.text for part in parts if isinstance(part, Text)]
        result = "".join(texts) if len(texts) == len(parts) else content
        return Message(role, (ToolResponse(loose.text(message.get("toolCallId")), result),))
    calls = []
    for call in map(loose.mapping, loose.sequence(message.get("toolCalls"))):
        asked = loose.mapping(call.get("function")) or call
        name = loose.text(asked.get("name"))
        calls.append(arguments.call_from_any(loose.text(call.get("id")), name, asked.get("arguments")))
    return Message(role, (*parts, *calls))


def _part(part: Json) -> Part:
    match part:
        case {"type": "text", "text": str(text)}:
            return Text(text)
        case {"type": "think", "think": str(thought), **rest}:
            return Reasoning(thought, loose.text(rest.get("encrypted")))
    return OtherPart(part)


def _usage(usage: dict[str, Json]) -> Usage:
    """What was cached is counted beside the rest there."""
    fresh, said, read, written = (
        loose.count(usage.get(key))
        for key in ("inputOther", "output", "inputCacheRead", "inputCacheCreation")
    )
    return Usage(None if fresh is None else fresh + (read or 0) + (written or 0), said, read)


READER = Reader(
    FORMAT,
    "Kimi Code sessions, with their sub-agents",
    sniff,
    read,
    beside=beside,
    beside_across=True,
    main_files=("agents/main/wire.jsonl",),
    parts=((r"(.*/agents)/[^/]+/wire\.jsonl", r"\1/main/wire.jsonl"),),
    of_lines=True,
    needs=(
        b'"context.append_message"',
        b'"context.append_loop_event"',
        b'"tools.set_active_tools"',
        b'"turn.prompt"',
    ),
)
