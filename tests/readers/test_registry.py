"""The right reader for a document, or one sentence that says why there is none."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from functools import partial

import orjson
import pytest

from replaydbg import limits
from replaydbg.core.finding import Notice
from replaydbg.errors import UnreadableInput, UsageProblem
from replaydbg.readers import _registry
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._index import entry
from tests.support.otlp import document, request, span, trace
from tests.support.samples import SAMPLES


def test_the_folder_is_walked() -> None:
    names = [reader.name for reader in _registry.readers()[0]]
    assert {"otlp", "otlp-logs", "otel-console", "native"} <= set(names)
    assert names == sorted(names)


def test_traces_of_one_file_have_ids_of_their_own() -> None:
    from tests.readers.test_agentdojo import RUN

    (reading,) = _registry.read(document([RUN] * 3))
    assert [trace.id for trace in reading.traces] == [
        f"banking-user_task_0{more}" for more in ("", "~2", "~3")
    ]
    assert [trace.body(0).output for trace in reading.traces] == [reading.traces[0].body(0).output] * 3


@pytest.mark.parametrize("name", ["trace.json", "notes.txt", "x.parquet"])
def test_the_content_decides_and_never_the_name(name: str) -> None:
    choice = _registry.choose(document(request(span(1)), name))
    assert choice.reader.name == "otlp"
    assert choice.confidence > 0.9
    assert choice.notices == ()


@pytest.mark.parametrize(
    ("content", "word", "hint"),
    [
        (b"", "is empty", "flush"),
        (b" \n\n ", "is empty", "flush"),
        (gzip.compress(b"{}", mtime=0), "gzip", "unpack"),
        (b"SQLite format 3\x00", "SQLite", "export"),
        (b"PAR1....", "Parquet", "JSON"),
        (b"\xff\xfe{\x00", "UTF-16", "UTF-8"),
        ("{}".encode("utf-32"), "UTF-32", "UTF-8"),
        (b"\x00\x00\xfe\xff\x00\x00\x00{", "UTF-32", "UTF-8"),
        (b"ab\x00cd", "binary", "UTF-8"),
        (b"hello world", "not JSON", "JSON Lines"),
        (b'{"weather": "fine"}', "no trace format", "--format"),
        (b"[1, 2]", "no trace format", "--format"),
        (b"17", "no trace format", "--format"),
        (b'{"weather": ["fi', "is damaged JSON", "--format"),
        (b'{"weather": 1}\n{"weather"', "is damaged JSON", "--format"),
    ],
)
def test_what_can_not_be_read_is_refused_in_one_sentence(content: bytes, word: str, hint: str) -> None:
    strictly = partial(_registry.choose, fallback=False), partial(_registry.read, fallback=False)
    for call in (strictly[0], lambda each: list(strictly[1](each))):
        with pytest.raises(UnreadableInput) as caught:
            call(document(content, "the-file"))
        assert "the-file" in caught.value.message
        assert word in caught.value.message
        assert hint in caught.value.hint
        assert "\n" not in caught.value.message


def test_what_was_tried_is_named() -> None:
    with pytest.raises(UnreadableInput) as caught:
        _registry.choose(document(b'{"weather": "fine"}'), fallback=False)
    assert caught.value.hint.count("lacks") == 3


def test_a_format_can_be_named() -> None:
    assert _registry.choose(document(request(span(1))), "otlp").reader.name == "otlp"
    with pytest.raises(UsageProblem) as caught:
        _registry.choose(document(request(span(1))), "otpl")
    assert "otlp" in caught.value.hint


def test_a_named_format_that_it_is_not() -> None:
    with pytest.raises(UnreadableInput):
        list(_registry.read(document(b'{"messages": 1}'), "otlp"))


def test_native_files_are_preferred_to_plain_otlp() -> None:
    from replaydbg.writers.native import write

    content = b"".join(write(trace(span(1))))
    assert _registry.choose(document(content)).reader.name == "native"


def test_a_file_without_steps_says_so() -> None:
    (reading,) = _registry.read(document(request()))
    assert reading.traces == ()
    assert "no step" in reading.notices[-1].message


def made_up(
    name: str, confidence: float, notices: int = 0, *, refuses: bool = False, fails: bool = False
) -> Reader:
    def sniff(_: Document) -> float:
        if fails:
            raise KeyError("bug")
        return confidence

    def read(_: Document, __: bool) -> Iterator[Reading]:
        if refuses:
            raise NotThisFormat("no")
        yield Reading((trace(span(1)),), tuple(Notice(str(n), name) for n in range(notices)))

    return Reader(name, name.title(), sniff, read)


def registry(monkeypatch: pytest.MonkeyPatch, *readers: Reader) -> None:
    known = tuple(_registry._of(entry(reader), partial(_registry._same, reader)) for reader in readers)
    monkeypatch.setattr(_registry, "_known", lambda: (known, ()))
    monkeypatch.setattr(_registry, "readers", lambda: (readers, ()))


def test_the_next_reader_is_asked_when_the_best_finds_that_it_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry(monkeypatch, made_up("wrong", 0.9, refuses=True), made_up("right", 0.6, notices=1))
    (reading,) = _registry.read(document({}))
    assert reading.notices[-1].message == "right"


def test_a_guess_is_labelled_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    registry(monkeypatch, made_up("guess", 0.2), made_up("never", 0.0))
    choice = _registry.choose(document({}))
    assert (choice.confidence, choice.runner_up) == (0.2, None)
    assert "may be something else" in choice.notices[0].message


def test_a_close_runner_up_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    registry(monkeypatch, made_up("one", 0.9), made_up("two", 0.85))
    choice = _registry.choose(document({}))
    assert choice.runner_up is not None
    assert "Two" in choice.notices[0].message


def test_a_reader_that_fails_while_looking_takes_no_chance_from_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry(monkeypatch, made_up("broken", 1.0, fails=True), made_up("sound", 0.8))
    choice = _registry.choose(document({}))
    assert choice.reader.name == "sound"
    assert "broken" in choice.notices[0].message


def _raises(_: Document, __: bool) -> Iterator[Reading]:
    yield Reading((trace(span(1)),), complete=False)
    raise KeyError("bug")


def _gives_nothing(_: Document, __: bool) -> Iterator[Reading]:
    return iter(())


@pytest.mark.parametrize("read", [_raises, _gives_nothing])
def test_a_strangers_reader_that_fails_while_reading_costs_a_notice(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[Document, bool], Iterator[Reading]]
) -> None:
    broken = Reader("broken", "Broken", lambda _: 0.97, read)
    registry(monkeypatch, broken, made_up("sound", 0.6))
    *_, reading = _registry.read(document({}))
    assert reading.complete
    assert "broken" in reading.notices[0].message
    registry(monkeypatch, broken)
    with pytest.raises(UnreadableInput, match="the reader 'broken'"):
        list(_registry.read(document({}), "broken"))


def test_a_reader_of_ours_that_raises_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_raises, "__module__", "replaydbg.readers.ours")
    registry(monkeypatch, Reader("ours", "Ours", lambda _: 0.97, _raises), made_up("sound", 0.6))
    with pytest.raises(KeyError):
        list(_registry.read(document({})))


def test_notices_are_bounded_and_the_last_says_how_many_more(monkeypatch: pytest.MonkeyPatch) -> None:
    registry(monkeypatch, made_up("noisy", 0.9, notices=limits.NOTICES_MAX + 5))
    (reading,) = _registry.read(document({}))
    assert len(reading.notices) == limits.NOTICES_MAX
    assert "6 more" in reading.notices[-1].message


class Point:
    value = "stranger:READER"
    name = "stranger"

    def __init__(self, loaded: object) -> None:
        self.loaded = loaded

    def load(self) -> object:
        if isinstance(self.loaded, BaseException):
            raise self.loaded
        return self.loaded


@pytest.mark.parametrize("loaded", [ImportError("no module"), SystemExit(3), "not a reader"])
def test_a_plug_in_that_fails_is_a_notice(monkeypatch: pytest.MonkeyPatch, loaded: object) -> None:
    monkeypatch.setattr(_registry, "entry_points", lambda group: [Point(loaded)])
    known, notices = _registry._known.__wrapped__()
    assert len(known) >= 4
    assert "stranger" in notices[0].message


def test_a_plug_in_is_one_of_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_registry, "entry_points", lambda group: [Point(made_up("stranger", 1.0))])
    assert "stranger" in [known.entry.name for known in _registry._known.__wrapped__()[0]]


def test_partial_readings_pass_through() -> None:
    content = orjson.dumps(request(*[span(n, "s", 0, {"t": "x" * 600}) for n in range(1, 2000)]))
    *partial, last = [reading.complete for reading in _registry.read(document(content), partial=True)]
    assert partial
    assert not any(partial)
    assert last


IN_WORDS = [
    pytest.param(name, sample, id=f"{name}-{at}")
    for name, samples in SAMPLES.items()
    for at, sample in enumerate(samples)
    if sample[:1] not in b"{[" and name not in {"inspect", "otlp-protobuf"}
]


@pytest.mark.parametrize(("format_name", "sample"), IN_WORDS)
def test_the_line_ends_of_windows(format_name: str, sample: bytes) -> None:
    *_, plain = _registry.read(Document("a.md", memoryview(sample)))
    *_, reading = _registry.read(Document("a.md", memoryview(sample.replace(b"\n", b"\r\n"))))
    assert {trace.source.format for trace in reading.traces} == {format_name}
    assert [trace.ids for trace in reading.traces] == [trace.ids for trace in plain.traces]
