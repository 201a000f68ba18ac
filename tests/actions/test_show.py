"""What there is to see without a screen."""

from __future__ import annotations

import pytest

from replaydbg.actions.show import Shown
from replaydbg.errors import UsageProblem
from replaydbg.views.text import plain
from tests.support.build import assistant, call, model_call, parameters, tool, tool_execution, trace, user

LOOK = tool("look", parameters(["id"], id={"type": "integer"}))
BAD = call("look", {"id": "x"}, "c1")
SHOWN = Shown(
    trace(
        model_call("m1", [user("hi")], assistant("", BAD), tools=[LOOK], start_ms=0, duration_ms=1500),
        tool_execution("t1", BAD, "y"),
        model_call("m2", [user("hi")], "done", model="m-2"),
        trace_id="\x1bt",
    )
)


def test_the_heading_says_what_the_trace_is() -> None:
    assert SHOWN.heading() == "\\x1bt, test, 3 steps, 2 model calls to m-1, m-2, 1.5s"


def test_every_step_is_a_row_and_fits_the_width() -> None:
    rows = [plain(line) for line in SHOWN.chain(60)]

    assert [row.split()[0] for row in rows] == ["1", "2", "3"]
    assert {len(row) for row in rows} == {60}
    assert all(plain(line).isascii() for line in SHOWN.chain(60, ascii_only=True))


def test_repeats_are_printed_open() -> None:
    asked = call("look", {"id": 1}, "c")
    turns = [
        step
        for number in range(5)
        for step in (
            model_call(f"m{number}", [user("hi")], assistant("", asked), tools=[LOOK]),
            tool_execution(f"t{number}", asked, "none"),
        )
    ]
    rows = [plain(line) for line in Shown(trace(*turns)).chain(80)]

    assert {int(row.split()[0]) for row in rows if row.split()[0].isdigit()} == set(range(1, 11))
    assert any("×" in row for row in rows)


def test_findings_are_told_by_name_at_each_step_concerned() -> None:
    first, second, third = SHOWN.documents()

    assert "schema-violation" in first["findings"]
    assert "schema-violation" not in third["findings"]
    assert "messages" not in first
    assert "messages" in next(SHOWN.documents("#1"))
    assert second["kind"] == "tool-execution"


def test_a_step_is_shown_whole() -> None:
    text = "\n".join(block.text for block in SHOWN.step_blocks("m1"))

    assert '"x" is a string, not integer' in text
    assert "--edit '#1:/tool_calls/0/arguments=…'" in text


def test_a_step_that_is_not_there() -> None:
    with pytest.raises(UsageProblem, match="no step has the id"):
        SHOWN.row("nope")


def test_some_rows_alone_are_those_of_the_chain() -> None:
    (second,) = SHOWN.rows([1], 60)
    assert plain(second).split()[0] == "2"
    assert len(plain(second)) == 60
