"""Sessions of Mistral Vibe: messages in OpenAI's shape, and beside them the instructions, the tools, the model and what was spent.

Tokens and cost are those of the session, and stand on the step around it. Before version 2 all was one file. There are no times of
messages. A sub-agent's session lies in a folder of its own below `agents`, and is a recording of its own.

Get one: `~/.vibe/logs/session/<session>/messages.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json, Message, Reasoning, Role, Text, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers, _json_lines, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import genai, loose, openai_chat, tool_specs

FORMAT = "mistral-vibe"
_MESSAGES, _META = "messages.jsonl", "meta.json"
_ROLES = frozenset({"user", "assistant", "tool", "system"})
_FAILED = ("<tool_error>", "<user_cancellation>")
"""How a result begins that is none."""


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    if _is_whole(first):
        return 0.95
    lines = [loose.mapping(value) for value in _json_lines.first_values(document.head)]
    are_messages = bool(lines) and all(loose.text(line.get("role")) in _ROLES for line in lines)
    return 0.95 if are_messages and any(isinstance(line.get("injected"), bool) for line in lines) else 0.0


def _is_whole(record: dict[str, Json]) -> bool:
    """Whether it is a session of version 1."""
    about = loose.mapping(record.get("metadata"))
    return (
        isinstance(record.get("messages"), list)
        and {"session_id", "start_time", "environment"} <= about.keys()
    )


def _file_name(document: Document) -> str:
    return document.name.replace("\\", "/").rpartition("/")[2]


def beside(document: Document, names: Iterable[str]) -> list[str]:
    return [name for name in names if name == _META] if _file_name(document) == _MESSAGES else []


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    folders = document.name.replace("\\", "/").split("/")[:-1]
    own = folders[-1] if folders and _file_name(document) == _MESSAGES else document.stem
    meta = document.beside.get(_META)
    about = _About.of(_only(meta) if meta is not None else {})
    session: _Session | None = None
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        if _is_whole(record):
            told = _About.of(record | loose.mapping(record["metadata"]))
            alone = _Session(transcript, told, own)
            for message in map(loose.mapping, loose.sequence(record["messages"])):
                alone.say(message)
            alone.thread.end()
        elif loose.text(record.get("role")) in _ROLES:
            session = session or _Session(transcript, about, own)
            session.say(record)
        else:
            transcript.notice(place, "no message, left out")
    if session is not None:
        session.thread.end()
    yield transcript.whole("no message")


def _only(document: Document) -> dict[str, Json]:
    return loose.mapping(next((value for value, _ in _containers.values(document.buffer, [])), None))


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of a session beside its messages."""

    record: dict[str, Json]
    tools: tuple[ToolSpec, ...] | None = None
    model: str = ""
    provider: str = ""

    @classmethod
    def of(cls, record: dict[str, Json]) -> _About:
        config, offered = loose.mapping(record.get("config")), record.get("tools_available")
        active = loose.text(config.get("active_model"))
        known = map(loose.mapping, loose.sequence(config.get("models")))
        model = next((one for one in known if active and active in (one.get("alias"), one.get("name"))), {})
        return cls(
            record,
            tool_specs.read_tools(offered) if isinstance(offered, list) else None,
            loose.text(model.get("name")) or active,
            loose.text(model.get("provider")),
        )


class _Session:
    def __init__(self, transcript: Transcript, about: _About, own: str) -> None:
        self._about = about
        record, stats = about.record, loose.mapping(about.record.get("stats"))
        run = transcript.run(loose.text(record.get("session_id")) or own)
        used = Usage(
            loose.count(stats.get("session_prompt_tokens")),
            loose.count(stats.get("session_completion_tokens")),
        )
        self.thread: Thread = run.thread()
        if record:
            agent = loose.text(loose.mapping(record.get("agent_profile")).get("name"))
            around = run.step(
                Kind.AGENT_INVOCATION, agent or "session", PlainBody(output_value=stats or None, usage=used, raw=record),
                agent=agent, model=about.model,
                start_ns=_moments.nanoseconds(record.get("start_time")), end_ns=_moments.nanoseconds(record.get("end_time")),
                input_tokens=_column(used.input_tokens), output_tokens=_column(used.output_tokens),
                cost_usd=number(stats.get("session_cost")),
            )  # fmt: skip
            self.thread = run.thread(agent=agent, parent_id=around)
        prompt = loose.mapping(record.get("system_prompt")).get("content")
        if loose.text(prompt):
            self.thread.say(Message(Role.SYSTEM, (Text(loose.text(prompt)),)))

    def say(self, record: dict[str, Json]) -> None:
        role = genai.role(record.get("role"))
        content = record.get("content")
        if role is Role.TOOL:
            failed = isinstance(content, str) and content.startswith(_FAILED)
            response = ToolResponse(
                loose.text(record.get("tool_call_id")), content, loose.text(record.get("name")), failed
            )
            self.thread.add(Message(role, (response,)))
            return
        plain = {key: record[key] for key in ("role", "content", "tool_calls") if key in record}
        (message,) = openai_chat.read_messages([plain])
        if role is Role.ASSISTANT:
            thought = loose.text(record.get("reasoning_content"))
            before = (Reasoning(thought, loose.text(record.get("reasoning_signature"))),) if thought else ()
            facts = Facts(self._about.model, provider=self._about.provider, tools=self._about.tools)
            self.thread.reply(Message(role, (*before, *message.parts)), facts=facts, origin=record)
        else:
            self.thread.say(message)


def _column(count: int | None) -> int:
    return NOT_RECORDED if count is None else count


READER = Reader(
    FORMAT,
    "sessions of Mistral Vibe",
    sniff,
    read,
    marks=("role", "content", "injected", "message_id"),
    needs=(b'"injected"', b'"start_time"'),
    of_lines=True,
    beside=beside,
    parts=((r"(.*/)?meta\.json", r"\1messages.jsonl"),),
)
