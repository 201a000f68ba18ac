"""Talks of a Claude Code session, put together from its lines: forks, sub-agents, compactions.

A line names the line before it. Where somebody spoke after that one already, a fork begins: a person went back and
said something else. Results of tools that ran side by side are no forks, whatever they name. The lines of one reply
have its id, a line for each content block, and other lines may stand between them.
"""

from __future__ import annotations

from math import nan

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.finding import Notice
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.core.trace import Source
from replaydbg.readers import (
    _claude_agents,
    _claude_bodies,
    _claude_lines,
    _claude_requests,
    _salvage,
)
from replaydbg.readers._api import Document, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._claude_lines import Line, Said
from replaydbg.readers._line_store import LineStore
from replaydbg.readers._moments import from_moment
from replaydbg.readers._talks import Talk, Talks
from replaydbg.readers._transcript_body import Decoders
from replaydbg.wire import loose

SYNTHETIC = "<synthetic>"
"""The model of what the program itself says in the model's place."""

_BITS = 32
_MASK = (1 << _BITS) - 1
_REQUESTS = frozenset({_claude_requests.REQUEST, _claude_requests.SHAPE})
_COST = "cost-state"
"""A line that tells what the session has cost so far; the last one counts."""
_ASIDES = frozenset({"compact_boundary", "api_error", "api_retry"})
"""Kinds of system lines that are steps."""


