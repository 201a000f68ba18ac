"""Agents of Letta: agent files (`.af`, of today and of its first version) and messages as its API tells them.

An agent file has the agent's tools with their schemas and its messages with the model that wrote each.

Get one: `curl http://localhost:8283/v1/agents/AGENT/export > agent.af`, or `.../v1/agents/AGENT/messages`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolResponse
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import arguments, genai, loose, openai_chat, tool_specs

FORMAT = "letta"
_AGENT = frozenset({"llm_config", "messages", "agent_type"})
_KINDS = frozenset(
    {
        "system_message", "user_message", "reasoning_message", "hidden_reasoning_message", "tool_call_message",
        "approval_request_message", "tool_return_message", "assistant_message",
    }
)  # fmt: skip


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    if (
        loose.text(
            loose.mapping(first[0] if isinstance(first, list) and first else first).get("message_type")
        )
        in _KINDS
    ):
        return 0.95
    record = loose.mapping(first)
    agents = loose.sequence(record.get("agents"))
    is_agent = record.keys() >= _AGENT or (bool(agents) and loose.mapping(agents[0]).keys() >= _AGENT)
    # A file of many messages is cut off in the head: its tools come after them.
    return 0.95 if is_agent else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    told: list[dict[str, Json]] = []
    """Messages that stand a line each."""
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        agents = [loose.mapping(one) for one in loose.sequence(record.get("agents"))]
        if isinstance(record.get("messages"), list):
            agents.append(record)
        if agents:
            run = transcript.run(document.stem)
            for agent in agents:
                _agent(run, agent, loose.sequence(record.get("tools")))
        elif "message_type" in record:
            told.append(record)
        elif isinstance(value, list) and value:
            _told(transcript.run(document.stem).thread(), [loose.mapping(item) for item in value])
        else:
            transcript.notice(place, "neither an agent nor a message, left out")
    if told:
        _told(transcript.run(document.stem).thread(), told)
    yield transcript.whole("no message")


def _agent(run: Run, agent: dict[str, Json], tools: list[Json]) -> None:
    own = {loose.text(id_) for id_ in loose.sequence(agent.get("tool_ids"))}
    listed = [loose.mapping(tool) for tool in tools]
    offered = [tool.get("json_schema") for tool in listed if not own or loose.text(tool.get("id")) in own]
    config = loose.mapping(agent.get("llm_config"))
    specs = tool_specs.read_tools(offered)
    thread = run.thread(agent=loose.text(agent.get("name")))
    for item in map(loose.mapping, loose.sequence(agent.get("messages"))):
        _message(thread, item, config, specs)
    thread.end()


def _message(
    thread: Thread, item: dict[str, Json], config: dict[str, Json], tools: tuple[ToolSpec, ...]
) -> None:
    moment = _moments.nanoseconds(item.get("created_at"))
    message = openai_chat.read_message({**item, "content": _content(item.get("content"))})
    if message.role is not Role.ASSISTANT:
        returns = [loose.mapping(one) for one in loose.sequence(item.get("tool_returns"))]
        if message.role is Role.TOOL and any(loose.text(one.get("tool_call_id")) for one in returns):
            message = Message(Role.TOOL, tuple(map(_returned, returns)))  # of several calls at once
            thread.add(message, moment_ns=moment, origin=item)
            return
        failed = any(loose.text(one.get("status")) == "error" for one in returns)
        is_failed_tool = failed and message.role is Role.TOOL
        thread.add(message, moment_ns=moment, **({"is_error": True} if is_failed_tool else {}))
        return
    model = loose.text(item.get("model")) or loose.text(config.get("model"))
    facts = Facts(model, provider=loose.text(config.get("model_endpoint_type")), tools=tools or None)
    thread.reply(message, facts=facts, moment_ns=moment, origin=item)


def _returned(one: dict[str, Json]) -> ToolResponse:
    failed = loose.text(one.get("status")) == "error"
    return ToolResponse(loose.text(one.get("tool_call_id")), one.get("func_response"), is_error=failed)


def _content(content: Json) -> Json:
    """Letta's names for what a model thinks, in the words of OpenAI."""
    if not isinstance(content, list):
        return content
    return [
        {"type": "text", "text": loose.text(part.get("reasoning"))} if "reasoning" in part else part
        for part in map(loose.mapping, content)
    ]


def _told(thread: Thread, items: list[dict[str, Json]]) -> None:
    """Messages of the API: one of the agent's comes in several, which have one id."""
    moments = [_moments.nanoseconds(item.get("date")) for item in items]
    if len(items) > 1 and moments[0] > moments[-1]:
        items.reverse()
    parts: list[Part] = []
    for number, item in enumerate(items):
        kind, moment = loose.text(item.get("message_type")), _moments.nanoseconds(item.get("date"))
        if kind == "tool_return_message":
            failed = loose.text(item.get("status")) == "error"
            id_, name = loose.text(item.get("tool_call_id")), loose.text(item.get("name"))
            response = ToolResponse(id_, item.get("tool_return"), name, failed)
            thread.add(Message(Role.TOOL, (response,)), moment_ns=moment, origin=item)
        elif kind in {"user_message", "system_message"}:
            role = genai.role(kind.removesuffix("_message"))
            thread.say(Message(role, (Text(_text(item.get("content"))),)), moment_ns=moment)
        elif kind in _KINDS:
            parts += _parts(item, kind)
            following = items[number + 1] if number + 1 < len(items) else {}
            if (
                following.get("id") != item.get("id")
                or loose.text(following.get("message_type")) not in _KINDS
            ):
                thread.reply(Message(Role.ASSISTANT, tuple(parts)), moment_ns=moment, origin=item)
                parts = []
    if parts:
        thread.reply(Message(Role.ASSISTANT, tuple(parts)))
    thread.end()


def _parts(item: dict[str, Json], kind: str) -> Iterator[Part]:
    if kind in {"reasoning_message", "hidden_reasoning_message"}:
        yield Reasoning(loose.text(item.get("reasoning")), loose.text(item.get("signature")))
    elif kind == "assistant_message":
        yield Text(_text(item.get("content")))
    else:
        for call in map(loose.mapping, loose.sequence(item.get("tool_calls")) or [item.get("tool_call")]):
            yield arguments.call_from_any(
                loose.text(call.get("tool_call_id")), loose.text(call.get("name")), call.get("arguments")
            )


def _text(content: Json) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(loose.text(loose.mapping(part).get("text")) for part in loose.sequence(content))


READER = Reader(
    FORMAT,
    "Letta agents and messages",
    sniff,
    read,
    marks=("agents", "llm_config", "message_type"),
    needs=(b'"message_type"', b'"agent_type"'),
)
