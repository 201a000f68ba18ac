"""Names for how conversations begin: numbers that are equal where two recordings tell the same, whoever wrote them.

Threads (`graph.threads`) are found by them: a call goes on from the one whose prompt and reply its own prompt begins with.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from operator import is_

from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Message, Role, Text, ToolCall, ToolResponse, text_message
from replaydbg.core.trace import Trace
from replaydbg.graph.wording import exact, masked
from replaydbg.wire.conversation import is_instruction


def extended(prefix: int, key: int) -> int:
    """The name of a beginning, made of that of the beginning before it and the key of its last message. 0 is none.

    Of as many bits as the key is, so nothing has to be remembered of names that were given.
    """
    return hash((prefix, key))


class Retold:
    """Prompts whose instructions hold a time or a made-up id, by names that leave it out."""

    def __init__(self, trace: Trace) -> None:
        self.ends = Ends(trace)
        self.prompts: dict[int, int] = {}
        self._latest: dict[int, tuple[list[int], list[int]]] = {}
        """By the instructions the last prompt that they began: keys of its messages, and its prefixes."""
        self._plain: tuple[Message | None, int | None] = None, None
        """The instructions looked at last, most prompts have the same, and their key without what changes."""

    def prefixes(self, messages: Sequence[Message], keys: Sequence[int]) -> list[int]:
        """Names of beginnings as those of `Chain`; [] where the prompt holds nothing of the kind."""
        first = self.key(messages[0]) if messages else None
        if first is None:
            return []
        own = [first, *keys[1 : len(messages)]]
        known, prefixes = self._latest.get(first, ([], [0]))
        if own[: len(known)] != known:
            known, prefixes = [], [0]
        prefixes = list(prefixes)
        for key in own[len(known) :]:
            prefixes.append(extended(prefixes[-1], key))
        self._latest[first] = own, prefixes
        return prefixes

    def key(self, message: Message) -> int | None:
        """Of instructions that hold something of the kind; None of any other message."""
        known, key = self._plain
        if known is not message:
            text = message.text if is_instruction(message) else ""
            plain = masked(text)
            key = chain_key(text_message(message.role, plain)) if plain != text else None
            self._plain = message, key
        return key


class Digests:
    """Keys of messages and names of beginnings of prompts, each message looked at once.

    Prompts that are the beginning of one growing list (`History`) share theirs; of others, those that go on from a
    prompt seen lately are walked from there, since readers share the messages of repeated histories.
    """

    PROMPTS_MAX = 8

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._recent: deque[tuple[Sequence[Message], Chain]] = deque(maxlen=self.PROMPTS_MAX)
        self._of_conversations: dict[int, tuple[Conversation, Chain]] = {}

    def of(self, messages: Sequence[Message]) -> Chain:
        """A chain that may be longer than the prompt: of the same conversation later."""
        if isinstance(messages, History):
            return self._of_conversation(messages.conversation, len(messages))
        chain = None
        for known, its in reversed(self._recent) if messages else ():
            if known[0] is messages[0] and len(known) <= len(messages) and all(map(is_, known, messages)):
                chain = its.begun(len(known))
                break
        chain = chain or Chain(self._keys)
        chain.extend(messages[len(chain.keys) :])
        if messages:
            self._recent.append((messages, chain))
        return chain

    def _of_conversation(self, conversation: Conversation, length: int) -> Chain:
        if id(conversation) in self._of_conversations:
            _, chain = self._of_conversations[id(conversation)]
            chain.extend(map(conversation.__getitem__, range(len(chain.keys), length)))
            return chain
        lent = [(conversation, length)]
        while id(conversation) not in self._of_conversations and conversation.before is not None:
            conversation, length = conversation.before, conversation.kept
            lent.append((conversation, length))
        chain = Chain(self._keys)
        for one, until in reversed(lent):  # what was lent comes first
            if id(one) in self._of_conversations:
                _, chain = self._of_conversations[id(one)]
            else:
                chain = chain.begun(one.kept)
                self._of_conversations[id(one)] = one, chain
            chain.extend(one[place] for place in range(len(chain.keys), until))
        return chain


class Chain:
    """Keys of messages, and names of beginnings: `prefixes[n]` names the first n."""

    __slots__ = ("_key", "keys", "prefixes")

    def __init__(self, key: Keys) -> None:
        self._key = key
        self.keys: list[int] = []
        self.prefixes = [0]

    def begun(self, length: int) -> Chain:
        """Another one that begins as this one does."""
        chain = Chain(self._key)
        chain.keys, chain.prefixes = self.keys[:length], self.prefixes[: length + 1]
        return chain

    def extend(self, messages: Iterable[Message]) -> None:
        prefix, key_of = self.prefixes[-1], self._key
        for message in messages:
            key = key_of(message)
            prefix = extended(prefix, key)
            self.keys.append(key)
            self.prefixes.append(prefix)


class Keys:
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


class Ends:
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
        rows = self.rows.get(end)
        if rows is None:
            self.rows[end] = [row]
            return
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
