"""Threads: which model call goes on from which, rebuilt from the messages alone.

Call B continues call A when A's prompt and A's reply are how B's prompt begins. This needs no span parents and no
ids, and holds across formats; where the writer reworded the reply, A's prompt being how B's begins is enough. Some
writers record only the new messages of each call: there the prompt begins with A's reply, or answers A's calls. Where
nothing goes on so, times and made-up ids in the system prompt count for nothing: many agents tell the time anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, reduce
from itertools import pairwise
from typing import NamedTuple

from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Message, Role, ToolCall
from replaydbg.core.step import Body, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.index import Asked, TraceIndex
from replaydbg.graph.prefixes import Digests, Ends, Keys, Retold, chain_key, extended

_ASSISTANT = Role.ASSISTANT
_LENGTHS = range(1 << 62)
"""Beginnings of a list of messages, named by their lengths."""


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
    """Links the model calls of a walk: see the module.

    Prompts that are beginnings of one list (`History`) name their beginnings by length, as long as nothing else begins
    as that list does: no message is looked at. Once something does, its calls are named as all others are.
    """

    def __init__(self, trace: Trace, asked: Asked) -> None:
        self.links: dict[int, Link] = {}
        self._trace = trace
        self._agents = trace.agents
        self._asked = asked
        self._ends = Ends(trace)
        self._prompts: dict[int, int] = {}
        self._replies: dict[int, int] = {}
        """By the key of a reply the latest call that gave it, of those that are not `_unkeyed`."""
        self._unkeyed: list[int] = []
        """Calls whose replies nobody has asked for: in most runs nobody ever does."""
        self._latest: dict[int, int] = {}
        self._silent: set[int] = set()
        """Rows of the calls without a reply."""
        self._keys = Keys()
        self._digests = Digests(self._keys)
        self._retold = Retold(trace)
        self._talks: dict[int, _Talk] = {}
        """By the identity of their conversation."""
        self._begun: dict[int, _Talk | None] = {}
        """By the key of a first message the one talk that begins with it; None where others do, too."""

    def hear(self, row: int, body: Body) -> None:
        messages = body.messages
        if messages is None:
            return
        output = body.output
        if output is None:
            self._silent.add(row)
        if not (isinstance(messages, History) and self._in_talk(row, messages, output)):
            self._among_others(row, messages, output)
        self._latest[self._agents[row]] = row

    def _in_talk(self, row: int, prompt: History, output: Message | None) -> bool:
        """Whether the call could be linked in a talk of its own."""
        conversation, length = prompt.conversation, prompt.length
        if not length and not (len(conversation) and _same(conversation[0], output)):
            return False  # it begins with the reply, and that stands elsewhere
        talk = self._talks.get(id(conversation)) or self._begin(conversation)
        if talk.is_shared:
            return False
        link = talk.goes_on(row, length)  # as nearly always
        if link is None:
            talk.learn(length)
            found = self._continued(row, prompt, _LENGTHS, talk.ends, talk.prompts)
            if found is None and length and self._told_after(row, prompt[0], talk.key) is not None:
                self._share(talk.key)
                return False
            link = found or Link(row, None, 0)
            talk.ends.follow(link.previous)
            talk.prompts[length] = row
        self.links[row] = link
        talk.add(row, length, output)
        if output is not None:
            self._unkeyed.append(row)
        return True

    def _begin(self, conversation: Conversation) -> _Talk:
        key = self._keys(conversation[0])
        talk = self._talks[id(conversation)] = _Talk(self._trace, conversation, key)
        if key in self._begun or self._retold.key(conversation[0]) is not None:
            talk.is_shared = True
            self._share(key)
        else:
            self._begun[key] = talk
        return talk

    def _key_of_talk(self, call: int) -> int:
        """That of the talk which the call is in, and which nothing else began like so far."""
        alone = (talk for talk in self._talks.values() if not talk.is_shared)
        return next(talk.key for talk in alone if any(row == call for row, _ in talk.calls))

    def _share(self, key: int) -> None:
        """Something else begins with the message, too: name what is known by what it says."""
        talk = self._begun.get(key)
        self._begun[key] = None
        if talk is None:
            return
        talk.is_shared = True
        for row, length in talk.calls:
            prefixes = self._digests.of(History(talk.conversation, length)).prefixes
            self._ends.follow(self.links[row].previous)
            output = self._trace.body(row).output
            self._ended(row, prefixes[length], None if output is None else self._keys(output))

    def _among_others(self, row: int, messages: Sequence[Message], output: Message | None) -> None:
        ends, retold = self._ends, self._retold
        chain, length = self._digests.of(messages), len(messages)
        if length:
            self._share(chain.keys[0])
        link = self._continued(row, messages, chain.prefixes, ends, self._prompts)
        if link is None and length:
            link = self._told_after(row, messages[0], chain.keys[0])
        again = retold.prefixes(messages, chain.keys)
        if link is None and again:
            link = self._continued(row, messages, again, retold.ends, retold.prompts)
        link = self.links[row] = link or Link(row, None, 0)
        end = chain.prefixes[length]
        if link.delta and link.previous is not None:
            if link.previous not in ends.of_row:
                self._share(self._key_of_talk(link.previous))
            # Named by the whole prompt, so that a later call that recorded all of it finds its predecessor.
            end = reduce(extended, chain.keys[link.new_from : length], ends.of_row[link.previous])
        ends.follow(link.previous)
        reply = None if output is None else self._keys.of_reply(output)
        self._ended(row, end, reply)
        if reply is not None and self._replies and not self._unkeyed:
            self._replies[reply] = row
        elif reply is not None:
            self._unkeyed.append(row)
        if again:
            if reply is not None:
                retold.ends.add(extended(again[length], reply), row)
            retold.prompts[again[length]] = row
            retold.ends.follow(link.previous)

    def _ended(self, row: int, end: int, reply: int | None) -> None:
        """The conversation before the reply to the call has this name."""
        self._prompts[end] = row
        self._ends.of_row[row] = end
        if reply is not None:
            if not end:
                self._share(reply)  # of an empty prompt the conversation begins with the reply
            self._ends.add(extended(end, reply), row)

    def _told_after(self, row: int, first: Message, key: int) -> Link | None:
        """A link where only what is new was recorded; `key` is that of the first message."""
        if first.role is Role.ASSISTANT:
            before = self._all_replies().get(key)
            if before is not None:
                return Link(row, before, 1, delta=True)
        latest = self._latest.get(self._agents[row])
        return Link(row, latest, 0, delta=True) if self._answers(latest, first) else None

    def _all_replies(self) -> dict[int, int]:
        for row in self._unkeyed:
            output = self._trace.body(row).output
            if output is not None:
                self._replies[self._keys(output)] = row
        self._unkeyed.clear()
        return self._replies

    def _continued(
        self,
        row: int,
        messages: Sequence[Message],
        prefixes: Sequence[int],
        ends: Ends,
        prompts: dict[int, int],
    ) -> Link | None:
        for length in range(len(messages), 0, -1):
            prefix = prefixes[length]
            if prefix in ends.rows:  # as nearly always; made in half the time that a call of the class takes
                return tuple.__new__(Link, (row, ends.best(prefix, row), length, False))
            previous = prompts.get(prefix)
            if previous is None or length == len(messages):
                continue  # a retry of the same prompt is no continuation
            if messages[length].role is _ASSISTANT:
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


class _Talk:
    """Calls whose prompts are beginnings of one conversation. Unless it is shared, lengths are names of its beginnings."""

    __slots__ = (
        "_latest", "_longest", "_unnoted", "calls", "conversation", "ends", "is_shared", "key", "prompts", "replies",
    )  # fmt: skip

    def __init__(self, trace: Trace, conversation: Conversation, key: int) -> None:
        self.conversation = conversation
        self.key = key
        """Of its first message."""
        self.is_shared = False
        self.calls: list[tuple[int, int]] = []
        """Rows by time, and lengths of their prompts."""
        self.ends = Ends(trace)
        self.prompts: dict[int, int] = {}
        self.replies: dict[int, list[tuple[int, Message]]] = {}
        """By the length of their prompt those that are not known to stand after it."""
        self._longest = -1
        self._latest: tuple[int, int, Message] | None = None
        """The call that was added last, the length of its prompt and its reply, if no prompt before was as long."""
        self._unnoted = -1
        """From this one of `calls` on each goes on from the one before it, which `ends` and `prompts` are told when somebody looks: in
        most runs nobody does. -1 where there is none such."""

    def add(self, row: int, length: int, output: Message | None) -> None:
        """A call of the talk, after those before it."""
        self.calls.append((row, length))
        if output is not None and length > self._longest:
            self._latest = row, length, output
        elif output is not None:
            self.replies.setdefault(length, []).append((row, output))
        self._longest = max(self._longest, length)

    def goes_on(self, row: int, length: int) -> Link | None:
        """How the call at `row` goes on from the one added last, if its prompt, of this length, holds the reply of that one, the
        very value, and is longer than all before: no other call can be nearer. None where one has to look.
        """
        latest, self._latest = self._latest, None
        if latest is None:
            return None
        previous, at, output = latest
        if at < length and self.conversation[at] is output:
            if self._unnoted < 0:
                self._unnoted = len(self.calls) - 1
            told = row, previous, at + 1, False
            return tuple.__new__(Link, told)  # in half the time of a call of the class
        self.replies.setdefault(at, []).append((previous, output))
        return None

    def learn(self, length: int) -> None:
        """Note what was left out, and which replies stand in a prompt of this length."""
        if self._unnoted >= 0:
            for (row, at), (following, its_length) in pairwise(self.calls[self._unnoted :]):
                self.ends.add(at + 1, row)
                self.ends.follow(row)
                self.prompts[its_length] = following
            self._unnoted = -1
        if not self.replies:
            return
        for at in [at for at in self.replies if at < length]:
            told = self.conversation[at]
            for row, output in self.replies.pop(at):
                if _same(told, output):
                    self.ends.add(at + 1, row)


def _same(message: Message, reply: Message | None) -> bool:
    return message is reply or (reply is not None and chain_key(message) == chain_key(reply))


class Threads:
    def __init__(self, index: TraceIndex) -> None:
        self.index = index
        self.linking = index.walk.add(
            lambda present: Linking(index.trace, present(index.asked)), Kind.MODEL_CALL
        )

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
    def first_followers(self) -> dict[int, int]:
        """For each call that anything goes on from the first that does."""
        return {
            link.previous: link.row for link in reversed(self.links.values()) if link.previous is not None
        }

    @cached_property
    def roots(self) -> dict[int, int]:
        """For each call with a link the first call of its thread."""
        roots: dict[int, int] = {}
        for row, link in self.links.items():  # in order of time: the previous call has its root already
            roots[row] = row if link.previous is None else roots[link.previous]
        return roots

    def root(self, row: int) -> int:
        """The first call of the thread that `row` belongs to."""
        return self.roots.get(row, row)

    def after(self, row: int) -> list[int]:
        """The calls of the thread after `row`, nearest first; along the first follower where the run forked."""
        later: list[int] = []
        at = self.first_followers.get(row)
        while at is not None:
            later.append(at)
            at = self.first_followers.get(at)
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
