"""Records, in whatever way they lie in a file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.finding import Notice
from replaydbg.readers._containers import first_record, has_lines, records, values


def read(content: bytes, *, items: bool = False) -> tuple[list[tuple[object, str]], list[Notice]]:
    notices: list[Notice] = []
    return list(values(memoryview(content), notices, items=items)), notices


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"a":1}', [({"a": 1}, "")]),
        (b'\xef\xbb\xbf {"a":1}\n', [({"a": 1}, "")]),
        (b'[\n {"a":1},\n {"a":2}\n]\n', [([{"a": 1}, {"a": 2}], "")]),
        (b'{"a":1}\r\n\r\n{"a":2}\r\n', [({"a": 1}, "line 1"), ({"a": 2}, "line 3")]),
        (b"[1]\n[2]", [([1], "line 1"), ([2], "line 2")]),
        (b'{\n "a": 1\n}\n{\n "a": "}{"\n}\n', [({"a": 1}, "byte 0"), ({"a": "}{"}, "byte 12")]),
        (b'{"a":1}{"a":2}', [({"a": 1}, "byte 0"), ({"a": 2}, "byte 7")]),
        (b"", []),
        (b" \n\n", []),
    ],
)
def test_containers(content: bytes, expected: list[object]) -> None:
    assert read(content) == (expected, [])


def test_items_of_an_array_have_pointers() -> None:
    assert read(b'[{"a":1}, "x", 3]', items=True)[0] == [({"a": 1}, "/0"), ("x", "/1"), (3, "/2")]


def test_items_of_an_array_that_is_no_strict_json() -> None:
    found, _ = read(b'[{"a":NaN}, {"b":"]"} , -2]', items=True)
    assert [place for _, place in found] == ["/0", "/1", "/2"]
    assert found[1][0] == {"b": "]"}


def test_an_array_that_stops_gives_its_whole_items_and_the_beginning_of_the_last() -> None:
    found, notices = read(b'[{"a":1},{"b":2,"c":"cut', items=True)
    assert found == [({"a": 1}, "/0"), ({"b": 2}, "/1")]
    assert [notice.pointer for notice in notices] == ["/1"]


def test_lines_that_are_no_json_are_notices_with_their_number() -> None:
    found, notices = read(b'{"a":1}\nhello\n{"b":2}\n{"c":[1,{"d":2},')
    assert [place for _, place in found] == ["line 1", "line 3", "line 4"]
    assert found[-1][0] == {"c": [1, {"d": 2}]}
    assert [notice.pointer for notice in notices] == ["line 2", "line 4"]


def test_a_first_line_that_was_cut_does_not_hide_the_others() -> None:
    found, notices = read(b'"x":1}]}\n{"a":1}\n{"b":2}\n')
    assert [value for value, _ in found] == [{"a": 1}, {"b": 2}]
    assert [notice.pointer for notice in notices] == ["line 1"]


def test_text_between_objects_is_a_notice_with_its_offset() -> None:
    found, notices = read(b'{\n"a":1\n}\nINFO done\n{\n"b":2\n}')
    assert [value for value, _ in found] == [{"a": 1}, {"b": 2}]
    assert [notice.pointer for notice in notices] == ["byte 10"]


def test_a_megabyte_in_one_line() -> None:
    line = json.dumps({"text": "x" * 1_500_000}).encode()
    assert [len(record.raw) for record in records(memoryview(line + b"\n" + line))] == [len(line)] * 2


def test_records_are_views_and_not_copies() -> None:
    content = bytearray(b'{"a":1}\n{"b":2}')
    first = next(iter(records(memoryview(content))))
    content[5] = ord("9")
    assert bytes(first.raw) == b'{"a":9}'


@pytest.mark.parametrize("content", [b'{"a":1}\n', b'{"a":1}', b"{\n}", b'[\n{"a":1}\n]', b"x\ny\nz\n"])
def test_no_lines(content: bytes) -> None:
    assert not has_lines(memoryview(content))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'\xef\xbb\xbf{"a":{"b":[1,2],"c":"cut', {"a": {"b": [1, 2]}}),
        (b'[{"role":"user","content":"cut', [{"role": "user"}]),
        (b'{"a":1}\n{"b":2', {"a": 1}),
        (b'tail"}\n{"b":2}\n', {"b": 2}),
        (b"no json at all", None),
        (b"", None),
    ],
)
def test_first_record(head: bytes, expected: object) -> None:
    assert first_record(head) == expected


values_of_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=3), values_of_json, min_size=1, max_size=3)


@given(st.lists(objects, min_size=2, max_size=5), st.sampled_from(["lines", "indented", "array", "pressed"]))
def test_every_container_gives_back_its_objects(found: list[object], container: str) -> None:
    match container:
        case "lines":
            content = "\n".join(json.dumps(item) for item in found)
        case "indented":
            content = "\n".join(json.dumps(item, indent=2) for item in found)
        case "pressed":
            content = "".join(json.dumps(item) for item in found)
        case _:
            content = json.dumps(found, indent=1)
    assert [value for value, _ in read(content.encode(), items=container == "array")[0]] == found


@given(st.binary(max_size=200))
def test_nothing_is_raised_on_any_bytes(content: bytes) -> None:
    read(content)
    read(content, items=True)
    first_record(content)


@given(st.lists(objects, min_size=2, max_size=4), st.data())
def test_cut_anywhere_the_whole_records_before_are_there(found: list[object], data: st.DataObject) -> None:
    lines = [json.dumps(item).encode() for item in found]
    content = b"\n".join(lines)
    at = data.draw(st.integers(len(lines[0]) + 1, len(content)))
    whole = content[:at].count(b"\n")
    assert [value for value, _ in read(content[:at])[0]][:whole] == found[:whole]
