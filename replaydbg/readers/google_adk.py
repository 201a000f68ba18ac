"""Google ADK: sessions, with keys in camel case or in snake case, events alone, and eval sets of both generations.

An event of an agent is a model call, a function response a tool execution. Agents share one history; those that run
side by side (`branch`) have each their own from there on. Partial events and changes of state are left out. Sessions
of 2024 keep the requests beside the events: tools and instructions are taken from there, later ones have none.
An eval set holds what was asked, called and answered, and not what the tools returned.

Events alone are what `/run` of `adk api_server` answers, what a program writes line by line, and what Vertex AI lists.

Get one: `session.model_dump_json(by_alias=True)`, or `adk run --save_session AGENT`, or `adk run --jsonl AGENT "..." > run.jsonl`;
eval sets are saved by `adk web`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from replaydbg.core.message import Json, Message, Part, Role, Text, ToolResponse
from replaydbg.core.step import Kind, PlainBody
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import google_generate, loose
from replaydbg.wire.arguments import call_from_any
from replaydbg.wire.loose import either

_OLD_CASE_KEYS = frozenset({"query", "reference"})
_OF_VERTEX = "sessionEvents"


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    if isinstance(first, list):
        item = loose.mapping(first[0]) if first else {}
        if _is_event(item):
            return 0.9
        return 0.8 if item.keys() >= _OLD_CASE_KEYS and "expected_tool_use" in item else 0.0
    record = loose.mapping(first)
    if isinstance(either(record, "evalCases"), list):
        return 0.95
    if _is_event(record) or any(map(_is_event, loose.sequence(record.get(_OF_VERTEX))[:1])):
        return 0.9
    events = loose.sequence(record.get("events"))
    is_named = either(record, "appName") is not None
    is_event = bool(events) and _is_event(events[0])
    return (
        0.95
        if is_event and is_named
        else 0.85
        if is_event
        else 0.6
        if is_named and "events" in record
        else 0.0
    )


def _is_event(value: Json) -> bool:
    event = loose.mapping(value)
    return "author" in event and either(event, "invocationId") is not None


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # a conversation is read at once
    transcript = Transcript(document, READER.name)
    old_cases: list[Json] = []
    events: list[Json] = []
    known = False
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        record = loose.mapping(value)
        cases = either(record, "evalCases")
        if isinstance(cases, list):
            known = True
            for at, case in enumerate(cases):
                _add_case(transcript, loose.mapping(case), at)
        elif isinstance(record.get("events"), list):
            known = True
            _Session(transcript, record).add()
        elif _is_event(record):
            events.append(record)
        elif isinstance(record.get(_OF_VERTEX), list):
            events += record[_OF_VERTEX]
        elif record.keys() >= _OLD_CASE_KEYS:
            old_cases.append(record)
        else:
            transcript.notice(place, "neither a session nor an eval set, left out")
    if events:
        known = True
        _Session(transcript, {"id": document.stem, "events": events}).add()
    if old_cases:
        transcript.notice("", "an eval set of what is expected, not a run that was recorded")
        _add_old_cases(transcript, old_cases)
    elif not known:
        raise NotThisFormat("neither a session nor an eval set")
    yield transcript.reading()


# ---- sessions ---------------------------------------------------------------------------------------------------


class _Session:
    """One session's way to a trace."""

    def __init__(self, transcript: Transcript, record: dict[str, Json]) -> None:
        self.record = record
        self.run = transcript.run(loose.text(record.get("id")) or "session")
        self._threads: dict[str, Thread] = {"": self.run.thread()}
        self._told: list[tuple[str, Message, int]] = []
        """All that was said, each with its branch."""
        self._is_answered = True
        """Whether an agent, or a tool, spoke last."""
        self._logs = {
            loose.text(either(loose.mapping(log), "eventId")): loose.mapping(log)
            for log in loose.sequence(either(record, "eventLogs"))
        }

    def add(self) -> None:
        self._instruct()
        for value in self.record["events"]:
            event = loose.mapping(value)
            if (
                event.get("partial") is not True
                and loose.mapping(event.get("options")).get("partial") is not True
            ):
                self._add(event)
        if not self._is_answered:
            self._threads[""].end()

    def _instruct(self) -> None:
        """The instructions of the first request that was logged."""
        for log in self._logs.values():
            for message in google_generate.read_request(_request(log)).messages:
                self._threads[""].say(message)
            return

    def _add(self, event: dict[str, Json]) -> None:
        author, branch = loose.text(event.get("author")), loose.text(event.get("branch"))
        moment = _moments.nanoseconds(event.get("timestamp"))
        thread = self._thread(branch)
        content = event.get("content")
        error = loose.text(either(event, "errorMessage")) or loose.text(either(event, "errorCode"))
        said = google_generate.read_messages([content]) if isinstance(content, dict) else ()
        for message in said:
            self._is_answered = author != "user" and message.role is not Role.USER
            if not self._is_answered:
                thread.say(message, moment_ns=moment)
            elif message.role is Role.TOOL:
                judged = _with_error(message)
                place = thread.say(judged, moment_ns=moment)
                response = judged.tool_responses[0]
                told = Facts(error=_words(response)) if response.is_error else None
                thread.result(
                    place, response=response, facts=told, agent=author, moment_ns=moment, origin=event
                )
            else:
                facts = self._facts(event, author, error)
                reply = replace(message, role=Role.ASSISTANT, finish_reason=_finish(event))
                thread.reply(reply, facts=facts, moment_ns=moment, origin=event)
            self._tell_others(branch, message, moment)
        if error and not any(message.role is Role.ASSISTANT for message in said):
            thread.reply(None, facts=self._facts(event, author, error), moment_ns=moment, origin=event)
            self._is_answered = True

    def _thread(self, branch: str) -> Thread:
        """The thread of a branch, which begins with all that is heard in it."""
        if branch not in self._threads:
            thread = self._threads[branch] = self.run.thread(shared=True)
            for told_in, message, moment in self._told:
                if _hears(branch, told_in):
                    thread.say(message, moment_ns=moment)
        return self._threads[branch]

    def _tell_others(self, branch: str, message: Message, moment: int) -> None:
        self._told.append((branch, message, moment))
        for other, thread in self._threads.items():
            if other != branch and _hears(other, branch):
                thread.say(message, moment_ns=moment)

    def _facts(self, event: dict[str, Json], author: str, error: str) -> Facts:
        log = self._logs.get(loose.text(event.get("id")), {})
        response = loose.mapping(either(log, "modelResponse"))
        asked = google_generate.read_request(_request(log)) if log else None
        recorded = either(event, "usageMetadata") or either(response, "usageMetadata")
        version = loose.text(either(event, "modelVersion")) or loose.text(either(response, "modelVersion"))
        return Facts(
            model=(asked.model if asked else "") or version,
            response_model=version,
            provider="google" if version.startswith("gemini") else "",
            agent=author,
            tools=asked.tools if asked else None,
            usage=google_generate.read_usage(recorded),
            error=error,
        )


