"""Threads: which model call goes on from which, rebuilt from the messages alone.

Call B continues call A when A's prompt and A's reply are how B's prompt begins. This needs no span parents and no
ids, and holds across formats; where the writer reworded the reply, A's prompt being how B's begins is enough. Some
writers record only the new messages of each call: there the prompt begins with A's reply, or answers A's calls. Where
nothing goes on so, times and made-up ids in the system prompt count for nothing: many agents tell the time anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from operator import is_
from typing import NamedTuple

from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Message, Role, Text, ToolCall, ToolResponse, text_message
from replaydbg.core.step import KINDS, Body, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.index import Asked, TraceIndex
from replaydbg.graph.wording import exact, masked
from replaydbg.wire.conversation import is_instruction

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)


class Link(NamedTuple):
    """How the call at `row` goes on from the call at `previous` (None: it begins a thread).

    `new_from` is the index in the recorded messages of the first one that `previous` did not know: what came between
    the reply and this call (tool responses, user turns). `delta` says that only the new messages were recorded.
    """

    row: int
    previous: int | None
    new_from: int
    delta: bool = False


class Linking:
    """Links the model calls of a walk: see the module."""

    def __init__(self, trace: Trace, asked: Asked) -> None:
        self.links: dict[int, Link] = {}
        self._trace = trace
        self._asked = asked
        self._ends = _Ends(trace)
        self._prompts: dict[int, int] = {}
        self._replies: dict[int, int] = {}
        self._latest: dict[str, int] = {}
        self._silent: set[int] = set()
        """Rows of the calls without a reply."""
        self._extended = _Prefixes()
        self._keys = _Keys()
        self._digests = _Digests(self._extended, self._keys)
        self._retold = _Retold(trace, self._extended)

    def hear(self, row: int, body: Body) -> None:
        messages = body.messages if self._trace.kinds[row] == _MODEL_CALL else None
        if messages is None:
            return
        ends, extended, retold = self._ends, self._extended, self._retold
        chain, length = self._digests.of(messages), len(messages)
        link = self._continued(row, messages, chain.prefixes, ends, self._prompts)
        agent = self._trace.agent(row)
        if link is None and length:
            before = self._replies.get(chain.keys[0]) if messages[0].role is Role.ASSISTANT else None
            if before is not None:
                link = Link(row, before, 1, delta=True)
            elif self._answers(self._latest.get(agent), messages[0]):
                link = Link(row, self._latest[agent], 0, delta=True)
        again = retold.prefixes(messages, chain.keys)
        if link is None and again:
            link = self._continued(row, messages, again, retold.ends, retold.prompts)
        link = self.links[row] = link or Link(row, None, 0)
        end = chain.prefixes[length]
        if link.delta and link.previous is not None:
            # Named by the whole prompt, so that a later call that recorded all of it finds its predecessor.
            end = reduce(extended, chain.keys[link.new_from : length], ends.of_row[link.previous])
        ends.follow(link.previous)
        self._prompts[end] = row
        self._latest[agent] = row
        ends.of_row[row] = end
        if body.output is None:
            self._silent.add(row)
        else:
            reply = self._keys.of_reply(body.output)
            ends.add(extended(end, reply), row)
            self._replies[reply] = row
            if again:
                retold.ends.add(extended(again[length], reply), row)
        if again:
            retold.prompts[again[length]] = row
            retold.ends.follow(link.previous)

    def _continued(
        self, row: int, messages: Sequence[Message], prefixes: list[int], ends: _Ends, prompts: dict[int, int]
    ) -> Link | None:
        for length in range(len(messages), 0, -1):
            prefix = prefixes[length]
            if prefix in ends.rows:
                return Link(row, ends.best(prefix, row), length)
            previous = prompts.get(prefix)
            if previous is None or length == len(messages):
                continue  # a retry of the same prompt is no continuation
            if messages[length].role is Role.ASSISTANT:
                # The reply stands there in other words, or as a message for each of its items.
                return Link(row, previous, self._end_of_reply(previous, messages, length + 1))
            if previous in self._silent:
                return Link(row, previous, length)  # the call failed, and was made again with more to say
        return None

    def _end_of_reply(self, previous: int, messages: Sequence[Message], at: int) -> int:
        """Where messages end that hold nothing but calls of the reply before them."""
        names = {call.name for call in self._asked.calls.get(previous, ())}
        while at < len(messages) and messages[at].role is Role.ASSISTANT:
            calls = [part.name for part in messages[at].parts if isinstance(part, ToolCall)]
            if not calls or len(calls) < len(messages[at].parts) or not names.issuperset(calls):
                break
            at += 1
        return at

    def _answers(self, row: int | None, message: Message) -> bool:
        """Whether the message answers calls of the model call at `row`: how a log of new messages only goes on."""
        answered = {response.id for response in message.tool_responses if response.id}
        calls = self._asked.calls
        return row is not None and bool(answered) and answered <= {call.id for call in calls.get(row, ())}


class Threads:
    def __init__(self, index: TraceIndex) -> None:
        self.index = index
        self.linking = index.walk.add(lambda present: Linking(index.trace, present(index.asked)))

    @cached_property
    def links(self) -> dict[int, Link]:
        """A link for each model call whose messages were recorded, in order of time."""
        return self.index.walk.heard(self.linking).links

    @cached_property
    def followers(self) -> dict[int, list[int]]:
        """For each call the calls that go on from it, in order of time; more than one where the run forked."""
        followers: dict[int, list[int]] = {}
        for link in self.links.values():
            if link.previous is not None:
                followers.setdefault(link.previous, []).append(link.row)
        return followers

    @cached_property
    def _roots(self) -> dict[int, int]:
        roots: dict[int, int] = {}
        for row, link in self.links.items():  # in order of time: the previous call has its root already
            roots[row] = row if link.previous is None else roots[link.previous]
        return roots

    def root(self, row: int) -> int:
        """The first call of the thread that `row` belongs to."""
        return self._roots.get(row, row)

    def after(self, row: int) -> list[int]:
        """The calls of the thread after `row`, nearest first; along the first follower where the run forked."""
        later: list[int] = []
        while followers := self.followers.get(row):
            row = followers[0]
            later.append(row)
        return later

    def prompt(self, row: int) -> tuple[Message, ...]:
        """The whole prompt of the call, put together where only the new messages were recorded; () if none were."""
        tails: list[Sequence[Message]] = []
        at: int | None = row
        while at is not None:
            link = self.links.get(at)
            messages = self.index.trace.body(at).messages or ()
            if link is None or not link.delta or link.previous is None:
                tails.append(messages)
                break
            output = self.index.trace.body(link.previous).output
            tails.append((*((output,) if output is not None else ()), *messages[link.new_from :]))
            at = link.previous
        return tuple(message for tail in reversed(tails) for message in tail)

    def between(self, row: int) -> tuple[Message, ...]:
        """The messages that were new to the call at `row`: tool responses and user turns since the previous reply."""
        link = self.links.get(row)
        messages = self.index.trace.body(row).messages or ()
        return tuple(messages[link.new_from if link else 0 :])


class _Prefixes:
    """Names beginnings of conversations by numbers: each by that of the beginning before it, and its last message. 0 is none."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, int], int] = {}

    def __call__(self, prefix: int, key: int) -> int:
        return self._numbers.setdefault((prefix, key), len(self._numbers) + 1)


