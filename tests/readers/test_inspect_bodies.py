"""Tokens, errors and model names as Inspect writes them."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.step import Usage
from replaydbg.readers._inspect_bodies import error_text, read_usage, split_model


@pytest.mark.parametrize(
    ("recorded", "usage"),
    [
        ({"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}, Usage(3, 2)),
        (
            {"input_tokens": 3, "output_tokens": 2, "total_tokens": 15, "input_tokens_cache_read": 10},
            Usage(13, 2, 10),
        ),
        (
            {
                "input_tokens": 3, "output_tokens": 2, "total_tokens": 16,
                "input_tokens_cache_read": 10, "input_tokens_cache_write": 1, "reasoning_tokens": 1,
            },
            Usage(14, 2, 10, 1),
        ),
        (
            {"input_tokens": 13, "output_tokens": 2, "total_tokens": 15, "input_tokens_cache_read": 10},
            Usage(13, 2, 10),
        ),
        (None, Usage()),
    ],
)  # fmt: skip
def test_cached_tokens_are_counted_inside_input(recorded: Any, usage: Usage) -> None:
    assert read_usage(recorded) == usage


def test_words_of_errors() -> None:
    assert error_text("late") == "late"
    assert error_text({"type": "x", "message": "late"}) == "late"
    assert error_text({"type": "x"}) == '{"type":"x"}'
    assert error_text(None) == ""


def test_names_of_models() -> None:
    assert split_model("openrouter/meta/llama") == ("openrouter", "meta/llama")
    assert split_model("mock") == ("", "mock")