class Session:
    """Give it lines in the order of the files; `reading` is what they tell."""

    def __init__(self, document: Document, format_name: str, *, chained: bool = True) -> None:
        self.source = Source(document.name, format_name)
        self.notices: list[Notice] = []
        self.store = LineStore()
        self.bodies = _claude_bodies.Bodies(self.store)
        self.requests = self.bodies.requests
        decoders = Decoders(
            self.bodies.message,
            self.bodies.facts,
            self.bodies.raw,
            self.store.size,
            self.store.room,
            self.bodies.usage,
            self.store.written,
            self.store.all_written,
        )
        self.talks = Talks(decoders)
        self.agents = _claude_agents.Agents(self.talks, self.bodies)
        self.id = ""
        """Of the session that is named first: a file may hold the end of another one."""
        self.elsewhere: frozenset[str] = frozenset()
        """Agents that have files of their own: what the session tells of them would come twice."""
        self._chained = chained
        """Whether lines name the line before them."""
        self._cost: memoryview | None = None
        self._costs_are_told = False
        """Whether replies tell what they cost, as those of older versions do."""
        self._latest: dict[str, Talk] = {}
        """Of each agent the talk that began last; "" is the session's own agent."""
        self._places: dict[int, int] = {}
        """For each line, by the hash of its id, the number of its talk and the length of that with it."""

    def reading(self, trace_id: str, *, is_whole: bool = True) -> Reading:
        if is_whole or not len(self.talks.flush()):
            self.talks.end(self.bodies.says)
        self.agents.settle(own="" if "" in self._latest else next(iter(self._latest), ""))
        self._tell_cost()
        trace, notices = self.talks.trace(trace_id, self.source)
        notices = (*self.notices, *self.requests.unread(), *notices)
        return Reading((trace,) if len(trace) else (), notices)

    # ---- where a line belongs ------------------------------------------------------------------------------------

    def add(self, line: Line, start: int, end: int, owner: str = "", *, inner: bool = False) -> None:
        """The line that stands from `start` to `end` of its file. `owner` is the agent whose file it is; `inner` is a line that
        is told of in a line of progress.
        """
        kind, uuid, parent, places = line.type, line.uuid, line.parent_uuid, self._places
        before = places.get(hash(parent)) if parent is not None else None
        name = hash(uuid)
        if uuid is not None:
            if name in places:
                return  # a session that was resumed repeats what it goes on from
            places[name] = 0
        is_reply = kind == "assistant"
        if is_reply or kind in {"user", "attachment"}:
            if before is not None and not owner and not line.agent_id and not line.is_sidechain:
                talk, length = self.talks.all[before >> _BITS], before & _MASK
                if talk.agent or line.parent_tool_use_id:
                    talk, length = self._talk(line, before, owner, inner)
            else:
                talk, length = self._talk(line, before, owner, inner)
            entry = self.store.add(start, inner * _claude_bodies.INNER)
            if is_reply:
                talk, length = self._reply(line, talk, length, entry)
            elif kind == "user":
                talk, length = self._turn(line, talk, length, entry)
            elif self.requests.is_told(self.store.between(start, end), talk.number):
                length = talk.say(entry, from_moment(line.timestamp)) + 1
        elif kind == "system" and line.subtype in _ASIDES:
            talk, length = self._talk(line, before, owner, inner)
            entry = self.store.add(start, inner * _claude_bodies.INNER)
            if line.subtype == "compact_boundary":
                talk, length = self._compacted(talk, line, entry), 0
            else:
                self._aside(talk, line, entry)
        else:
            if kind == "progress":
                self._progress(line, start, end)
            elif kind in _REQUESTS:
                self.requests.add(kind, self.store.add(start, 0), self.store.between(start, end))
            elif kind == _claude_requests.BLOB:
                self.requests.sent.append(start)
            elif kind == _COST and not self._costs_are_told:
                self._cost = self.store.between(start, end)
            if before is None:
                if uuid is not None:
                    del places[name]
                return
            talk, length = self.talks.all[before >> _BITS], before & _MASK
        if uuid is not None:
            places[name] = talk.number << _BITS | length

    def _talk(self, line: Line, before: int | None, owner: str, inner: bool) -> tuple[Talk, int]:
        """The talk that the line goes on with, and from what length of it."""
        key = owner or line.agent_id or line.parent_tool_use_id or ""
        nameless = not key and line.is_sidechain is True
        if before is not None:
            talk = self.talks.all[before >> _BITS]
            if talk.agent != "" if nameless else talk.agent == key:
                return talk, before & _MASK
        is_chained = self._chained and not inner
        starts = is_chained and (line.parent_uuid is None or (nameless and before is not None))
        if nameless:
            side = next((talk for talk in reversed(self.talks.all) if talk.agent), None)
            key = side.agent if side is not None and not starts else f"sidechain {len(self.talks.all) + 1}"
        self.id = self.id or line.session_id or ""
        latest = self._latest.get(key)
        if latest is not None and not starts:
            return latest, latest.length  # after a line that is not here
        if latest is not None and (line.is_compact_summary or line.subtype in _ASIDES):
            return latest, latest.length
        if key and latest is None:
            self.agents.begin(key, -1 if before is None else before >> _BITS)
        return self._latest_of(self.talks.open(key, key)), 0

    def _latest_of(self, talk: Talk) -> Talk:
        self._latest[talk.agent] = talk
        return talk

    # ---- what a line says ----------------------------------------------------------------------------------------

    def _turn(self, line: Line, talk: Talk, length: int, entry: int) -> tuple[Talk, int]:
        """A person's words, or results of tools, or both. Gives the talk that has them, and its length with them."""
        said, moment = line.message, from_moment(line.timestamp)
        if said is None:
            return talk, length
        blocks = said.content if type(said.content) is list else ()
        results = [block for block in blocks if block.type == "tool_result"]
        if not results:
            if line.is_compact_summary and length:
                talk, length = self._compacted(talk, line, entry), 0
            talk = self._forked(talk, length)
            talk.spoken.append(talk.say(entry, moment))
            self.agents.said(talk.agent, entry)
            if line.is_compact_summary:
                talk.heard = talk.length
            return talk, talk.length
        is_mixed = len(results) < len(blocks)
        answers = entry | _claude_bodies.RESULTS if is_mixed else entry
        place = talk.say(answers, moment)
        for part, block in enumerate(results):
            call_id = block.tool_use_id or ""
            is_error = block.is_error is True
            self.talks.answer(talk, place, part, call_id, moment, is_error=is_error)
            self.agents.answered(call_id, answers)
        if is_mixed:
            talk.say(entry | _claude_bodies.OTHERS)
        return talk, talk.length

    def _reply(self, line: Line, talk: Talk, length: int, entry: int) -> tuple[Talk, int]:
        """A reply, or more of one. Gives the talk that has it, and its length with it."""
        said, moment = line.message, from_moment(line.timestamp)
        if said is None:
            return talk, length
        if said.model == SYNTHETIC:
            self._aside(talk, line, entry)
            return talk, length
        if said.id and said.id == talk.reply_id:
            self.store.link(talk.reply_entry, entry)
            talk.reply_entry = entry
            self.talks.more(talk, moment)
            self.talks.count(talk.reply_row, _tokens(said))
            length = max(length, talk.reply_place + 1)
        else:
            talk = self._forked(talk, length)
            cost = nan if line.cost_usd is None else line.cost_usd
            self._costs_are_told |= line.cost_usd is not None
            id_ = said.id or line.uuid or ""
            self.talks.reply(talk, entry, id_, said.model or "", moment, _tokens(said), cost)
            talk.reply_id = said.id or ""
            length = talk.length
        blocks = said.content if type(said.content) is list else ()
        calls = [(block.id or "", block.name or "") for block in blocks if block.type == "tool_use"]
        if calls:
            self.talks.asks(talk, calls, moment)
            self.agents.asked(calls, talk.number, entry, moment)
        return talk, length

    def _forked(self, talk: Talk, length: int) -> Talk:
        fork = self.talks.forked(talk, length)
        return talk if fork is talk else self._latest_of(fork)

    def _compacted(self, talk: Talk, line: Line, entry: int) -> Talk:
        """The talk that goes on without what was said before."""
        self._step(talk, line, "compaction", entry)
        talk.heard = talk.length  # the summary tells it
        return self._latest_of(self.talks.open(talk.agent, talk.parent_id, talk))

    def _aside(self, talk: Talk, line: Line, entry: int) -> None:
        """What Claude Code itself says: that the provider refused, or that there is nothing to say."""
        is_error = line.subtype is not None or line.is_api_error is True
        self._step(talk, line, "API error" if is_error else "said by Claude Code", entry, is_error=is_error)

    def _step(self, talk: Talk, line: Line, name: str, entry: int, *, is_error: bool = False) -> None:
        value = self.bodies.raw(entry)
        words = _claude_bodies.words(value)
        moment = from_moment(line.timestamp)
        talk.last_ns = max(talk.last_ns, moment)
        self.talks.step(
            Kind.OPAQUE,
            name,
            PlainBody(output_value=words or None, error=words if is_error else "", raw=value),
            id_=line.uuid or "",
            agent=talk.agent,
            parent_id=talk.parent_id,
            start_ns=moment,
            end_ns=moment,
            status=Status.ERROR if is_error else Status.UNSET,
        )

    def _tell_cost(self) -> None:
        """Of the whole session: Claude Code asks other models, too, of whose calls nothing is written."""
        told = {} if self._cost is None else loose.mapping(_salvage.value(self._cost))
        cost, self._cost = number(told.get("totalCostUSD")), None
        if cost > 0:
            ended = max((talk.last_ns for talk in self.talks.all), default=NOT_RECORDED)
            body = PlainBody(output_value=told.get("modelUsage"), raw=told)
            self.talks.step(
                Kind.OPAQUE, "cost of the session", body, start_ns=ended, end_ns=ended, cost_usd=cost
            )

    def _progress(self, line: Line, start: int, end: int) -> None:
        """What a running agent does is told in the session that waits for it, too."""
        told = _claude_lines.progress(self.store.between(start, end))
        if told is None or not told.agent_id:
            return
        if line.parent_tool_use_id:
            self.agents.started(told.agent_id, line.parent_tool_use_id)
        if told.message is not None and told.agent_id not in self.elsewhere:
            self.add(told.message, start, end, told.agent_id, inner=True)


def _tokens(said: Said) -> tuple[int, int]:
    """Input and output. What was cached is counted inside the input."""
    usage = said.usage
    if usage is None or usage.input_tokens is None:
        return NOT_RECORDED, NOT_RECORDED
    cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
    return usage.input_tokens + cached, NOT_RECORDED if usage.output_tokens is None else usage.output_tokens
