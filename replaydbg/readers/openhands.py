"""Runs of OpenHands before its SDK: events in a list, in lines, as its API answers (`trajectory`, `events`), and results of
evaluations with a `history` of them in each line.

Actions of one reply share its `model_response`, the whole Chat Completion: it is read once. An observation names the
action that caused it. States of the agent and what only the screen needs are no steps.

Get one: the trajectory download of the app, `trajectories/<session>.json`, or `output.jsonl` of an evaluation
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Role, Text, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._chat_facts import NAN, Facts
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import loose, openai_chat, tool_specs

FORMAT = "openhands"
_SILENT = frozenset({"agent_state_changed", "change_agent_state", "null", "recall", "loading"})
"""Actions and observations that say nothing of what the agent did."""
_SURE_KEYS = {"source", "message"}


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    if isinstance(first, list):
        return 0.95 if any(_is_event(item) for item in first[:5]) else 0.0
    found = loose.mapping(first)
    history = found.get("history")
    if isinstance(history, list) and "instance_id" in found:
        # An older evaluation wrote pairs of action and observation.
        return 0.95 if not history or any(_is_event(item) for item in _flat(history[:5])) else 0.0
    if _is_event(found) or any(map(_is_event, (_listed(found) or ())[:5])):
        return 0.95
    return 0.8 if "instance_id" in found and "test_result" in found and "metadata" in found else 0.0


def _is_event(value: Json) -> bool:
    event = loose.mapping(value)
    return event.keys() >= _SURE_KEYS and ("action" in event or "observation" in event) and "id" in event


def _listed(record: dict[str, Json]) -> list[Json] | None:
    lists = (record.get(key) for key in ("history", "trajectory", "events"))
    return next((found for found in lists if isinstance(found, list)), None)


def _flat(history: list[Json]) -> Iterator[Json]:
    for item in history:
        yield from item if isinstance(item, list) else [item]


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    lines: list[Json] = []
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        events = value if isinstance(value, list) else _listed(record)
        if events is None and _is_event(record):
            lines.append(record)
            continue
        if events is None:
            transcript.notice(place, "no history of events, left out")
            continue
        run = _Events(transcript.run(loose.text(record.get("instance_id")) or document.stem))
        run.add_all(events)
        run.end(record)
    if lines:
        run = _Events(transcript.run(document.stem))
        run.add_all(lines)
        run.end({})
    if not transcript.runs:
        raise NotThisFormat("no events")
    yield transcript.reading()


class _Events:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread = run.thread()
        self._tools: tuple[ToolSpec, ...] | None = None
        self._answered: set[str] = set()
        """Replies that were read, by their ids: each action of one carries it."""
        self._asked: dict[int, str] = {}
        """For each action the call that it carries out."""
        self._spent = 0.0

    def add_all(self, events: list[Json]) -> None:
        for event in map(loose.mapping, _flat(events)):
            self.add(event)

    def add(self, event: dict[str, Json]) -> None:
        moment = _moments.nanoseconds(event.get("timestamp"))
        if "observation" in event:
            self._observation(event, moment)
        elif "action" in event:
            self._action(event, moment)

    def end(self, record: dict[str, Json]) -> None:
        """An evaluation says what went wrong with the run as a whole."""
        self._thread.end()
        error = record.get("error")
        if error:
            words = error if isinstance(error, str) else loose.encoded(error)
            self._run.step(
                Kind.OPAQUE, "error", PlainBody(error=words, output_value=words), status=Status.ERROR
            )

    def _action(self, event: dict[str, Json], moment: int) -> None:
        args, kind = loose.mapping(event.get("args")), loose.text(event.get("action"))
        text = loose.text(args.get("content")) or loose.text(event.get("message"))
        call = loose.mapping(event.get("tool_call_metadata"))
        if isinstance(event.get("id"), int):
            self._asked[event["id"]] = loose.text(call.get("tool_call_id"))
        if kind == "system":
            offered = args.get("tools")
            self._tools = tool_specs.read_tools(offered) if isinstance(offered, list) else None
            self._say(Role.SYSTEM, text, moment)
        elif call:
            self._reply(event, loose.mapping(call.get("model_response")), moment)
        elif event.get("source") == "user" and kind == "message":
            self._say(Role.USER, text, moment)
        elif event.get("source") == "agent" and kind not in _SILENT:
            spoken = Message(Role.ASSISTANT, (Text(text),) if text else ())
            self._thread.reply(spoken, facts=Facts(tools=self._tools), moment_ns=moment, origin=event)

    def _say(self, role: Role, text: str, moment: int) -> None:
        self._thread.say(Message(role, (Text(text),) if text else ()), moment_ns=moment)

    def _reply(self, event: dict[str, Json], response: dict[str, Json], moment: int) -> None:
        id_ = loose.text(response.get("id"))
        if id_ in self._answered and id_:
            return
        self._answered.add(id_)
        reply = openai_chat.read_reply(response)
        metrics = loose.mapping(event.get("llm_metrics"))
        spent, cost = number(metrics.get("accumulated_cost")), NAN
        if spent >= 0:
            cost, self._spent = max(spent - self._spent, 0.0), spent
        facts = Facts(
            model=reply.model, response_model=reply.model, tools=self._tools, usage=reply.usage, cost_usd=cost
        )
        self._thread.reply(reply.message, facts=facts, moment_ns=moment, origin=event)

    def _observation(self, event: dict[str, Json], moment: int) -> None:
        kind, cause = loose.text(event.get("observation")), event.get("cause")
        call = loose.mapping(event.get("tool_call_metadata"))
        id_ = loose.text(call.get("tool_call_id")) or (
            self._asked.get(cause, "") if isinstance(cause, int) else ""
        )
        content = event.get("content", event.get("message"))
        is_error = kind == "error" or _failed(loose.mapping(event.get("extras")))
        if id_:
            response = ToolResponse(id_, content, loose.text(call.get("function_name")), is_error)
            place = self._thread.say(Message(Role.TOOL, (response,)))
            self._thread.result(place, 0, response=response, moment_ns=moment, origin=event)
            self._thread.last_ns = max(moment, self._thread.last_ns)
        elif kind not in _SILENT:
            words = content if isinstance(content, str) else loose.encoded(content)
            status = Status.ERROR if is_error else Status.UNSET
            body = PlainBody(output_value=content, error=words if is_error else "", raw=event)
            self._run.step(Kind.OPAQUE, kind, body, start_ns=moment, end_ns=moment, status=status)
            self._say(Role.USER, words, moment)
            self._thread.heard()


def _failed(extras: dict[str, Json]) -> bool:
    code = loose.mapping(extras.get("metadata")).get("exit_code", extras.get("exit_code"))
    return bool(extras.get("error")) or (isinstance(code, int) and code > 0)


READER = Reader(
    FORMAT, "OpenHands event lists and evaluation results", sniff, read, needs=(b'"source"', b'"instance_id"')
)
