"""Messages of LangChain and states of LangGraph: dumps of messages, what `invoke` gave, threads of LangGraph's server.

Three ways of writing a message are read (`dumpd`, `messages_to_dict`, `model_dump`), alone, as the `messages` of a state,
and as what nodes added, one update after another. What has messages and a `trace_id` or `thread_id` is a trace of its own. A list of states (`get_state_history`, a thread's history) is told from
the oldest on: each gives the time at which its new messages were there, and the tasks that failed.

Get one: `json.dump(messages_to_dict(graph.invoke(...)["messages"]), file)`, or
`curl $LANGGRAPH_URL/threads/THREAD_ID/history > history.json`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from replaydbg.core.message import Json, Message, Role
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.readers import _containers, _langchain, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import loose, mixed_messages

FORMAT = "langchain-messages"
_TYPES = frozenset(
    {"human", "ai", "system", "tool", "function", "AIMessageChunk", "HumanMessageChunk", "remove"}
)
_STATES = frozenset(
    {"next", "tasks", "checkpoint", "checkpoint_id", "parent_checkpoint", "thread_id", "status"}
)
"""Keys that stand beside the `values` of a state or of a thread, two at least."""
_OF_RUNS = frozenset({"run_type", "dotted_order"})
"""Keys of LangSmith's runs, whose inputs and outputs are states."""


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    record = loose.mapping(first if not isinstance(first, list) else first[0] if first else None)
    if isinstance(first, list) and first and _is_message(first[0]):
        return 0.95 if any(map(_is_marked, first[:3])) else 0.0
    if record.keys() & _OF_RUNS:
        return 0.0
    if _is_state(record):
        return 0.95 if _has_marked(loose.mapping(record.get("values"))) else 0.0
    if _is_message(record):
        return 0.9 if _is_marked(record) else 0.0  # a line each
    return 0.9 if _has_marked(record) or any(map(_has_marked, record.values())) else 0.0


def _is_message(value: Json) -> bool:
    message = loose.mapping(value)
    if "run_type" in message or not mixed_messages.is_message(message) or "role" in message:
        return False
    is_constructed = bool(message.get("lc")) and _names_message(message.get("id"))
    return is_constructed or loose.text(message.get("type")) in _TYPES


def _is_marked(value: Json) -> bool:
    """Whether a message has words of LangChain's: others have a `type` that is *system* or *tool*, too."""
    message = loose.mapping(value)
    has_own = message.keys() & {"lc", "data", "additional_kwargs", "response_metadata"}
    return bool(has_own) or loose.text(message.get("type")) in {"human", "ai", "AIMessageChunk"}


def _names_message(path: Json) -> bool:
    return isinstance(path, list) and bool(path) and "Message" in loose.text(path[-1])


def _has_messages(value: Json) -> bool:
    return any(map(_is_message, loose.sequence(loose.mapping(value).get("messages"))[:3]))


def _has_marked(value: Json) -> bool:
    messages = loose.sequence(loose.mapping(value).get("messages"))[:3]
    return _has_messages(value) and any(map(_is_marked, messages))


def _is_state(record: dict[str, Json]) -> bool:
    return isinstance(record.get("values"), dict) and len(_STATES & record.keys()) > 1


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    lines = _Told(transcript.run(document.stem))
    threads: dict[str, list[dict[str, Json]]] = {}
    for value, place in _containers.values(document.buffer, transcript.notices):
        told, items = lines, [value]
        if isinstance(value, list):
            told, items = _Told(transcript.run(document.stem)), value
        for record in map(loose.mapping, items):
            if _is_state(record):
                threads.setdefault(_thread_id(record), []).append(record)
            elif _has_messages(record) and _name(record):
                own = _Told(transcript.run(_name(record)))
                own.record(record)
                own.thread.end()
            elif not told.record(record):
                transcript.notice(place, "neither a message nor a state, left out")
        if told is not lines:
            told.thread.end()
    lines.thread.end()
    for id_, states in threads.items():
        told = _Told(transcript.run(id_ or document.stem))
        told.states(states)
        told.thread.end()
    yield transcript.whole("no message")


