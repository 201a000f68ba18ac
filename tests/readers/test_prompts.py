"""What earlier prompts have shown is left out, and the file is read as if it were not."""

from __future__ import annotations

import json
from itertools import pairwise

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.readers import _dialects, _otlp_envelope, _prompts
from replaydbg.readers._dialect_native import IDS
from replaydbg.readers._prompts import LONG_KEYS, Prompts, Window
from tests.benchmarks import otlp_traces
from tests.support import plain
from tests.support.otlp import any_value, read, request, span

TEXTS = st.text(
    st.one_of(st.sampled_from('"\\/{}[],:\nabcé—🙂\x00'), st.characters(codec="utf-8")), max_size=12
)


def test_columns_want_none_of_the_keys_that_are_left_out() -> None:
    assert not (_dialects.WANTED | _dialects.COUNTED | IDS).intersection(LONG_KEYS)


def windows(content: bytes, room: int) -> list[Window]:
    prompts, body, at = Prompts(), memoryview(content), 0
    found = []
    while at < len(body):
        found.append(prompts.window(body, at, room))
        assert found[-1].end > at
        at = found[-1].end
    return found


def test_repetition_is_left_out_and_every_place_is_found_again() -> None:
    content = b"".join(otlp_traces.document("full", 600_000))
    found = windows(content, 20_000)
    assert sum(len(window.text) for window in found) < len(content) / 3
    for window in found:
        for (start, place), (following, _) in pairwise([*window.pieces, (len(window.text), 0)]):
            assert content[place : place + following - start] == window.text[start:following]
            assert following == start or window.place(following - 1) == place + following - 1 - start
    assert found[-1].place(len(found[-1].text)) == len(content)


def test_where_nothing_repeats_all_of_it_is_there() -> None:
    content = b"".join(otlp_traces.document("delta", 600_000)).replace(b"tool.definitions", b"something else")
    assert b"".join(window.text for window in windows(content, 20_000)) == content


@given(TEXTS, TEXTS, st.booleans())
def test_the_end_of_a_text_is_its_closing_quote(text: str, behind: str, ascii_only: bool) -> None:
    written = json.dumps(text, ensure_ascii=ascii_only).encode("utf-8", "replace")
    content = memoryview(written + b" }" + behind.encode("utf-8", "replace"))
    assert _prompts._text_end(content, 1) == len(written) - 1
    assert _prompts._text_end(content[: len(written)], 1) == len(written) - 1
    assert _prompts._text_end(content[: len(written) - 1], 1) is None


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 300))
def test_what_is_common_is_never_told_too_long(one: bytes, other: bytes, shared: int) -> None:
    first, second = memoryview(one[:shared] + one), memoryview(one[:shared] + other)
    common = _prompts._common(first, second)
    assert first[:common] == second[:common]
    assert common + _prompts._TAIL_BYTES > min(len(first), len(second), shared) - _prompts._TAIL_BYTES


PARTS = st.lists(TEXTS, min_size=1, max_size=3)


@st.composite
def prompts(draw: st.DrawFn) -> list[str]:
    """Texts of prompts as agents send them: grown, sent again, cut, begun anew, and some that are no JSON."""
    history: list[str] = ["system"]
    texts = []
    for _ in range(draw(st.integers(1, 12))):
        match draw(st.sampled_from(["grow", "grow", "again", "cut", "new", "broken"])):
            case "grow":
                history = history + draw(PARTS)
            case "cut":
                history = history[: len(history) // 2 + 1]
            case "new":
                history = draw(PARTS)
        text = json.dumps(
            [{"role": "user", "content": said} for said in history], ensure_ascii=draw(st.booleans())
        )
        texts.append(text[: draw(st.integers(0, len(text)))] if draw(st.integers(0, 9)) == 0 else text)
    return texts


@settings(max_examples=150, deadline=None)
@given(prompts(), st.data())
def test_a_file_is_read_as_it_is_by_a_plain_parser(texts: list[str], data: st.DataObject) -> None:
    keys = st.sampled_from([*LONG_KEYS[:3], "other"])
    spans = [
        span(number, "chat m", 0, {"gen_ai.operation.name": "chat", data.draw(keys): text, "n": number})
        for number, text in enumerate(texts, 1)
    ]
    content = data.draw(
        st.sampled_from(
            [
                orjson.dumps(request(*spans)),
                json.dumps(request(*spans)).encode(),
                orjson.dumps(request(*spans), option=orjson.OPT_INDENT_2),
                b"\n".join(orjson.dumps(request(each)) for each in spans),
            ]
        )
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("_HEAD_BYTES", 8),
            ("_TAIL_BYTES", 4),
            ("_SHARED_BYTES_MIN", 8),
            ("_NEW_BYTES", 16),
        ):
            patch.setattr(_prompts, name, value)
        patch.setattr(_otlp_envelope, "_REQUEST_BYTES_MAX", 0)
        patch.setattr(_otlp_envelope, "_WINDOW_BYTES", data.draw(st.sampled_from([200, 2_000, 100_000])))
        reading = read(content)
    plain.assert_equal(reading.traces, plain.traces(content))
    assert reading.notices == ()


@pytest.mark.parametrize("mode", ["full", "delta"])
@pytest.mark.parametrize("container", ["document", "lines", "array"])
def test_made_up_files_are_read_as_by_a_plain_parser(mode: otlp_traces.Mode, container: str) -> None:
    content = b"".join(getattr(otlp_traces, container)(mode, 1_500_000))
    plain.assert_equal(read(content).traces, plain.traces(content))


def test_a_text_that_is_cut_off_is_no_end() -> None:
    """A retry that stands behind the cut must not be taken for what the first one went on with."""
    text = json.dumps([{"role": "user", "content": "word " * 900}])
    spans = [span(number, "chat", 0, {"gen_ai.input.messages": text}) for number in (1, 2, 3)]
    content = orjson.dumps(request(*spans))
    for at in range(len(content) - 6_000, len(content), 97):
        reading = read(content[:at])
        assert {f"{number:016x}" for number in (1, 2)} <= {id_ for each in reading.traces for id_ in each.ids}


def test_an_attribute_that_is_no_text_is_no_prompt() -> None:
    value = any_value([{"stringValue": "x" * 3_000}])
    content = orjson.dumps(
        request(*[span(n) | {"attributes": [{"key": LONG_KEYS[0], "value": value}]} for n in (1, 2)])
    )
    plain.assert_equal(read(content).traces, plain.traces(content))
