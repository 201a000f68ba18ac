"""Lines of a file, whatever its size: their offsets, the one that is not finished, and what damage leaves."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from replaydbg.core.finding import Notice
from replaydbg.readers import _json_lines


def test_lines_with_their_offsets_and_numbers() -> None:
    data = b'\xef\xbb\xbf{"a":1}\n\n\r\n[2]\r\n{"c'
    found = list(_json_lines.lines(memoryview(data)))
    assert [(number, bytes(raw).strip(), whole) for number, _, raw, whole in found] == [
        (1, b'{"a":1}', True), (3, b"", True), (4, b"[2]", True), (5, b'{"c', False),
    ]  # fmt: skip
    assert all(data[start : start + len(raw)] == raw for _, start, raw, _ in found)


@given(
    st.lists(st.binary(max_size=9).map(lambda raw: raw.replace(b"\n", b" ")), max_size=9), st.integers(1, 30)
)
def test_windows_of_any_size_give_the_same_lines(pieces: list[bytes], size: int) -> None:
    data = b"\n".join(pieces)
    assume(not data.startswith(b"\xef\xbb\xbf"))
    before = _json_lines._WINDOW_BYTES
    _json_lines._WINDOW_BYTES = size
    try:
        found = list(_json_lines.lines(memoryview(data)))
    finally:
        _json_lines._WINDOW_BYTES = before
    kept = [(at, raw) for at, raw in enumerate(pieces, 1) if raw]
    assert [(number, bytes(raw)) for number, _, raw, _ in found] == kept
    assert [data[start : start + len(raw)] for _, start, raw, _ in found] == [raw for _, _, raw, _ in found]
    for _, start, raw, _ in found:
        assert bytes(_json_lines.line_at(memoryview(data), start)) == raw


def test_a_long_line_is_found_again() -> None:
    data = b"x" * 3_000_000 + b"\ny"
    assert len(_json_lines.line_at(memoryview(data), 5)) == 2_999_995
    assert bytes(_json_lines.line_at(memoryview(data), 3_000_001)) == b"y"


def test_what_damage_leaves() -> None:
    def value(raw: bytes, *, is_whole: bool = True) -> tuple[object, list[str]]:
        notices: list[Notice] = []
        found = _json_lines.value((7, 0, memoryview(raw), is_whole), notices)
        assert all(notice.pointer == "line 7" for notice in notices)
        return found, [notice.message for notice in notices]

    assert value(b'{"a":NaN}')[1] == []
    assert value(b"  \t") == (None, [])
    assert value(b'{"a":1,"b":', is_whole=False)[0] is None
    assert value(b'{"a":1,"b":"x}') == (
        {"a": 1},
        ["damaged JSON: only what stands before the damage was read"],
    )
    assert value(b'{"a":"x{"type":"user","b":{"c":1}}') == (
        {"type": "user", "b": {"c": 1}},
        ["its first 7 bytes are the beginning of another line"],
    )
    assert value(b"Traceback") == (None, ["not JSON, left out"])


def test_first_values() -> None:
    head = b'\xef\xbb\xbf{"a":1}\n[2]\n\n{"b":{"c":3}, "d\n{"e": 4, "f": [5, 6' + b'\n{"n":0}' * 30
    found = _json_lines.first_values(head)
    assert found[:3] == ({"a": 1}, [2], {"b": {"c": 3}})
    assert (found[3], len(found)) == ({"e": 4, "f": [5]}, 20)