def _name(record: dict[str, Json]) -> str:
    """What the program calls the run that it wrote the messages of: `langsmith-fetch` puts several into one list."""
    return loose.text(record.get("trace_id")) or loose.text(record.get("thread_id"))


def _thread_id(state: dict[str, Json]) -> str:
    configurable = loose.mapping(loose.mapping(state.get("config")).get("configurable"))
    holders = (state, state.get("checkpoint"), configurable)
    return next(filter(None, (loose.text(loose.mapping(holder).get("thread_id")) for holder in holders)), "")


class _Told:
    def __init__(self, run: Run) -> None:
        self._run = run
        self.thread: Thread = run.thread()
        self._known: set[str] = set()
        """Messages that were told: their ids, or their place and text where they have none."""

    def record(self, record: dict[str, Json]) -> bool:
        """A message, the state that `invoke` gave, or what nodes added to it."""
        if _is_message(record):
            self._messages([record], -1)
        elif _has_messages(record):
            self._messages(loose.sequence(record["messages"]), -1)
        else:
            updates = [(node, value) for node, value in record.items() if _has_messages(value)]
            for node, value in updates:
                self._messages(loose.sequence(value["messages"]), -1, node)
            return bool(updates)
        return True

    def states(self, states: list[dict[str, Json]]) -> None:
        moments = [_moments.nanoseconds(state.get("created_at")) for state in states]
        is_newest_first = len(states) > 1 and moments[0] > moments[-1]
        for number, state in enumerate(reversed(states) if is_newest_first else states):
            messages = loose.sequence(loose.mapping(state.get("values")).get("messages"))
            moment = _moments.nanoseconds(state.get("created_at"))
            if not number and len(messages) > 1:  # when these were said, a state before this one would tell
                moment = -1
            self._messages(messages, moment)
            for task in map(loose.mapping, loose.sequence(state.get("tasks"))):
                self._task(task, moment)

    def _task(self, task: dict[str, Json], moment: int) -> None:
        error = task.get("error")
        if not error or f"task {task.get('id')}" in self._known:
            return
        self._known.add(f"task {task.get('id')}")
        words = error if isinstance(error, str) else loose.text(loose.mapping(error).get("message"))
        body = PlainBody(error=words or loose.encoded(error), raw=task)
        name = loose.text(task.get("name")) or "task"
        self._run.step(Kind.OPAQUE, name, body, start_ns=moment, end_ns=moment, status=Status.ERROR)

    def _messages(self, items: Iterable[Json], moment: int, node: str = "") -> None:
        for place, item in enumerate(items):
            value = loose.mapping(item)
            inner = value.get("kwargs") if value.get("lc") else value.get("data", value)
            said = inner if isinstance(inner, dict) else value
            key = loose.text(said.get("id")) or (f"{place}: {loose.encoded(said)}" if not node else "")
            if (key and key in self._known) or loose.text(said.get("type")) == "remove":
                continue
            self._known.add(key)
            for message in mixed_messages.messages([item]) or ():
                self._say(message, said, moment, node)

    def _say(self, message: Message, said: dict[str, Json], moment: int, node: str) -> None:
        if message.role is Role.ASSISTANT:
            agent = message.name or ("" if node in {"agent", "model"} else node)
            self.thread.reply(message, facts=_facts(said, agent), moment_ns=moment, origin=said)
        elif message.role is Role.TOOL:
            self.thread.add(message, moment_ns=moment, origin=said)
        else:
            self.thread.say(message, moment_ns=moment)


def _facts(said: dict[str, Json], agent: str) -> Facts:
    return Facts(
        model=_langchain.model(said),
        provider=loose.text(loose.mapping(said.get("response_metadata")).get("model_provider")),
        agent=agent,
        usage=_langchain.usage(said),
    )


READER = Reader(
    FORMAT,
    "LangChain messages, LangGraph states and threads",
    sniff,
    read,
    marks=("messages", "type", "content", "additional_kwargs"),
    needs=(
        b'"lc"',
        b'"data"',
        b'"additional_kwargs"',
        b'"response_metadata"',
        b'"human"',
        b'"ai"',
        b'"AIMessageChunk"',
    ),
)
