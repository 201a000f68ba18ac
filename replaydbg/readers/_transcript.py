"""Runs that were told as conversations: sessions of coding agents, messages of frameworks, trajectories of evaluations.

An assistant's message is a model call whose prompt is all that was said in its thread before it; each tool response is
the tool execution that it came from. A reader makes one `Run` for each trace and one `Thread` for each conversation in
it, and says in order what the file holds. Entries are messages, or handles that are decoded when somebody looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from replaydbg.core.columns import NOT_RECORDED, Columns, arrange
from replaydbg.core.finding import Notice
from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Json, Message, Role, ToolResponse
from replaydbg.core.step import Body, Kind, PlainBody, Status
from replaydbg.core.trace import Source
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, NotThisFormat, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript_body import NOTHING, PLAIN, UNHEARD, Bodies, Decoders, Place, UnheardBody
from replaydbg.wire import loose
from replaydbg.wire.conversation import first_of_turn

WAITING_CALLS_MAX = 256
"""Calls kept waiting for their response: one that 256 later calls overtook is not going to be answered."""

_KINDS_SHOWN_MAX = 8
_KIND_CHARS_MAX = 60

Asked = tuple[str, str]
"""Id and name of a tool call."""


class _Waiting(NamedTuple):
    id: str
    name: str
    place: int
    """Of the reply in the conversation."""
    number: int
    """Of the call in the reply."""
    asked_ns: int


def not_known(kinds: Counter[str]) -> str:
    """What is said of events of kinds that a reader does not know, by how many there were of each."""
    some = (f"{kind} ({count:,})" for kind, count in kinds.most_common(_KINDS_SHOWN_MAX))
    count = kinds.total()
    what = "event of a kind that is" if count == 1 else "events of kinds that are"
    return f"{count:,} {what} not known, left out: {', '.join(some)}"


class Transcript:
    """All that one file tells."""

    def __init__(self, document: Document, format_name: str, decoders: Decoders = PLAIN) -> None:
        self.source = Source(document.name, format_name)
        self.stem = document.stem
        self.decoders = decoders
        self._bodies = Bodies(decoders)
        self.notices: list[Notice] = []
        self.runs: list[Run] = []
        self.place = ""
        """Of the record that is being read."""
        self._unknown = Counter[str]()
        self._first_unknown = ""

    def run(self, id: str) -> Run:  # noqa: A002 - the word of the format and of the screen
        run = Run(self, id)
        self.runs.append(run)
        return run

    def notice(self, place: str, message: str) -> None:
        self.notices.append(Notice(place, message))

    def unknown(self, kind: str) -> None:
        """An event of a kind that the reader does not know: a newer version may say something with it. It stands at `place`."""
        if not self._unknown:
            self._first_unknown = self.place
        self._unknown[kind[:_KIND_CHARS_MAX]] += 1

    def place_notices(self, since: int, name: str) -> None:
        """Those from this one on are of the file with this name, of a recording of several."""
        for at in range(since, len(self.notices)):
            notice = self.notices[at]
            self.notices[at] = Notice(f"{name}: {notice.pointer}", notice.message)

    def events(self, document: Document) -> Iterator[tuple[str, dict[str, Json]]]:
        """The records that say of what `type` they are; others are told, and left out."""
        for value, place in _containers.values(document.buffer, self.notices):
            event = loose.mapping(value)
            kind = loose.text(event.get("type"))
            if kind:
                self.place = place
                yield kind, event
            else:
                self.notice(place, "no event, left out")

    def reading(self, fraction: float = 1.0, *, complete: bool = True) -> Reading:
        """The runs that have a step so far."""
        traces, notices = [], list(self.notices)
        for run in self.runs:
            if len(run.columns):
                arranged = arrange(run.columns, trace_id=run.id, source=self.source, decode=self._bodies)
                traces.append(arranged.trace)
                notices += arranged.notices
        if self._unknown:
            notices.append(Notice(self._first_unknown, not_known(self._unknown)))
        return Reading(tuple(traces), tuple(notices), fraction, complete)

    def whole(self, missing: str) -> Reading:
        """The complete reading. Raises `NotThisFormat` with these words where no run has a step."""
        if not any(len(run.columns) for run in self.runs):
            raise NotThisFormat(missing)
        return self.reading()


class Run:
    """One trace. Threads add their steps to it; other steps are added with `step`."""

    def __init__(self, transcript: Transcript, id: str) -> None:  # noqa: A002
        self.transcript = transcript
        self.id = id
        self.columns = Columns()

    def thread(
        self, *, agent: str = "", parent_id: str = "", first_ns: int = NOT_RECORDED, shared: bool = False
    ) -> Thread:
        """A conversation of its own. A sub-agent's stands below the step `parent_id`. What a `shared` one is told stands
        elsewhere, too: agents that speak into one room.
        """
        conversation = self.transcript.decoders.conversation()
        return Thread(self, conversation, agent=agent, parent_id=parent_id, last_ns=first_ns, shared=shared)

    def step(self, kind: Kind, name: str, body: Body | None = None, *, id: str = "", **facts: Any) -> str:  # noqa: A002
        """A step that is neither reply nor tool response, with any of the keywords of `Columns.add`. Gives its id."""
        id_ = id or self.next_id(kind)
        self.columns.add(id=id_, kind=kind, name=name, handle=body or PlainBody(), **facts)
        return id_

    def next_id(self, kind: Kind) -> str:
        """`m12`: the kind's letter and how many steps there are."""
        return f"{kind[0]}{len(self.columns) + 1}"


