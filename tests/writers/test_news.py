"""What a prompt says that none before it said."""

from __future__ import annotations

from replaydbg.core.message import Message, Reasoning, Role, Text, text_message
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
