"""Which names mean one model, and how much it reads."""

from __future__ import annotations

import pytest

from replaydbg.rules import _models


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("gpt-4o", "gpt-4o-2024-08-06"),
        ("openai/gpt-4o", "gpt-4o-2024-11-20"),
        ("gpt-3.5-turbo", "gpt-3.5-turbo-0125"),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
        ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet-20241022"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash-preview-05-20"),
        ("mistral-large-latest", "mistral-large-2411"),
        ("gemini-flash-latest", "gemini-2.5-flash-preview-09-2025"),
        ("our-deployment", "gpt-4o"),
        ("llama-of-ours", "qwen-of-ours"),
        ("openai/gpt-4o:extended", "openai/gpt-4o"),
        ("anthropic/claude-sonnet-4.5:nitro", "claude-sonnet-4-5-20250929"),
    ],
)
def test_no_other_model(asked: str, answered: str) -> None:
    assert not _models.differ(asked, answered)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("gpt-4o", "gpt-4o-mini"),
        ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18"),
        ("claude-opus-4-1", "claude-sonnet-4-5-20250929"),
        ("gemini-2.5-pro", "gemini-2.5-flash"),
        ("gemini-flash-latest", "gemini-2.5-flash-lite"),
        ("openai/gpt-4o", "anthropic/claude-sonnet-4-5"),
    ],
)
def test_another_model(asked: str, answered: str) -> None:
    assert _models.differ(asked, answered)


def test_windows() -> None:
    assert _models.window_tokens("openai/gpt-4o-2024-08-06") == 128_000
    assert _models.window_tokens("a-model-of-our-own") is None


def test_every_listed_model_reads_what_its_name_promises() -> None:
    from genai_prices.data_snapshot import get_snapshot

    listed = [model for provider in get_snapshot().providers for model in provider.models]
    promised = [
        (model.id, _models.window_at_least(model.id), _models.window_tokens(model.id)) for model in listed
    ]
    assert [one for one in promised if one[2] is not None and one[2] < one[1]] == []
    assert {
        begins
        for begins in _models.WINDOWS_AT_LEAST
        if any(_models.plain(one.id).startswith(begins) for one in listed)
    } == set(_models.WINDOWS_AT_LEAST)


def test_of_other_models_only_the_list_can_tell() -> None:
    assert _models.window_at_least("made-up-large") == 0
    assert _models.window_at_least("us.anthropic.claude-x-20260101-v1:0") == 100_000
