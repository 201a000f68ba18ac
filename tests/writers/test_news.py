"""What a prompt says that none before it said."""

from __future__ import annotations

from replaydbg.core.message import Message, Reasoning, Role, Text, ToolCall, text_message
from replaydbg.writers._news import News

SYSTEM, HI = text_message(Role.SYSTEM, "be kind"), text_message(Role.USER, "hi")
YES = text_message(Role.ASSISTANT, "yes")


def test_a_conversation_is_told_once() -> None:
    news = News()
    assert news.of([SYSTEM, HI]) == [SYSTEM, HI]
    news.reply(YES)
    again = text_message(Role.USER, "again")
    assert news.of([SYSTEM, HI, YES, again]) == [again]
    assert news.of([SYSTEM, HI, YES, again]) == []


def test_what_is_said_twice_is_told_twice() -> None:
    news = News()
    assert news.of([HI]) == [HI]
    assert news.of([HI, YES, HI]) == [YES, HI]


def test_a_reply_that_comes_back_without_its_reasoning_is_the_same() -> None:
    news = News()
    news.reply(Message(Role.ASSISTANT, (Reasoning("hm"), Text("yes "))))
    assert news.of([YES]) == []


FIND, READ = ToolCall("1", "find", {"q": "x"}), ToolCall("2", "read", {"a": 1})


def test_a_reply_that_comes_back_in_pieces_is_the_same() -> None:
    """A client makes a message of each call, and one of the text; a harness leaves out the call that it took from the text."""
    news = News()
    news.reply(Message(Role.ASSISTANT, (Text("yes"), FIND, READ)))
    pieces = [YES, *(Message(Role.ASSISTANT, (each,)) for each in (FIND, READ))]
    assert news.of(pieces) == []
    assert news.of([*pieces, pieces[1]]) == [pieces[1]], "a call that nobody made is new"


def test_a_reply_with_another_call_is_another() -> None:
    news = News()
    news.reply(Message(Role.ASSISTANT, (Text("yes"), FIND)))
    other = Message(Role.ASSISTANT, (Text("yes"), READ))
    assert news.of([other]) == [other]