class _Retold:
    """Prompts whose instructions hold a time or a made-up id, by names that leave it out."""

    def __init__(self, trace: Trace, extended: _Prefixes) -> None:
        self.ends = _Ends(trace)
        self._extended = extended
        self.prompts: dict[int, int] = {}
        self._latest: dict[int, tuple[list[int], list[int]]] = {}
        """By the instructions the last prompt that they began: keys of its messages, and its prefixes."""
        self._plain: tuple[Message | None, int | None] = None, None
        """The instructions looked at last, most prompts have the same, and their key without what changes."""

    def prefixes(self, messages: Sequence[Message], keys: Sequence[int]) -> list[int]:
        """Names of beginnings as those of `_Chain`; [] where the prompt holds nothing of the kind."""
        first = self._key(messages[0]) if messages else None
        if first is None:
            return []
        own = [first, *keys[1 : len(messages)]]
        known, prefixes = self._latest.get(first, ([], [0]))
        if own[: len(known)] != known:
            known, prefixes = [], [0]
        prefixes = list(prefixes)
        for key in own[len(known) :]:
            prefixes.append(self._extended(prefixes[-1], key))
        self._latest[first] = own, prefixes
        return prefixes

    def _key(self, message: Message) -> int | None:
        """Of instructions that hold something of the kind; None of any other message."""
        known, key = self._plain
        if known is not message:
            text = message.text if is_instruction(message) else ""
            plain = masked(text)
            key = chain_key(text_message(message.role, plain)) if plain != text else None
            self._plain = message, key
        return key


