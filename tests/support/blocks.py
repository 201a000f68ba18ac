"""Blocks as text, and a subject in a few words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from replaydbg.core.branch import Edit
from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.tui import theme
from replaydbg.tui.actions import keyed
from replaydbg.views.blocks import Block
from replaydbg.views.subject import Subject, subject


def text_of(blocks: Iterable[Block]) -> str:
    """A line for each block, indented as shown. Every look must be one that the theme knows."""
    lines = []
    for block in blocks:
        looks = {block.look, block.mark_look, *(look for _, _, look in block.spans)} - {""}
        assert looks <= theme.LOOKS.keys(), looks - theme.LOOKS.keys()
        for begin, end, _ in block.spans:
            assert 0 <= begin <= end <= len(block.text) + 1, (block.text, block.spans)
        lines.append(" " * block.indent + block.text)
    return "\n".join(lines)


def about(trace: Trace, id_: str, findings: Iterable[Finding] = (), edits: Iterable[Edit] = ()) -> Subject:
    return subject(Facts(trace), trace.row(id_), findings=findings, edits=edits, keys=partial(keyed, "main"))


def violation(step_id: str, *places: str, message: str = "is wrong") -> Finding:
    evidence = tuple(Evidence(step_id, place, message) for place in places)
    return Finding(
        "T003", "schema-violation", Severity.ERROR, "breaks its schema", (step_id,), evidence, "this request"
    )
