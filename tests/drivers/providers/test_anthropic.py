"""The address of Anthropic."""

import pytest

from replaydbg.drivers.providers.anthropic import anthropic


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("", "https://api.anthropic.com/v1/messages"),
        ("http://localhost:11434", "http://localhost:11434/v1/messages"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1/messages"),
        ("https://gateway.example/anthropic", "https://gateway.example/anthropic/v1/messages"),
        ("https://h/v1/messages", "https://h/v1/messages"),
    ],
)
def test_the_base_may_have_the_version_or_not(base: str, url: str) -> None:
    assert anthropic(base, "").url == url
