"""Server-sent events, cut anywhere."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.wire import sse
from replaydbg.wire.sse import Event


def test_reads_names_data_and_comments() -> None:
    stream = b": hello\nevent: ping\ndata: 1\n\nid: 7\nretry: 10\ndata:2\n\n"
    assert sse.parse(stream) == [Event("1", "ping"), Event("2")]


def test_joins_data_lines_and_keeps_all_but_one_space() -> None:
    assert sse.parse(b"data:  two\ndata:\ndata: three\n\n") == [Event(" two\n\nthree")]


def test_an_event_without_data_is_none() -> None:
    assert sse.parse(b"event: nothing\n\ndata: x\n\n") == [Event("x")]


def test_the_last_event_may_lack_its_blank_line() -> None:
    parser = sse.Parser()
    assert parser.feed(b"data: [DONE]") == []
    assert parser.finish() == [Event("[DONE]")]
    assert parser.finish() == []


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    parser = sse.Parser()
    assert parser.feed(b"\xef") + parser.feed(b"\xbb\xbfdata: x\n\n") == [Event("x")]


def test_json_of_what_is_no_object_is_empty() -> None:
    assert Event("[DONE]").json == Event("[1]").json == Event('{"a": ').json == {}
    assert Event('{"a": 1}').json == {"a": 1}


def test_invalid_utf8_becomes_a_replacement_character() -> None:
    assert sse.parse(b"data: \xff\n\n") == [Event("\ufffd")]


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20), min_size=1), max_size=4),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.data(),
)
def test_pieces_may_be_cut_anywhere(values: Any, line_end: Any, data: Any) -> None:
    stream = b"".join(sse.write(value, "name") for value in values).replace(b"\n", line_end)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    parser = sse.Parser()
    events = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        events += parser.feed(stream[start:end])
    events += parser.finish()
    assert [(event.json, event.name) for event in events] == [(value, "name") for value in values]


def test_a_crlf_that_is_cut_in_the_middle_ends_one_line_only() -> None:
    parser = sse.Parser()
    events = [event for byte in b"data: a\r\ndata: b\r\n\r\n" for event in parser.feed(bytes([byte]))]
    assert events + parser.finish() == [Event("a\nb")]