class Thread:
    """One conversation. `say`, `reply` and `result` in the order of the file; `add` does the right one of them."""

    def __init__(
        self,
        run: Run,
        conversation: Conversation,
        *,
        agent: str,
        parent_id: str,
        last_ns: int = NOT_RECORDED,
        shared: bool = False,
    ) -> None:
        self.run = run
        self.conversation = conversation
        self.agent = agent
        self.parent_id = parent_id
        self.shared = shared
        self.last_ns = last_ns
        """When the last entry was written: the next reply began there, unless its start is recorded."""
        self._waiting: list[_Waiting] = []
        self._asked = 0
        """Calls of the latest reply."""
        self._unheard: list[int] = []
        """Places of what was said since the latest reply, and which no step shows so far."""

    def __len__(self) -> int:
        return len(self.conversation)

    def fork(self, kept: int, *, agent: str | None = None, parent_id: str | None = None) -> Thread:
        """A thread that shares the first `kept` messages: an edited turn, or what a compaction left over."""
        conversation = self.run.transcript.decoders.conversation(self.conversation, kept)
        thread = Thread(
            self.run,
            conversation,
            agent=self.agent if agent is None else agent,
            parent_id=self.parent_id if parent_id is None else parent_id,
            last_ns=self.last_ns,
            shared=self.shared,
        )
        thread._waiting = [one for one in self._waiting if one.place < kept]
        thread._unheard = [place for place in self._unheard if place < kept]
        self._unheard = [place for place in self._unheard if place >= kept]
        return thread

    def compact(self, kept: int = 0) -> None:
        """The history goes on from its first `kept` messages, as after a summary. Steps before keep their prompts."""
        self.conversation = self.run.transcript.decoders.conversation(self.conversation, kept)
        self._waiting.clear()
        self._unheard.clear()

    def add(self, message: Message, *, moment_ns: int = NOT_RECORDED, **facts: Any) -> list[str]:
        """A message by its role. `facts` are those of `reply` or `result`. Gives the ids of the new steps."""
        if message.role is Role.ASSISTANT:
            return [self.reply(message, moment_ns=moment_ns, **facts)]
        place = self.say(message)
        ids = [
            self.result(place, part, response=response, moment_ns=moment_ns, **facts)
            for part, response in enumerate(message.tool_responses)
        ]
        self._at(moment_ns)
        return ids

    def say(self, entry: Any, *, moment_ns: int = NOT_RECORDED) -> int:
        """What stands in later prompts and is no step: an instruction, a person's turn. Gives its place."""
        self._at(moment_ns)
        place = self.conversation.append(entry)
        self._unheard.append(place)
        return place

    def reply(
        self,
        entry: Any | None,
        *,
        calls: Sequence[Asked] | None = None,
        facts: Facts | None = None,
        origin: Any = None,
        id: str = "",  # noqa: A002
        name: str = "",
        model: str = "",
        moment_ns: int = NOT_RECORDED,
        **columns: Any,
    ) -> str:
        """A model call that answers all that was said so far. Gives the step's id.

        `calls` names the tool calls of an entry that is a handle. `moment_ns` is when the reply was written; with it
        and without a start, the call began when the last entry was written. `columns` are keywords of `Columns.add`.
        An `entry` of None is a call that failed: nothing was said.
        """
        length = len(self.conversation)
        self._unheard.clear()
        told = facts or NOTHING
        id_ = id or self.run.next_id(Kind.MODEL_CALL)
        model = model or told.model
        given = self._given(told, columns)
        given.setdefault("status", Status.ERROR if told.error else Status.UNSET)
        if given["end_ns"] < 0 <= moment_ns:
            given["end_ns"] = moment_ns
            if given["start_ns"] < 0:
                given["start_ns"] = self.last_ns if 0 <= self.last_ns <= moment_ns else moment_ns
        place = -1 if entry is None else self.conversation.append(entry)
        handle = Place(self.conversation, place, -1, None, length, facts, origin)
        self.run.columns.add(
            id=id_,
            kind=Kind.MODEL_CALL,
            name=name or f"chat {model}".rstrip(),
            handle=handle,
            model=model,
            **given,
        )
        self._at(given["end_ns"])
        if calls is None:
            calls = [(call.id, call.name) for call in entry.tool_calls] if isinstance(entry, Message) else ()
        self._asked = 0
        self._wait(calls, place, given["end_ns"])
        return id_

    def more(self, place: int, row: int, calls: Sequence[Asked], *, moment_ns: int = NOT_RECORDED) -> None:
        """More of the latest reply, which some formats write in pieces: its `place`, its step's `row`, more calls."""
        ends_ns = self.run.columns.ends_ns
        ends_ns[row] = max(ends_ns[row], moment_ns)
        self._at(moment_ns)
        self._wait(calls, place, moment_ns)

    def _wait(self, calls: Sequence[Asked], place: int, asked_ns: int) -> None:
        for id_, name in calls:
            self._waiting.append(_Waiting(id_, name, place, self._asked, asked_ns))
            self._asked += 1
        del self._waiting[:-WAITING_CALLS_MAX]

    def result(
        self,
        place: int,
        part: int = 0,
        *,
        response: ToolResponse | None = None,
        call_id: str = "",
        name: str = "",
        is_error: bool = False,
        origin: Any = None,
        facts: Facts | None = None,
        id: str = "",  # noqa: A002
        moment_ns: int = NOT_RECORDED,
        **columns: Any,
    ) -> str:
        """The tool execution behind the `part`-th response in the message at `place` (`say` gave it). Gives its id.

        Of an entry that is a handle `call_id`, `name` and `is_error` are told; of a message its `response` is enough.
        It answers the nearest call that waits with its id; without ids, the oldest of its name.
        """
        if response is not None:
            call_id, name, is_error = response.id, response.name or name, response.is_error or is_error
        if place in self._unheard[-1:]:
            self._unheard.pop()
        waiting = self._answered(call_id, name)
        told = facts or NOTHING
        id_ = id or self.run.next_id(Kind.TOOL_EXECUTION)
        given = self._given(told, columns)
        if given["end_ns"] < 0 <= moment_ns:
            given["end_ns"] = moment_ns
        if given["start_ns"] < 0 <= given["end_ns"]:
            asked = waiting.asked_ns if waiting else NOT_RECORDED
            given["start_ns"] = asked if 0 <= asked <= given["end_ns"] else given["end_ns"]
        given.setdefault("status", Status.ERROR if is_error or told.error else Status.UNSET)
        call = (waiting.place, waiting.number) if waiting else None
        handle = Place(self.conversation, place, part, call, place, facts, origin)
        name = (waiting.name if waiting else "") or name or "tool"
        self.run.columns.add(id=id_, kind=Kind.TOOL_EXECUTION, name=name, handle=handle, **given)
        return id_

    def end(self) -> None:
        """A step for messages that nobody answered: those of a run that ended, or failed, before the model spoke."""
        if self._unheard and not (self.shared and len(self.run.columns)):
            self._unheard.clear()
            body = UnheardBody(History(self.conversation, len(self)))
            self.run.step(
                Kind.OPAQUE, UNHEARD, body,
                agent=self.agent, parent_id=self.parent_id, start_ns=self.last_ns,
            )  # fmt: skip

    def leave_calls(self) -> None:
        """What nothing answered so far is not answered any more: where each turn has its results, and calls have no ids."""
        self._waiting.clear()

    def heard(self) -> None:
        """What was said so far stands in other steps, as after a compaction: `end` needs not tell it."""
        self._unheard.clear()

    @property
    def open_calls(self) -> tuple[Asked, ...]:
        """Calls that nothing answered so far."""
        return tuple((one.id, one.name) for one in self._waiting)

    def _answered(self, call_id: str, name: str) -> _Waiting | None:
        waiting = self._waiting
        if call_id:
            for at in range(len(waiting) - 1, -1, -1):
                if waiting[at].id == call_id:
                    first = first_of_turn(at, lambda n: waiting[n].place, lambda n: waiting[n].id == call_id)
                    return waiting.pop(first)
        nameless = [at for at, one in enumerate(waiting) if not (one.id and call_id)]
        named = (at for at in nameless if waiting[at].name == name)
        at = next(named, nameless[0] if nameless and not name else -1)
        return waiting.pop(at) if at >= 0 else None

    def _at(self, moment_ns: int) -> None:
        if moment_ns >= 0:
            self.last_ns = moment_ns

    def _given(self, facts: Facts, columns: dict[str, Any]) -> dict[str, Any]:
        return {"agent": facts.agent or self.agent, "parent_id": self.parent_id, **_columns(facts), **columns}


def _columns(facts: Facts) -> dict[str, Any]:
    usage = facts.usage
    return {
        "start_ns": facts.start_ns,
        "end_ns": facts.end_ns,
        "input_tokens": NOT_RECORDED if usage.input_tokens is None else usage.input_tokens,
        "output_tokens": NOT_RECORDED if usage.output_tokens is None else usage.output_tokens,
        "cost_usd": facts.cost_usd,
    }
