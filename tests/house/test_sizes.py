"""Law 13: what can be read in one sitting. Functions of 70 lines, files of 400, the app of 250."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.source import PACKAGE, ROOT, Module, modules

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400
LINES_MAX = {"replaydbg.tui.app": 250}
"""The app is wiring only."""


def long_functions(module: Module) -> list[str]:
    return [
        f"{module.name}.{function.name} has {lines} lines"
        for function in module.functions()
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES_MAX
    ]


def test_functions_are_short() -> None:
    assert [
        line for module in (*modules(), *modules(ROOT / "tests")) for line in long_functions(module)
    ] == []


def test_files_are_short() -> None:
    assert [
        f"{module.name} has {lines} lines"
        for module in modules()
        if (lines := module.text.count("\n")) > LINES_MAX.get(module.name, FILE_LINES_MAX)
    ] == []


def test_the_law_can_fail(tmp_path: Path) -> None:
    body = "    x = 1\n" * FUNCTION_LINES_MAX
    path = PACKAGE / "core" / "sample.py"
    module = Module(path)
    module.__dict__["text"] = f"def f():\n{body}"

    assert long_functions(module) == [f"replaydbg.core.sample.f has {FUNCTION_LINES_MAX + 1} lines"]


def test_every_module_says_what_it_is() -> None:
    import ast

    silent = [
        module.name
        for module in (*modules(), *modules(ROOT / "tests"))
        if module.text.strip() and not ast.get_docstring(module.tree)
    ]
    assert silent == []


@pytest.mark.parametrize(
    "name", ["README.md", "LICENSE", "CHANGELOG.md", "replaydbg/ARCHITECTURE.md", "replaydbg/py.typed"]
)
def test_what_a_project_has_is_there(name: str) -> None:
    assert (ROOT / name).is_file()
