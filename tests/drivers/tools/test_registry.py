"""From the words a tool is bound to, to what runs it."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.core.outcome import Failed, ToolResult
from replaydbg.drivers.tools import ToolBinding, _registry
from replaydbg.drivers.tools._registry import make_binding
from replaydbg.drivers.tools.python_function import PythonTool
from replaydbg.errors import UsageProblem


def test_python_functions() -> None:
    binding = make_binding("python:replaydbg.drivers.tools.python_function:as_json")
    assert isinstance(binding, PythonTool)


def test_words_that_nothing_understands() -> None:
    with pytest.raises(UsageProblem, match="shell:rm"):
        make_binding("shell:rm")


class Stub:
    def __init__(self, rest: str) -> None:
        self.rest = rest

    async def run(self, call: ToolCall) -> ToolResult | Failed:
        return ToolResult(self.rest)


def stub(rest: str) -> ToolBinding:
    if not rest:
        raise ValueError("name something")
    return Stub(rest)


@pytest.fixture
def _plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*, group: str, name: str) -> list[EntryPoint]:
        return [EntryPoint("stub", f"{__name__}:stub", group)] if name == "stub" else []

    monkeypatch.setattr(_registry, "entry_points", found)


@pytest.mark.usefixtures("_plugin")
def test_plugins_are_found_by_the_word_before_the_colon() -> None:
    binding = make_binding("stub:a:b")
    assert isinstance(binding, Stub)
    assert binding.rest == "a:b"
    with pytest.raises(UsageProblem, match="ValueError: name something"):
        make_binding("stub")
