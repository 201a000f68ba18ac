"""The options of a re-run."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.cli import terms
from replaydbg.errors import UsageProblem

BOUNDS = (5, 100, 2.0, None)


def test_words_become_options(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[tools.f]\nfail = "no"\n')
    wishes = terms.wishes(
        live=True,
        model="m",
        provider="openai",
        base_url="http://h",
        tools=["f=python:a:b", "g=python:c:d=e"],
        allowed=["f"],
        bounds=(5, 100, 2.0, 0.5),
        config=str(config),
    )
    assert (wishes.live, wishes.model, wishes.provider, wishes.base_url) == (True, "m", "openai", "http://h")
    assert wishes.bindings == {"f": "python:a:b", "g": "python:c:d=e"}
    assert wishes.allow == {"f"}
    assert (wishes.calls_max, wishes.tokens_max, wishes.seconds_max, wishes.cost_max_usd) == (
        5,
        100,
        2.0,
        0.5,
    )
    assert wishes.tools["f"].fail == "no"


@pytest.mark.parametrize("words", ["f", "=python:a:b", "f="])
def test_what_binds_no_tool(words: str) -> None:
    with pytest.raises(UsageProblem, match="binds no tool"):
        terms.wishes(
            live=False,
            model="",
            provider="",
            base_url=None,
            tools=[words],
            allowed=(),
            bounds=BOUNDS,
            config=None,
        )
