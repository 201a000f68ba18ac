"""Side files, by path; their shapes are told by `tests/wire/test_tool_files.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.actions.side_tools import tools_of_file
from replaydbg.errors import UsageProblem


def test_a_side_file_takes_tools_in_any_shape(tmp_path: Path) -> None:
    path = tmp_path / "tools.json"
    path.write_text('{"look": {"type": "object"}}')
    assert [one.name for one in tools_of_file(str(path))] == ["look"]

    for content, sentence in (("[", "is not JSON"), ("[]", "lists no tools"), ("7", "lists no tools")):
        path.write_text(content)
        with pytest.raises(UsageProblem, match=sentence):
            tools_of_file(str(path))


def test_lines_of_definitions(tmp_path: Path) -> None:
    path = tmp_path / "tools.jsonl"
    path.write_text('{"name": "a", "parameters": {}}\n\n{"name": "b", "parameters": {}}\n')
    assert [one.name for one in tools_of_file(str(path))] == ["a", "b"]


def test_no_file_is_no_tools() -> None:
    assert tools_of_file(None) == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_powershell_writes(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "tools.json"
    path.write_text('[{"name": "a",\r\n "parameters": {}}]', encoding=encoding)
    assert [one.name for one in tools_of_file(str(path))] == ["a"]
