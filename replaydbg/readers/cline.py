"""Tasks of Cline, Roo Code and Kilo Code: Anthropic's messages, with the time, model and tokens of replies beside them.

A task folder has them as `api_conversation_history.json`, Cline's command line as the session's messages. Tools that were
called by tags in the text, and results that came back as text, are told as calls and executions. What each request took
stands in `ui_messages.json` beside it, where the messages do not say.

Get one: `<user data of VS Code>/User/globalStorage/saoudrizwan.claude-dev/tasks/<task>/api_conversation_history.json`
(`rooveterinaryinc.roo-cline`, `kilocode.kilo-code`), or `~/.cline/data/sessions/<session>/<session>.messages.json`
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import isnan

from replaydbg.core.message import Json, Message, Part, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Usage
from replaydbg.readers import _containers, _moments, _text_actions, _told_results
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import anthropic_messages, loose

FORMAT = "cline"
_MARKS = ("modelInfo", "metrics", "ts")
_TASK, _SHOWN = "api_conversation_history.json", "ui_messages.json"


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    found = loose.mapping(first)
    listed = first if isinstance(first, list) else loose.sequence(found.get("messages"))
    messages = [loose.mapping(item) for item in listed[:6]]
    if not messages or not all(
        loose.text(message.get("role")) in {"user", "assistant"} and "content" in message
        for message in messages
    ):
        return 0.0
    if isinstance(first, list):
        return 0.9 if all(_is_of_a_task(message) for message in messages) else 0.0
    has_marks = any(mark in message for message in messages for mark in _MARKS)
    return 0.9 if has_marks and ("system_prompt" in found or "sessionId" in found) else 0.0


def _is_of_a_task(message: dict[str, Json]) -> bool:
    moment = message.get("ts")
    return isinstance(moment, int) and moment > 10**12 and isinstance(message["content"], (str, list))


def beside(document: Document, names: Iterable[str]) -> list[str]:
    is_task = document.name.replace("\\", "/").rpartition("/")[2] == _TASK
    return [name for name in names if name == _SHOWN] if is_task else []


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    spent = _Spent(document.beside.get(_SHOWN))
    for value, _ in _containers.values(document.buffer, transcript.notices):
        task = {"messages": value} if isinstance(value, list) else loose.mapping(value)
        if isinstance(task.get("messages"), list):
            run = transcript.run(loose.text(task.get("sessionId")) or _id(document))
            told = _Told(run.thread(), spent)
            prompt = loose.text(task.get("system_prompt"))
            if prompt:
                told.thread.say(Message(Role.SYSTEM, (Text(prompt),)))
            for message in map(loose.mapping, task["messages"]):
                told.say(message)
            told.thread.end()
    yield transcript.whole("no message")


def _id(document: Document) -> str:
    """All tasks have files of one name; the folder is called as the task."""
    folder = document.name.replace("\\", "/").split("/")[-2:-1]
    return folder[0] if folder and document.stem == "api_conversation_history" else document.stem


class _Spent:
    """What each request of a task took, as it was shown to the person: by the moments at which they began."""

    def __init__(self, shown: Document | None) -> None:
        self._moments: list[int] = []
        self._told: list[dict[str, Json]] = []
        self._used: set[int] = set()
        for value, _ in _containers.values(shown.buffer, [], items=True) if shown is not None else ():
            event = loose.mapping(value)
            if event.get("say") == "api_req_started":
                self._moments.append(_moments.nanoseconds(event.get("ts")))
                self._told.append(loose.mapping(loose.parsed(event.get("text"))))

    def added(self, facts: Facts, moment: int) -> Facts:
        """The facts of the reply that was written at this moment, with those of its request that it lacks."""
        at = bisect_right(self._moments, moment) - 1
        if at < 0 or moment < 0 or at in self._used or self._moments[at] < 0:
            return facts
        self._used.add(at)  # a request has one reply
        told, start = self._told[at], self._moments[at]
        usage = facts.usage
        if usage == Usage():
            usage = _usage({"inputTokens": told.get("tokensIn"), "outputTokens": told.get("tokensOut"),
                            "cacheReadTokens": told.get("cacheReads"), "cacheWriteTokens": told.get("cacheWrites")})  # fmt: skip
        cost = number(told.get("cost")) if isnan(facts.cost_usd) else facts.cost_usd
        return replace(facts, usage=usage, cost_usd=cost, start_ns=start)


class _Told:
    def __init__(self, thread: Thread, spent: _Spent) -> None:
        self.thread = thread
        self._spent = spent
        self._asked: ToolCall | None = None
        """In tags, in the latest reply."""

    def say(self, message: dict[str, Json]) -> None:
        moment = _moments.nanoseconds(message.get("ts"))
        for said in anthropic_messages.read_messages([message]):
            if said.role is Role.ASSISTANT:
                self._asked = None if said.tool_calls else _told_results.call(said.text)
                facts = self._spent.added(_facts(message), moment)
                _text_actions.replied(
                    self.thread, said, self._asked or "", facts=facts, moment_ns=moment, raw=message
                )
                if message.get("isSummary") is True:  # what was said before is not sent any more
                    self.thread.compact()
                    self.thread.say(said)
                    self.thread.heard()
            else:
                self._turn(said, moment)

    def _turn(self, said: Message, moment: int) -> None:
        told = _told_results.results(said.parts)
        waiting = self.thread.open_calls
        if self._asked is not None:
            for one in told[:1]:
                asked = self._asked if one.name == self._asked.name else ToolCall("", one.name)
                _text_actions.ran(self.thread, asked, one.result, is_error=one.is_error, moment_ns=moment)
        elif told and not said.tool_responses and waiting:
            responses: list[Part] = []
            for one in told:
                id_ = next((id_ for id_, name in waiting if name == one.name), "")
                waiting = tuple(each for each in waiting if each[0] != id_)
                responses.append(ToolResponse(id_, one.result, one.name, one.is_error))
            others = [part for part in said.parts if not _is_result(part)]
            said = replace(said, parts=(*responses, *others))
        is_shown = self._asked is not None and bool(told)
        self._asked = None
        self.thread.add(said, moment_ns=moment)
        if is_shown:
            self.thread.heard()


def _is_result(part: Part) -> bool:
    return bool(_told_results.results((part,)))


def _facts(message: dict[str, Json]) -> Facts:
    about, metrics = loose.mapping(message.get("modelInfo")), loose.mapping(message.get("metrics"))
    return Facts(
        model=loose.text(about.get("id")) or loose.text(about.get("modelId")),
        provider=loose.text(about.get("provider")) or loose.text(about.get("providerId")),
        usage=_usage(metrics),
        cost_usd=number(metrics.get("cost")),
    )


def _usage(metrics: dict[str, Json]) -> Usage:
    in_tasks = loose.mapping(metrics.get("tokens"))
    if in_tasks:
        fresh, said, read = (loose.count(in_tasks.get(key)) for key in ("prompt", "completion", "cached"))
        return Usage(None if fresh is None else fresh + (read or 0), said, read)
    counted = (
        loose.count(metrics.get(key))
        for key in ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")
    )
    fresh, said, read, written = counted
    return Usage(None if fresh is None else fresh + (read or 0) + (written or 0), said, read)


READER = Reader(
    FORMAT,
    "Cline, Roo Code and Kilo Code tasks",
    sniff,
    read,
    beside=beside,
    parts=((r"(.*/)?ui_messages\.json", r"\1api_conversation_history.json"),),
    needs=(b'"ts"', b'"modelInfo"', b'"metrics"'),
)
