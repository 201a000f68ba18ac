"""What the model was told about a tool, and how sure we are of its schema."""

from __future__ import annotations

from replaydbg.core.tool import SchemaSource, ToolSpec


def test_a_name_alone_has_no_schema() -> None:
    assert ToolSpec("f").schema is None


def test_sources_stand_best_first_in_the_words_of_the_output() -> None:
    assert [str(source) for source in SchemaSource] == [
        "this request",
        "another step",
        "side file",
        "an MCP server's list",
        "the other calls of this run",
        "schema not recorded",
    ]
