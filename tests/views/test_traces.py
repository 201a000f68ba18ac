"""The chooser's lines."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Finding, Severity
from replaydbg.views.text import plain, spans_width
from replaydbg.views.traces import Listed, Order, arranged, listed_document, listed_line

BAD = Listed("/t/bad.json", "bad.json").with_problem("is not JSON")
UNREAD = Listed("/t/new.json", "new.json", size_bytes=5_000_000, moment_s=1_760_000_000)
CLEAN = Listed("/t/a.json", "a.json", 900, 50.0).read(steps=7, title="support", format="otlp", findings=())
LOOPY = (
    Listed("/t/z.json", "z.json", 100, 10.0)
    .read(steps=90, number=2, trace_id="beef", title="planner")
    .found(
        [Finding("L001", "loop", Severity.ERROR, "x", ("a",)), Finding("L2", "y", Severity.HINT, "x", ("a",))]
    )
)
EVERY = [BAD, UNREAD, CLEAN, LOOPY]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (Order.NAME, ["a.json", "new.json", "z.json", "bad.json"]),
        (Order.FINDINGS, ["z.json", "a.json", "new.json", "bad.json"]),
        (Order.SIZE, ["new.json", "a.json", "z.json", "bad.json"]),
        (Order.TIME, ["new.json", "a.json", "z.json", "bad.json"]),
    ],
)
def test_orders(order: Order, names: list[str]) -> None:
    assert names == [line.name for line in arranged(EVERY, order)]


def test_traces_of_one_file_are_sorted_by_their_steps() -> None:
    runs = [Listed("/t/r.json", "r.json", 900).read(steps=steps, number=steps) for steps in (3, 90, 7)]
    assert [line.steps for line in arranged(runs, Order.SIZE)] == [90, 7, 3]


@pytest.mark.parametrize(
    ("words", "count"), [("", 4), ("json", 4), ("PLAN", 1), ("beef z", 1), ("otlp", 1), ("no such", 0)]
)
def test_words(words: str, count: int) -> None:
    assert len(arranged(EVERY, Order.NAME, words)) == count


@pytest.mark.parametrize("width", [20, 50, 70, 96, 160])
@pytest.mark.parametrize("line", EVERY, ids=lambda line: line.name)
def test_lines_are_as_wide_as_asked(line: Listed, width: int) -> None:
    assert spans_width(listed_line(line, width)) == width


def test_a_line_says_what_is_known() -> None:
    text = plain(listed_line(LOOPY, 130))
    assert "z.json #2   planner" in text
    assert "90 steps" in text
    assert "‼1 ·1" in text
    assert "none" in plain(listed_line(CLEAN, 130))
    assert "…" in plain(listed_line(UNREAD, 130))
    assert "4.8" not in plain(listed_line(UNREAD, 60))
    assert "5 MB" in plain(listed_line(UNREAD, 130))
    assert "is not JSON" in plain(listed_line(BAD, 60))


def test_a_line_for_programs() -> None:
    unread = Listed("/a/b.json", "b.json", size_bytes=10)
    assert listed_document(unread) == {
        "path": "/a/b.json",
        "number": None,
        "trace_id": None,
        "format": None,
        "title": None,
        "steps": None,
        "bytes": 10,
        "started_at": None,
        "findings": None,
        "problem": None,
    }
    read = unread.read(number=2, trace_id="t", steps=3, moment_s=1795667654.5).found([])
    document = listed_document(read)
    assert (document["number"], document["findings"]) == (2, {})
    assert document["started_at"] == "2026-11-26T04:34:14Z"


def test_long_names_that_begin_alike_are_told_apart() -> None:
    """A folder of runs holds hardly anything else."""
    names = [
        f"otlp_pydantic_ai/models_test_openai_test_azure_provider_with_{word}.otlp.jsonl"
        for word in ("a", "b")
    ]
    first, second = (plain(listed_line(Listed(name, name, steps=1, findings=()), 80)) for name in names)
    assert first != second
    assert first.startswith(" otlp_pyd")


def test_the_title_tells_more_than_the_middle_of_an_id() -> None:
    id_ = "0eda32879165804a8193f98980be292e"
    run = Listed("/t/r.json", id_).read(steps=501, number=17, trace_id=id_, title="run of support")
    assert "0eda" in plain(listed_line(run, 80))
    assert "be292e #17   run of support " in plain(listed_line(run, 80))
    assert f"{id_} #17   run of support" in plain(listed_line(run, 160))
    assert len(plain(listed_line(run.read(title="x" * 200), 60))) == 60
