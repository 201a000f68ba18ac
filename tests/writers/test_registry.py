"""The folder of writers is walked."""

from __future__ import annotations

import pytest

from replaydbg.errors import UsageProblem
from replaydbg.writers import _registry


def test_every_writer_is_found_by_its_name() -> None:
    assert [writer.name for writer in _registry.writers()] == ["atif", "markdown", "native", "openai-chat"]
    assert all(_registry.named(writer.name) is writer for writer in _registry.writers())


def test_a_name_that_is_none_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageProblem, match="'yaml'") as problem:
        _registry.named("yaml")
    assert "markdown" in problem.value.hint