def _hears(branch: str, told_in: str) -> bool:
    """Outside of all branches everything is heard; inside of one, what was said in it and on the way to it."""
    return not branch or not told_in or branch == told_in or branch.startswith(f"{told_in}.")


def _request(log: dict[str, Json]) -> dict[str, Json]:
    """The request of a log, without its contents: the events tell those."""
    request = loose.mapping(either(log, "modelRequest"))
    config = loose.mapping(request.get("config"))
    system = either(config, "systemInstruction")
    told = {"model": request.get("model"), "tools": config.get("tools")}
    return told | ({"systemInstruction": {"parts": [{"text": system}]}} if isinstance(system, str) else {})


def _finish(event: dict[str, Json]) -> str:
    return loose.text(either(event, "finishReason")).lower()


def _with_error(message: Message) -> Message:
    """`{"status": "error", ...}` is how tools of ADK say that they failed."""
    return replace(message, parts=tuple(map(_judged, message.parts)))


def _judged(part: Part) -> Part:
    has_failed = isinstance(part, ToolResponse) and loose.mapping(part.result).get("status") == "error"
    return replace(part, is_error=True) if has_failed and isinstance(part, ToolResponse) else part


def _words(response: ToolResponse) -> str:
    """What a failed tool says, under the names that ADK and its examples use."""
    said = loose.mapping(response.result)
    return next((said[key] for key in ("error_message", "error", "message") if loose.text(said.get(key))), "")


# ---- eval sets --------------------------------------------------------------------------------------------------


def _add_case(transcript: Transcript, case: dict[str, Json], at: int) -> None:
    name = loose.text(either(case, "evalId")).rpartition("/")[2] or f"case-{at + 1}"
    run = transcript.run(name)
    thread = run.thread()
    for value in loose.sequence(case.get("conversation")):
        turn = loose.mapping(value)
        moment = _moments.nanoseconds(either(turn, "creationTimestamp"))
        for message in google_generate.read_messages([either(turn, "userContent")]):
            thread.say(message, moment_ns=moment)
        data = loose.mapping(either(turn, "intermediateData"))
        uses = [
            (use, loose.text(use.get("name")), use.get("args")) for use in _uses(either(data, "toolUses"))
        ]
        _add_uses(run, thread, uses)
        for event in map(loose.mapping, loose.sequence(either(data, "invocationEvents"))):
            for message in google_generate.read_messages([event.get("content")]):
                thread.add(message)
        for message in google_generate.read_messages([either(turn, "finalResponse")]):
            thread.reply(replace(message, role=Role.ASSISTANT))
    thread.end()


def _add_old_cases(transcript: Transcript, cases: list[Json]) -> None:
    """Turns of one talk, each with the calls and the answer that were expected."""
    run = transcript.run(transcript.stem)
    thread = run.thread()
    for case in cases:
        thread.say(Message(Role.USER, (Text(loose.text(case.get("query"))),)))
        uses = [
            (use, loose.text(use.get("tool_name")), use.get("tool_input"))
            for use in _uses(case.get("expected_tool_use"))
        ]
        _add_uses(run, thread, uses)
        thread.reply(Message(Role.ASSISTANT, (Text(loose.text(case.get("reference"))),)))


def _uses(value: Json) -> list[dict[str, Json]]:
    return [use for use in loose.sequence(value) if isinstance(use, dict)]


def _add_uses(run: Run, thread: Thread, uses: list[tuple[dict[str, Json], str, Json]]) -> None:
    """Each call as a reply of its own, in order: how many of them one reply asked for is not recorded."""
    for use, name, given in uses:
        call = call_from_any(loose.text(use.get("id")), name, given)
        thread.reply(Message(Role.ASSISTANT, (call,)), origin=use)
        run.step(Kind.TOOL_EXECUTION, name or "tool", PlainBody(call=call))


READER = Reader(
    "google-adk",
    "Google ADK sessions and eval sets",
    sniff,
    read,
    marks=("events", "author", "invocationId"),
    needs=(
        b'"evalCases"',
        b'"eval_cases"',
        b'"expected_tool_use"',
        b'"invocationId"',
        b'"invocation_id"',
        b'"appName"',
        b'"app_name"',
    ),
)
