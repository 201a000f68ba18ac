"""Results and calls that Cline and its kin write as text."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Text
from replaydbg.readers._told_results import Told, call, results


def told(*texts: str) -> list[Told]:
    return results([Text(text) for text in texts])


def test_results_stand_in_one_block_or_behind_their_head() -> None:
    assert told("[read_file for 'a.py'] Result:\nwords") == [Told("read_file", "words", False)]
    assert told("[read_file for 'a'] Result:", "one", "two", "<environment_details>x") == [
        Told("read_file", "one\ntwo", False)
    ]
    assert told("[run for 'ls\n-l'] Result:\nx", "[list] Result:\ny") == [
        Told("run", "x", False),
        Told("list", "y", False),
    ]
    assert told("[run for 'x'] Result:", "The tool execution failed with the following error:")[0].is_error
    assert told("go", "[x] no result", "# a title") == []


def test_a_call_in_tags() -> None:
    found = call("I look.\n<read_file>\n<path>a.py</path>\n<line>\n3\n</line>\n</read_file>\n")
    assert found is not None
    assert (found.name, found.arguments) == ("read_file", {"path": "a.py", "line": "3"})
    written = call(
        "<write_to_file><path>a</path><content>\n<path>b</path></content>\n</content></write_to_file>"
    )
    assert written is not None
    assert written.arguments == {"path": "a", "content": "<path>b</path></content>"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no tags",
        "<read_file><path>a</path></read_file> and more",
        "</read_file>",
        "<thinking>x</thinking>",
    ],
)
def test_what_is_no_call(text: str) -> None:
    assert call(text) is None
