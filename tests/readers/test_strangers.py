"""Plug-ins that raise while their steps are looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from replaydbg.core.columns import Columns, arrange
from replaydbg.core.message import Message, Role, ToolCall, text_message
from replaydbg.core.step import Body, Kind, PlainBody, Usage
from replaydbg.core.trace import Source, Trace
from replaydbg.errors import UnreadableInput
from replaydbg.graph.facts import Facts
from replaydbg.readers import _strangers
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.rules import _registry as rules
from replaydbg.views import conversation
from tests.support.otlp import document
from tests.support.readings import walked


class Lazy:
    """A body of which one part cannot be had, or is of another type."""

    def __init__(self, **odd: Any) -> None:
        self._odd = odd

    def __getattr__(self, name: str) -> Any:
        value = self._odd.get(name, getattr(PlainBody(output=text_message(Role.ASSISTANT, "ok")), name))
        if isinstance(value, BaseException):
            raise value
        return value


def raises(handle: Any) -> Body:
    if isinstance(handle, BaseException):
        raise handle
    return handle  # type: ignore[no-any-return]


def trace(*handles: Any, kind: Kind = Kind.MODEL_CALL) -> Trace:
    columns = Columns()
    for number, handle in enumerate(handles):
        columns.add(id=str(number), kind=kind, name="said", handle=handle)
    made = arrange(columns, trace_id="t", source=Source("a", "acme"), decode=raises).trace
    (guarded,) = _strangers.guarded(Reading((made,)), "acme").traces
    return guarded


ODD = [
    (KeyError("said"), "failed on a step: KeyError('said')"),
    (Lazy(output=ValueError("no")), "failed on output: ValueError('no')"),
    (Lazy(messages="text"), "failed on messages: it gave str"),
    (Lazy(usage=None), "failed on usage: it gave NoneType"),
    (Lazy(params=[]), "failed on params: it gave list"),
    (Lazy(output="text"), "failed on output: it gave str"),
]


@pytest.mark.parametrize(("handle", "said"), ODD)
@pytest.mark.parametrize("kind", [Kind.MODEL_CALL, Kind.TOOL_EXECUTION, Kind.OPAQUE])
def test_what_a_plug_in_raises_is_told_on_the_step(handle: Any, said: str, kind: Kind) -> None:
    one = trace(handle, PlainBody(), kind=kind)
    walked(one)
    assert one.body(0).notice == f"the reader 'acme' {said}"  # type: ignore[attr-defined]
    assert one.body(1).notice == ""  # type: ignore[attr-defined]
    heard = list(rules.check(Facts(one)))
    assert [notice for each in heard for notice in each.notices] == [], "no rule stumbles over it"
    assert [notice.message for notice in _strangers.notices(one)] == [f"the reader 'acme' {said}"]


class _Gone(list[Message]):
    def __iter__(self) -> Any:
        raise OSError("gone")


def test_a_history_that_cannot_be_walked_is_none() -> None:
    one = trace(Lazy(messages=_Gone()))
    assert one.body(0).messages is None
    assert [notice.message for notice in _strangers.notices(one)] == [
        "the reader 'acme' failed on messages: OSError('gone')"
    ]


def test_what_is_right_is_as_it_was() -> None:
    call = ToolCall("c", "look", {"a": 1})
    body = PlainBody(
        call=call, has_result=True, result=[1], usage=Usage(1, 2), messages=(), raw={"a": 1}, error="x"
    )
    one = trace(body)
    assert [getattr(one.body(0), name) for name in _strangers._TYPES] == [
        getattr(body, name) for name in _strangers._TYPES
    ]
    assert _strangers.notices(one) == ()
    assert (one.id, one.ids, one.name(0)) == ("t", ["0"], "said")


def test_the_page_of_the_step_says_it() -> None:
    blocks = list(conversation.notice_blocks(trace(KeyError("said")).body(0)))
    assert [block.text for block in blocks] == ["the reader 'acme' failed on a step: KeyError('said')"]
    assert list(conversation.notice_blocks(PlainBody())) == []


def _nothing(_: Document, __: bool = False) -> Any:
    return iter(())


SOUND = Reader("acme", "Acme", lambda _: 0.5, _nothing)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (object(), "no Reader but object"),
        (replace(SOUND, name=5), "its name is 5"),  # type: ignore[arg-type]
        (replace(SOUND, name="a\x1b[31m"), "its name is"),
        (replace(SOUND, needs="acme"), "its needs are 'acme'"),  # type: ignore[arg-type]
        (replace(SOUND, marks=(1,)), "its marks are"),  # type: ignore[arg-type]
        (replace(SOUND, parts=(("(", "x"),)), "name no files"),
        (replace(SOUND, main_files=("{other}",)), "name no files"),
    ],
)
def test_what_cannot_be_a_reader_is_none(given: object, said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        _strangers.admitted(given)


@pytest.mark.parametrize("score", [None, "yes", 7.0, float("nan")])
def test_a_sniff_that_gives_no_measure_has_failed(score: Any) -> None:
    with pytest.raises(ValueError, match="no number from 0 to 1"):
        _strangers.admitted(replace(SOUND, sniff=lambda _: score)).sniff(document({}))
    assert _strangers.admitted(SOUND).sniff(document({})) == 0.5


class _Failing:
    def __init__(self, _: Document) -> None: ...

    def add(self, lines: memoryview) -> None:
        raise SystemExit(len(lines))

    def reading(self) -> Reading:
        return Reading((1,))  # type: ignore[arg-type]


def _none_at_all(_: Document) -> Any:
    raise KeyError("x")


def test_a_feed_that_fails_ends_the_following_with_a_sentence() -> None:
    feed = _strangers.admitted(replace(SOUND, feed=_Failing)).feed
    assert feed is not None
    with pytest.raises(UnreadableInput, match=r"the reader 'acme' failed: SystemExit\(3\)"):
        feed(document({})).add(memoryview(b"abc"))
    with pytest.raises(UnreadableInput, match="AttributeError"):
        feed(document({})).reading()
    broken = _strangers.admitted(replace(SOUND, feed=_none_at_all)).feed
    assert broken is not None
    with pytest.raises(UnreadableInput, match="KeyError"):
        broken(document({}))