class _Digests:
    """Keys of messages and names of beginnings of prompts, each message looked at once.

    Prompts that are the beginning of one growing list (`History`) share theirs; of others, those that go on from a
    prompt seen lately are walked from there, since readers share the messages of repeated histories.
    """

    PROMPTS_MAX = 8

    def __init__(self, extended: _Prefixes, keys: _Keys) -> None:
        self._extended = extended
        self._keys = keys
        self._recent: deque[tuple[Sequence[Message], _Chain]] = deque(maxlen=self.PROMPTS_MAX)
        self._of_conversations: dict[int, tuple[Conversation, _Chain]] = {}

    def of(self, messages: Sequence[Message]) -> _Chain:
        """A chain that may be longer than the prompt: of the same conversation later."""
        if isinstance(messages, History):
            return self._of_conversation(messages.conversation, len(messages))
        chain = None
        for known, its in reversed(self._recent) if messages else ():
            if known[0] is messages[0] and len(known) <= len(messages) and all(map(is_, known, messages)):
                chain = its.begun(len(known))
                break
        chain = chain or _Chain(self._extended, self._keys)
        chain.extend(messages[len(chain.keys) :])
        if messages:
            self._recent.append((messages, chain))
        return chain

    def _of_conversation(self, conversation: Conversation, length: int) -> _Chain:
        if id(conversation) in self._of_conversations:
            _, chain = self._of_conversations[id(conversation)]
            chain.extend(map(conversation.__getitem__, range(len(chain.keys), length)))
            return chain
        lent = [(conversation, length)]
        while id(conversation) not in self._of_conversations and conversation.before is not None:
            conversation, length = conversation.before, conversation.kept
            lent.append((conversation, length))
        chain = _Chain(self._extended, self._keys)
        for one, until in reversed(lent):  # what was lent comes first
            if id(one) in self._of_conversations:
                _, chain = self._of_conversations[id(one)]
            else:
                chain = chain.begun(one.kept)
                self._of_conversations[id(one)] = one, chain
            chain.extend(one[place] for place in range(len(chain.keys), until))
        return chain


class _Chain:
    """Keys of messages, and names of beginnings: `prefixes[n]` names the first n."""

    __slots__ = ("_extended", "_key", "keys", "prefixes")

    def __init__(self, extended: _Prefixes, key: _Keys) -> None:
        self._extended = extended
        self._key = key
        self.keys: list[int] = []
        self.prefixes = [0]

    def begun(self, length: int) -> _Chain:
        """Another one that begins as this one does."""
        chain = _Chain(self._extended, self._key)
        chain.keys, chain.prefixes = self.keys[:length], self.prefixes[: length + 1]
        return chain

    def extend(self, messages: Iterable[Message]) -> None:
        prefix, key_of, extended = self.prefixes[-1], self._key, self._extended
        for message in messages:
            key = key_of(message)
            prefix = extended(prefix, key)
            self.keys.append(key)
            self.prefixes.append(prefix)


class _Keys:
    """`chain_key` of messages: a reply mostly stands in a later prompt, as the same value, and is looked at once."""

    REPLIES_MAX = 64

    def __init__(self) -> None:
        self._known: dict[int, tuple[Message, int]] = {}

    def __call__(self, message: Message) -> int:
        known = self._known.get(id(message))
        return chain_key(message) if known is None else known[1]

    def of_reply(self, message: Message) -> int:
        """The key, which is kept for a while."""
        if len(self._known) >= self.REPLIES_MAX:
            del self._known[next(iter(self._known))]
        key = chain_key(message)
        self._known[id(message)] = message, key
        return key


def chain_key(message: Message) -> int:
    """Equal for two recordings of one message: ids, reasoning, white space at the ends and raw spelling are left out.

    A hash of 64 bits, which lasts as long as the process: a digest takes ten times as long. Of the role it is the id,
    since the hash of an enum is Python code.
    """
    text, calls, responses = "", [], []
    for part in message.parts:
        if isinstance(part, Text):
            text = f"{text}\n{part.text}" if text else part.text
        elif isinstance(part, ToolCall):
            calls.append((part.name, exact(part.raw if part.problem else part.arguments)))
        elif isinstance(part, ToolResponse):
            result = part.result
            responses.append(result.strip() if isinstance(result, str) else _decoded(exact(result)))
    role = Role.ASSISTANT if calls else message.role
    if role is Role.DEVELOPER:
        role = Role.SYSTEM
    return hash((id(role), text.strip(), tuple(calls), tuple(responses)))


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogatepass")


TWINS_MAX = 64
"""Parallel threads with one and the same conversation that are told apart; of more, the latest."""


class _Ends:
    """Which calls ended with which conversation, prompt and reply.

    Parallel threads that said the same so far are told apart: the one under the same parent, and the one that
    nothing follows yet, is the likelier to be gone on from.
    """

    def __init__(self, trace: Trace) -> None:
        self.of_row: dict[int, int] = {}
        """The name of the conversation after each call."""
        self._trace = trace
        self.rows: dict[int, list[int]] = {}
        """By the name of a conversation the calls that ended with it."""
        self._followed: set[int] = set()

    def add(self, end: int, row: int) -> None:
        self.of_row[row] = end
        rows = self.rows.setdefault(end, [])
        rows.append(row)
        del rows[:-TWINS_MAX]

    def follow(self, row: int | None) -> None:
        if row is not None:
            self._followed.add(row)

    def best(self, end: int, row: int) -> int:
        rows = self.rows[end]
        if len(rows) == 1:
            return rows[0]
        parents = self._trace.parents
        siblings = [one for one in rows if parents[one] == parents[row]] or rows
        return next((one for one in siblings if one not in self._followed), siblings[-1])
