"""Runs and sessions of Agno (and of phidata before it): what an agent or a team kept of each run.

A run has its messages with their times and tokens; those of members stand below it. Messages that came from an earlier run
are told once.

Get one: `json.dump(agent.get_session(session_id="s").to_dict(), file)`, or of one run `json.dump(response.to_dict(), file)`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Reasoning, Role
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import loose, openai_chat

FORMAT = "agno-session"
_MEMBERS_DEEP_MAX = 20


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    if _is_run(first):
        return 0.95
    runs = _runs(first)
    return 0.95 if "session_id" in first and runs and _is_run(loose.mapping(runs[0])) else 0.0


def _runs(session: dict[str, Json]) -> list[Json]:
    """Of a session; before version 2 they stood in its memory, each as the response of a run."""
    listed = loose.sequence(session.get("runs"))
    held = [loose.mapping(one) for one in loose.sequence(loose.mapping(session.get("memory")).get("runs"))]
    return listed or [one.get("response", one) for one in held]


def _is_run(record: dict[str, Json]) -> bool:
    owners = {"agent_id", "team_id", "workflow_id", "agent_name"} & record.keys()
    return "run_id" in record and isinstance(record.get("messages"), list) and bool(owners)


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        runs = [record] if _is_run(record) else [loose.mapping(run) for run in _runs(record)]
        if not runs:
            transcript.notice(place, "neither a run nor a session, left out")
            continue
        told = _Told(transcript.run(loose.text(record.get("session_id")) or document.stem))
        for run in runs:
            told.run(run, "", 0)
    yield transcript.whole("no message")


class _Told:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._threads: dict[str, Thread] = {}
        """By who speaks in it: the runs of one agent go on from each other."""

    def run(self, told: dict[str, Json], parent_id: str, depth: int) -> None:
        name = (
            loose.text(told.get("agent_name"))
            or loose.text(told.get("team_name"))
            or loose.text(told.get("agent_id"))
        )
        members = [loose.mapping(one) for one in loose.sequence(told.get("member_responses"))]
        if members and depth < _MEMBERS_DEEP_MAX:
            failed = loose.text(told.get("status")).upper() == "ERROR"
            moment = _moments.nanoseconds(told.get("created_at"))
            status = Status.ERROR if failed else Status.UNSET
            parent_id = self._run.step(
                Kind.AGENT_INVOCATION, name or "team", PlainBody(output_value=told.get("content")),
                agent=name, parent_id=parent_id, start_ns=moment, status=status,
            )  # fmt: skip
            for member in members:
                self.run(member, parent_id, depth + 1)
        thread = self._threads.get(f"{parent_id} {name}")
        if thread is None:
            thread = self._threads[f"{parent_id} {name}"] = self._run.thread(agent=name, parent_id=parent_id)
        for message in map(loose.mapping, loose.sequence(told.get("messages"))):
            known = message.get("from_history") is True or (
                len(thread) and loose.text(message.get("role")) == "system"
            )
            if not known:
                _say(thread, message, told)
        thread.end()


def _say(thread: Thread, item: dict[str, Json], told: dict[str, Json]) -> None:
    message = openai_chat.read_message(item)
    moment = _moments.nanoseconds(item.get("created_at"))
    metrics = loose.mapping(item.get("metrics"))
    taken = metrics.get("duration", metrics.get("time"))
    start = -1
    if isinstance(taken, (int, float)) and not isinstance(taken, bool) and 0 <= taken < moment / 1e9:
        start = moment - round(taken * 1e9)
    if message.role is Role.ASSISTANT:
        thought = loose.text(item.get("reasoning_content"))
        has_thought = any(isinstance(part, Reasoning) for part in message.parts)
        parts: tuple[Part, ...] = (Reasoning(thought),) if thought and not has_thought else ()
        said = Message(message.role, (*parts, *message.parts), message.name, message.finish_reason)
        facts = Facts(
            loose.text(told.get("model")),
            provider=loose.text(told.get("model_provider")),
            usage=_usage(metrics),
            start_ns=start,
        )
        thread.reply(said, facts=facts, moment_ns=moment, origin=item)
    elif message.role is Role.TOOL:
        failed = item.get("tool_call_error") is True
        name = loose.text(item.get("tool_name"))
        thread.add(message, moment_ns=moment, is_error=failed, name=name, origin=item)
    else:
        thread.say(message, moment_ns=moment)


def _usage(metrics: dict[str, Json]) -> Usage:
    keys = ("input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens")
    return Usage(*(loose.count(metrics.get(key)) for key in keys))


READER = Reader(
    FORMAT,
    "Agno runs and sessions",
    sniff,
    read,
    marks=("run_id", "agent_id", "messages", "metrics"),
    needs=(b'"run_id"',),
)
