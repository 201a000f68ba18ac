"""ARCHITECTURE.md is true: its rooms are the rooms there are, its dependencies those that are asked for."""

from __future__ import annotations

import re
import tomllib

from tests.house.source import PACKAGE, ROOT, modules

TEXT = (PACKAGE / "ARCHITECTURE.md").read_text("utf-8")


def section(heading: str) -> str:
    return TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_every_room_is_told_of() -> None:
    told = set(re.findall(r"^\| `(\w+)(?:/|\.py)`", section("The rooms"), re.MULTILINE))
    rooms = {module.room for module in modules()} - {"", "__main__", "errors", "limits"}

    assert told == rooms


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)`", TEXT))

    assert named
    assert [name for name in named if not (PACKAGE / name).is_file() and not list(PACKAGE.rglob(name))] == []


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked_for = {re.split(r"[<>=]", one)[0] for one in project["dependencies"]}

    assert (
        set(re.findall(r"^\| ([\w-]+) \|", section("Why each dependency"), re.MULTILINE)) - {"package"}
        == asked_for
    )
