"""A file that an agent is still writing is read as it grows; what is shown in the end is what a whole reading shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.actions import follow
from replaydbg.actions.open import open_trace
from replaydbg.core.trace import Trace
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _registry
from replaydbg.readers._api import Reading
from tests.support.otlp import document, logs, record, request, span

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5}
REQUESTS = [
    request(span(2, "chat m", 1, CHAT)),
    logs(record("gen_ai.user.message", {"content": "hi"}, 3)),
    request(span(3, "chat m", 1, CHAT), span(4, "find", 1)),
    logs(record("gen_ai.choice", {"message": {"content": "yes"}}, 3)),
    request(span(1, "agent")),
]
OTLP = b"".join(orjson.dumps(each) + b"\n" for each in REQUESTS)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def followed(path: Path, deeds: list[Callable[[], Any]], format_name: str | None = None) -> list[Reading]:
    """Readings while the deeds are done one after another, one at each wait; the end comes after the last one."""
    waiting = list(deeds)

    def wait(_seconds: float) -> bool:
        if not waiting:
            return False
        waiting.pop(0)()
        return True

    return list(follow.readings(str(path), format_name, wait))


def told(trace: Trace) -> list[Any]:
    return [
        (step.id, step.parent_id, step.kind, step.body.messages, step.body.output) for step in trace.steps()
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"")
    return path


def test_steps_appear_as_they_are_written(path: Path) -> None:
    lines = OTLP.splitlines(keepends=True)
    deeds = [lambda line=line: append(path, line) for line in lines]
    seen = followed(path, [*deeds, lambda: None])
    assert [len(reading.traces[0]) for reading in seen] == [1, 1, 3, 3, 4]
    assert told(seen[-1].traces[0]) == told(open_trace(str(path)).trace)
    assert seen[-1].notices == ()
    assert len(seen[0].traces[0]) == 1, "what was handed out stays as it was"


def test_a_half_written_line_waits_for_its_rest(path: Path) -> None:
    first, rest = OTLP[:-30], OTLP[-30:]
    seen = followed(
        path, [lambda: append(path, first), lambda: None, lambda: append(path, rest), lambda: None]
    )
    assert [len(reading.traces[0]) for reading in seen] == [3, 4]
    assert not any("damaged" in notice.message for reading in seen for notice in reading.notices)


@given(st.lists(st.integers(1, len(OTLP) - 1), max_size=6))
@settings(max_examples=40, deadline=None)
def test_however_it_is_cut_the_end_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    path = tmp_path_factory.mktemp("cut") / "run.jsonl"
    path.write_bytes(b"")
    places = [0, *sorted(cuts), len(OTLP)]
    pieces = [OTLP[start:end] for start, end in pairwise(places)]
    seen = followed(
        path, [*[lambda piece=piece: append(path, piece) for piece in pieces], lambda: None, lambda: None]
    )
    assert told(seen[-1].traces[0]) == told(open_trace(str(path)).trace)


def test_a_large_file_is_shown_before_it_is_read_to_its_end(path: Path) -> None:
    path.write_bytes(b"".join(orjson.dumps(request(span(n, "x" * 3000))) + b"\n" for n in range(1, 400)))
    first, *_, last = followed(path, [lambda: None])
    assert not first.complete
    assert 0 < len(first.traces[0]) < len(last.traces[0]) == 399
    assert last.complete


def test_other_formats_of_lines_are_read_anew(path: Path) -> None:
    def turn(number: int) -> bytes:
        asked = {"model": "m", "messages": [{"role": "user", "content": f"q{number}"}]}
        said = {"choices": [{"message": {"role": "assistant", "content": f"a{number}"}}]}
        return orjson.dumps({"request": asked, "response": said}) + b"\n"

    seen = followed(
        path, [lambda: append(path, turn(1)), lambda: append(path, turn(2) + b'{"requ'), lambda: None]
    )
    assert [sum(map(len, reading.traces)) for reading in seen][-1] == 2
    assert seen[-1].notices == seen[0].notices


def test_a_document_that_is_written_again_and_again(path: Path) -> None:
    def document(count: int) -> bytes:
        return orjson.dumps(
            request(*[span(n, "step") for n in range(1, count + 1)]), option=orjson.OPT_INDENT_2
        )

    seen = followed(
        path,
        [lambda: path.write_bytes(document(1)), lambda: None, lambda: path.write_bytes(document(3)[:-20]),
         lambda: path.write_bytes(document(3)), lambda: None, lambda: None],
    )  # fmt: skip
    assert [len(reading.traces[0]) for reading in seen][-1] == 3
    assert not any(reading.notices for reading in seen), "that is how it grows"


def test_a_document_of_another_run_is_told(path: Path) -> None:
    first, other = (orjson.dumps(request(span(n, "step")), option=orjson.OPT_INDENT_2) for n in (1, 2))
    seen = followed(
        path, [lambda: path.write_bytes(first), lambda: None, lambda: path.write_bytes(other), lambda: None]
    )
    assert [list(map(follow.is_of_file, reading.notices)) for reading in (seen[0], seen[-1])] == [[], [True]]


def test_a_file_that_begins_anew_is_read_anew(path: Path) -> None:
    again = orjson.dumps(request(span(9, "another"))) + b"\n"
    seen = followed(path, [lambda: append(path, OTLP), lambda: path.write_bytes(again), lambda: None])
    assert [step.name for step in seen[-1].traces[0].steps()] == ["another"]


def test_a_file_that_is_emptied_and_goes_on_is_read_anew(path: Path) -> None:
    """Rotation by copying: what comes next is none of the old file's."""
    again = orjson.dumps(request(span(9, "another"))) + b"\n"
    deeds = [lambda: append(path, OTLP), lambda: path.write_bytes(b""), lambda: append(path, again)]
    seen = followed(path, [*deeds, lambda: None])
    assert [step.name for step in seen[-1].traces[0].steps()] == ["another"]
    assert seen[-1].notices[-1].message.startswith("the file was written anew while it was followed: ")


