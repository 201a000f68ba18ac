"""Names of beginnings of conversations."""

from __future__ import annotations

import pytest

from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Message, Role, Text
from replaydbg.graph import prefixes
from replaydbg.graph.prefixes import Digests, Keys, chain_key
from tests.support.build import assistant, call, response, system, user

ASK = assistant("", call("f", {"x": 1}, "c1"))


def test_what_tells_messages_apart() -> None:
    keys = {
        chain_key(message)
        for message in (
            user("a"),
            user("b"),
            system("a"),
            assistant("a"),
            response("", "a"),
            response("", {"a": 1}),
            ASK,
        )
    }
    assert len(keys) == 7
    assert chain_key(Message(Role.DEVELOPER, (Text("a"),))) == chain_key(system("a"))


def test_each_message_of_a_list_is_digested_once(monkeypatch: pytest.MonkeyPatch) -> None:
    digested: list[Message] = []

    def counted(message: Message) -> int:
        digested.append(message)
        return chain_key(message)

    monkeypatch.setattr(prefixes, "chain_key", counted)
    digests = Digests(Keys())
    talk = Conversation(lambda message: message)
    for number in range(200):
        talk.append(user(f"say {number}"))
        names = digests.of(History(talk, len(talk))).prefixes
        assert len(set(names)) == number + 2
    assert len(digested) == 200


def test_a_list_that_goes_on_from_another_has_its_names() -> None:
    digests = Digests(Keys())
    talk = Conversation(lambda message: message)
    for text in ("a", "b", "c"):
        talk.append(user(text))
    fork = Conversation(lambda message: message, talk, 2)
    fork.append(user("d"))
    names, others = digests.of(History(talk, 3)).prefixes, digests.of(History(fork, 3)).prefixes
    assert names[:3] == others[:3]
    assert names[3] != others[3]
    assert digests.of([user("a"), user("b"), user("d")]).prefixes == others
