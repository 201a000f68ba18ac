"""Functions of one's own, found and run."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from replaydbg.drivers import python_name
from replaydbg.errors import UsageProblem


def test_modules_of_the_current_directory_are_found_and_the_path_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_tools_of_a_test.py").write_text(
        "class Box:\n    @staticmethod\n    def f():\n        return 'here'\nnumber = 3\n"
    )
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    try:
        function = python_name.load("python:my_tools_of_a_test:Box.f")
        assert function() == "here"
        with pytest.raises(UsageProblem, match="is not a function but int"):
            python_name.load("python:my_tools_of_a_test:number")
    finally:
        sys.modules.pop("my_tools_of_a_test", None)
    assert sys.path == before


@pytest.mark.parametrize(
    ("text", "words"),
    [("raise SystemExit(3)", "SystemExit: 3"), ("1/0", "ZeroDivisionError"), ("def f(:", "SyntaxError")],
)
def test_a_module_that_can_not_be_imported(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_module_of_a_test.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageProblem, match=words):
        python_name.load("python:broken_module_of_a_test:f")


@pytest.mark.parametrize("spec", ["python:", "python:os", "python::f", "python:os:"])
def test_names_that_name_no_function(spec: str) -> None:
    with pytest.raises(UsageProblem, match="names no function"):
        python_name.load(spec)


def test_a_stop_iteration_does_not_hang() -> None:
    def stops() -> None:
        raise StopIteration

    with pytest.raises(python_name.Raised, match="StopIteration"):
        asyncio.run(python_name.call(stops, timeout_seconds=5))


def test_a_function_that_returns_an_awaitable_is_awaited() -> None:
    async def later() -> int:
        return 3

    def sooner() -> Any:
        return later()

    assert asyncio.run(python_name.call(sooner, timeout_seconds=5)) == 3
