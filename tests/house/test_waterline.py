"""Laws 1 and 2: below the waterline there is no world, and in the core nothing but the standard library."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.house.source import BELOW_THE_WATERLINE, ROOT, Module, below, modules

WORLD_MODULES = {
    "asyncio", "concurrent", "fcntl", "glob", "http", "httpx", "httpx2", "mmap", "multiprocessing", "os", "pathlib",
    "platformdirs", "queue", "random", "requests", "rich", "secrets", "select", "selectors", "shutil", "signal",
    "socket", "sqlite3", "ssl", "subprocess", "tempfile", "textual", "threading", "time", "typer", "urllib", "uuid",
}  # fmt: skip
"""Files, network, clocks, chance, environment, threads and toolkits."""
ALLOWED = {
    "urllib.parse": "taking a name apart touches nothing",
    "threading.Lock": "guards a memo that a worker and the screen may fill at once",
    "threading.RLock": "guards a memo that a worker and the screen may fill at once",
}
WORLD_CALLS = {
    "open", "input", "print", "exec", "eval", "__import__", "breakpoint",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
}  # fmt: skip
CORE_MAY_IMPORT = {"replaydbg"} | set(sys.stdlib_module_names)
READERS_AND_RULES_FIND_THEIR_OWN = {"pkgutil", "importlib"}
"""The registries walk their folder: files, but only of the program itself."""


def world_imports(module: Module) -> list[str]:
    return [
        f"{module.name}:{line} imports {name}"
        for name, line in module.imports()
        if name.split(".")[0] in WORLD_MODULES
        and not any(name == allowed or name.startswith(allowed + ".") for allowed in ALLOWED)
    ]


def world_calls(module: Module) -> list[str]:
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            found.append(f"{module.name}:{node.lineno} is async")
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in WORLD_CALLS or called.split(".", 1)[-1] in WORLD_CALLS - {
                "open",
                "input",
                "print",
                "eval",
            }:
                found.append(f"{module.name}:{node.lineno} calls {called}")
    return found


def test_below_the_waterline_nothing_of_the_world_is_imported() -> None:
    assert [line for module in below() for line in world_imports(module)] == []


def test_below_the_waterline_nothing_is_async_and_nothing_is_read_or_printed() -> None:
    assert [line for module in below() for line in world_calls(module)] == []


def test_the_core_imports_the_standard_library_only() -> None:
    foreign = [
        f"{module.name}:{line} imports {name}"
        for module in modules()
        if module.room in ("core", "errors", "limits")
        for name, line in module.imports()
        if name.split(".")[0] not in CORE_MAY_IMPORT
        or (name.startswith("replaydbg.") and name.split(".")[1] not in ("core", "errors", "limits"))
    ]
    assert foreign == []


def test_the_law_knows_every_room() -> None:
    above = {"actions", "drivers", "cli", "tui", "proxy", "demo", "__main__", ""}
    rooms = {module.room for module in modules()}

    assert rooms - above - set(BELOW_THE_WATERLINE) == set()


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import socket", 1),
        ("from pathlib import Path", 1),
        ("import urllib.parse", 0),
        ("import urllib.request", 1),
        ("from threading import Lock", 0),
        ("from threading import Thread", 1),
    ],
)
def test_the_law_can_fail_on_imports(source: str, count: int) -> None:
    assert len(world_imports(_module(source))) == count


@pytest.mark.parametrize("source", ["async def f(): ...", "open('x')", "print(1)", "datetime.now(UTC)"])
def test_the_law_can_fail_on_calls(source: str) -> None:
    assert len(world_calls(_module(source))) == 1


def _module(source: str) -> Module:
    module = Module(ROOT / "replaydbg" / "core" / "sample.py")
    module.__dict__["tree"] = ast.parse(source)
    return module


HEAVY = (
    "textual",
    "rich",
    "typer",
    "pydantic",
    "networkx",
    "jsonschema_rs",
    "httpx2",
    "sqlite3",
    "platformdirs",
    "asyncio",
)


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        pytest.param("import replaydbg", (*HEAVY, "orjson", "msgspec", "json"), id="the package"),
        pytest.param("import replaydbg.readers._registry as r; r.read", HEAVY, id="reading"),
        pytest.param("import replaydbg.session.history", HEAVY, id="a sitting"),
        pytest.param("import replaydbg.rules._api, replaydbg.graph.facts", HEAVY, id="facts"),
        pytest.param(
            "import replaydbg.actions.open",
            ("textual", "rich", "typer", "pydantic", "networkx", "sqlite3"),
            id="opening",
        ),
        pytest.param(
            "import replaydbg.cli.interactive, replaydbg.cli.report", HEAVY, id="the way to the screen"
        ),
        pytest.param(
            "import sys; sys.argv = ['replaydbg', '--version']; import replaydbg.__main__ as m; m.main()",
            (*HEAVY, "orjson", "msgspec", "replaydbg.core"),
            id="--version",
        ),
        pytest.param(
            "import sys; sys.argv = ['replaydbg', 'check', 'traces/oncall-anthropic.jsonl']; "
            "import replaydbg.__main__ as m; m.main()",
            ("textual", "typer", "pydantic", "networkx", "httpx2", "sqlite3", "asyncio", "replaydbg.session"),
            id="check",
        ),
        pytest.param(
            "import replaydbg.cli.app as app; app.build()",
            ("textual", "rich", "networkx", "pydantic", "httpx2", "sqlite3"),
            id="--help",
        ),
    ],
)
def test_heavy_libraries_wait_until_they_are_needed(statement: str, absent: tuple[str, ...]) -> None:
    """In a fresh interpreter, since this one has everything loaded."""
    script = f"import sys\n{statement}\nprint('|', *(n for n in {absent!r} if n in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )

    assert done.stdout.rpartition("|")[2].split() == []
