"""Law 14: every module has a twin test file. Law 12: there is no list to edit."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import PACKAGE, ROOT, modules

TOLD_BY_OTHERS = {
    "replaydbg.__main__": "tests/cli/test_main.py",
    "replaydbg.limits": "bounds are tested where they bound",
    "replaydbg.errors": "tests/cli/test_report.py",
}
"""Modules whose tests stand elsewhere, with where."""


def twin(name: str) -> str:
    rooms = name.split(".")[1:]
    return "/".join(["tests", *rooms[:-1], f"test_{rooms[-1].lstrip('_')}.py"])


def test_every_module_has_a_twin() -> None:
    lonely = [
        f"{module.name} has no {twin(module.name)}"
        for module in modules()
        if module.path.name != "__init__.py"
        and module.name not in TOLD_BY_OTHERS
        and not (ROOT / twin(module.name)).is_file()
    ]
    assert lonely == []


@pytest.mark.parametrize(("room", "constant"), [("readers", "READER"), ("rules", "RULE")])
def test_plug_ins_are_found_by_walking_the_folder(room: str, constant: str) -> None:
    """No file but the plug-in's own names it."""
    plug_ins = [
        module
        for module in modules(PACKAGE / room)
        if any(
            isinstance(node, ast.Assign | ast.AnnAssign) and constant in ast.unparse(node).split("=")[0]
            for node in module.tree.body
        )
    ]
    assert len(plug_ins) >= 2
    for plug_in in plug_ins:
        importers = [
            module.name
            for module in modules()
            if module is not plug_in
            and any(
                name == plug_in.name or name.startswith(plug_in.name + ".") for name, _ in module.imports()
            )
        ]
        assert importers == [], f"{plug_in.name} is named in {importers}"
