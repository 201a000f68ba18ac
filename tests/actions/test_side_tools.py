"""Side files, by path; their shapes are told by `tests/wire/test_tool_files.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.actions.side_tools import tools_of_file
from replaydbg.errors import UsageProblem


def test_a_side_file_takes_tools_in_any_shape(tmp_path: Path) -> None:
    path = tmp_path / "tools.json"
    path.write_text('{"look": {"type": "object"}}')
    assert [one.name for one in tools_of_file(str(path)).tools] == ["look"]

    for content, sentence in (
        ("[", "is not JSON"),
        ("[]", "lists no tools"),
        ("7", "lists no tools"),
        (" ", "is empty"),
        ("[" * 99_999, "nested too deeply"),
    ):
        path.write_text(content)
        with pytest.raises(UsageProblem, match=sentence):
            tools_of_file(str(path))


def test_lines_of_definitions(tmp_path: Path) -> None:
    path = tmp_path / "tools.jsonl"
    path.write_text('{"name": "a", "parameters": {}}\n\n{"name": "b", "parameters": {}}\n')
    assert [one.name for one in tools_of_file(str(path)).tools] == ["a", "b"]


def test_no_file_is_no_tools() -> None:
    assert tools_of_file(None).tools == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_powershell_writes(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "tools.json"
    path.write_text('[{"name": "a",\r\n "parameters": {}}]', encoding=encoding)
    assert [one.name for one in tools_of_file(str(path)).tools] == ["a"]


def test_lines_that_are_no_json_are_told_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "tools.jsonl"
    path.write_text('{"name": "a", "parameters": {}}\n{"name": "b", "para\n{"name": "c", "parameters": {}}\n')
    found = tools_of_file(str(path))
    assert [one.name for one in found.tools] == ["a", "c"]
    (notice,) = found.notices
    assert notice.pointer == "line 2"
    assert "not JSON" in notice.message


def test_one_document_that_breaks_off_is_not_taken_for_lines(tmp_path: Path) -> None:
    path = tmp_path / "tools.json"
    path.write_text('[\n{"name": "a",\n "parameters":\n{}\n},\n{"name":')
    with pytest.raises(UsageProblem, match="is not JSON"):
        tools_of_file(str(path))


def test_schemas_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    path = tmp_path / "tools.json"
    path.write_text('[{"name": "a", "parameters": {"type": "objekt"}}, {"name": "b", "parameters": {}}]')
    (notice,) = tools_of_file(str(path)).notices
    assert notice.message.startswith('the schema of a cannot be used: "objekt"')


def test_a_file_that_is_larger_than_anybody_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replaydbg.limits.GIVEN_BYTES_MAX", 10)
    path = tmp_path / "tools.json"
    path.write_text('{"look": {"type": "object"}}')
    with pytest.raises(UsageProblem, match="has more than"):
        tools_of_file(str(path))
