"""Exports of platforms: first rows of large files, one value or many records, whatever the platform."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.core.columns import KIND_NUMBER
from replaydbg.core.step import Kind
from replaydbg.readers import _containers, _exports
from replaydbg.readers._api import Document, Reading
from replaydbg.readers._records import Observed
from tests.support.readings import document, lines, only_tell_how_far


class Numbers(_exports.Export):
    """Records are numbers in objects, or one array of them in an object."""

    def __init__(self, document: Document) -> None:
        super().__init__(document, "numbers", lambda handle: Observed(Kind.OPAQUE, name=handle))
        self.was_whole = False

    def add(self, record: _containers.Record) -> None:
        for value, _ in _containers.parsed(record, self.records.notices):
            self._add(value)

    def add_whole(self, text: memoryview) -> bool:
        try:
            found = orjson.loads(text)
        except ValueError:
            return False
        self.was_whole = isinstance(found, dict) and "all" in found
        for each in found["all"] if self.was_whole else ():
            self._add(each)
        return self.was_whole

    def _add(self, value: Any) -> None:
        id_ = str(value["n"])
        row = (id_, "", KIND_NUMBER[Kind.OPAQUE], id_, "", "", -1, -1, 0, -1, -1, float("nan"), id_)
        self.records.add("t", row)


def read(content: Any, *, partial: bool = False) -> tuple[list[Reading], Numbers]:
    steps, first = _exports.read(document(content), partial, Numbers), []
    while True:
        try:
            first.append(next(steps))
        except StopIteration as end:
            return first, end.value


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (lines({"n": 1}, {"n": 2}), False),
        ([{"n": 1}, {"n": 2}], False),
        ({"all": [{"n": 1}, {"n": 2}]}, True),
        (b"\xef\xbb\xbf" + orjson.dumps({"all": [{"n": 1}, {"n": 2}]}), True),
    ],
    ids=["lines", "array", "one value", "one value behind a mark"],
)
def test_containers(content: Any, whole: bool) -> None:
    first, export = read(content)
    (trace,) = export.reading().traces
    assert (trace.ids, export.was_whole, first) == (["1", "2"], whole, [])


def test_of_a_large_file_the_first_rows_come_early() -> None:
    content = lines(*({"n": number, "text": "x" * 100} for number in range(9_000)))
    (first, *between), export = read(content, partial=True)
    assert only_tell_how_far(between)
    (some,), (all_of_them,) = first.traces, export.reading().traces
    assert (first.complete, 0 < first.fraction < 1, first.notices) == (False, True, ())
    assert all_of_them.ids[: len(some)] == some.ids
    assert 0 < len(some) < len(all_of_them) == 9_000
    assert read(content)[0] == []


def test_of_a_small_file_they_do_not() -> None:
    assert read(lines({"n": 1}, {"n": 2}), partial=True)[0] == []