def test_a_writer_that_stays_where_it_was_leaves_a_hole(path: Path) -> None:
    """Rotation by copying, and the writer does not append: zeros stand before what it writes on."""
    again = [orjson.dumps(request(span(n, f"s{n}"))) + b"\n" for n in (7, 8)]
    hole = bytes(90_000)
    deeds = [
        lambda: append(path, OTLP),
        lambda: path.write_bytes(hole + again[0]),
        lambda: append(path, again[1]),
    ]
    seen = followed(path, [*deeds, lambda: None])
    assert [step.name for step in seen[-1].traces[0].steps()] == ["s7", "s8"]
    assert [step.name for step in open_trace(str(path)).trace.steps()] == ["s7", "s8"]


def test_a_file_that_has_gone_is_followed_again_once_it_is_back(path: Path) -> None:
    again = orjson.dumps(request(span(9, "another"))) + b"\n"
    deeds = [lambda: append(path, OTLP), path.unlink, lambda: None, lambda: append(path, again)]
    seen = followed(path, [*deeds, lambda: None])
    gone = [reading for reading in seen if follow.GONE in reading.notices]
    assert [len(reading.traces[0]) for reading in gone] == [4], "what was there stays on the screen"
    assert [step.name for step in seen[-1].traces[0].steps()] == ["another"]
    assert follow.GONE not in seen[-1].notices


def test_a_document_that_goes_away_is_waited_for(path: Path) -> None:
    whole = orjson.dumps(REQUESTS[2])
    deeds = [lambda: path.write_bytes(whole), lambda: None, path.unlink, lambda: path.write_bytes(whole)]
    seen = followed(path, [*deeds, lambda: None, lambda: None])
    assert [follow.GONE in reading.notices for reading in seen] == [False, True, False]


def test_what_is_no_trace_is_said(path: Path) -> None:
    with pytest.raises(UnreadableInput):
        followed(path, [lambda: append(path, b"hello\nworld\n"), lambda: None])


def test_news_are_told_once() -> None:
    (first,) = follow_lines(request(span(2, "b", 1)))
    (second,) = follow_lines(request(span(2, "b", 1)), request(span(1, "a")), request(span(3, "c", 1)))
    news = follow.News()
    assert [(rows, is_new) for _, rows, is_new in news.of(first)] == [([0], True)]
    assert [(rows, is_new) for _, rows, is_new in news.of(second)] == [([0, 2], False)]
    assert list(news.of(second)) == []
    assert list(follow.News("no such trace").of(second)) == []
    assert len(list(follow.News("#1").of(second))) == 1


def follow_lines(*requests: Any) -> list[Reading]:
    return list(_registry.read(document(b"".join(orjson.dumps(each) + b"\n" for each in requests))))


def test_what_others_take_meanwhile_does_not_make_the_pauses_longer(path: Path) -> None:
    """While the rules run, and the screen is painted, a session that is read anew was read every four seconds."""
    path.write_bytes(b"")
    pauses: list[float] = []

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        append(path, b'{"role": "user", "content": "hi"}\n{"role": "assistant", "content": "yes"}\n')
        return len(pauses) < 4

    for _ in follow.readings(str(path), "chat-log", wait):
        time.sleep(0.6)
    assert pauses[-1] < 0.6
