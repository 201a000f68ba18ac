"""The plan in words."""

from __future__ import annotations

from dataclasses import replace

from replaydbg.core.branch import Edit
from replaydbg.graph.facts import Facts
from replaydbg.replay.plan import plan
from replaydbg.views.blocks import Folds
from replaydbg.views.plan import asked, edit_block, headline, lacking, plan_blocks, touch_marks
from tests.support.blocks import text_of
from tests.support.build import assistant, call, chat, response, system, user
from tests.support.drive import edit

ASKED = call("search", {"q": "x"}, "c1")
RUN = chat([system("be brief"), user("hi"), assistant("", ASKED), response("c1", "none"), assistant("sorry")])
EDIT = edit(RUN, "m1", "/messages/0/content", "be brief and kind")
PLAN = plan(Facts(RUN), [EDIT])


def test_headline_says_what_a_re_run_asks() -> None:
    assert headline(PLAN).startswith("1 edited, 2 to re-run: a re-run asks m-1 2 times, about ")


def test_marks_are_words_by_row() -> None:
    assert list(touch_marks(PLAN)) == ["edited", "rerun", "rerun"]


def test_panel() -> None:
    text = text_of(plan_blocks(RUN, PLAN, [EDIT], Folds()))
    assert "✎ #1 /messages/0/content: be brief and kind" in text
    assert "search: 1 call, each answered by its recording" in text
    assert "» 2 to re-run" in text
    assert "#3 chat m-1" in text


def test_who_has_bound_a_tool_is_not_told_to_bind_it() -> None:
    of = chat(
        [user("u"), assistant("", call("search", {"q": "x"}, "c1")), response("c1", "y"), assistant("z")]
    )
    change = edit(of, "m1", "/tool_calls/0/arguments/q", "other")
    planned = plan(Facts(of), [change])
    assert list(lacking(planned, ())) == list(planned.missing)
    assert "bind it" in text_of(plan_blocks(of, planned, [change], Folds()))
    assert "bind it" not in text_of(plan_blocks(of, planned, [change], Folds(), {"search"}))


def test_no_model_is_said() -> None:
    nothing = plan(Facts(RUN), [])
    assert asked(nothing) == "no model"


def test_an_edit_of_a_long_text_shows_what_differs() -> None:
    long = "word " * 500
    block = edit_block(RUN, Edit("m1", "/messages/1/content", long, long + "and this"))
    assert "and this" in block.text
    assert len(block.text) < 120


def test_an_edit_of_a_value_shows_both() -> None:
    assert edit_block(RUN, Edit("x1", "/result", {"a": 1}, [2])).text == '✎ #2 /result: {"a": 1} → [2]'


def test_who_is_asked_instead_of_the_recorded_models_is_who_is_named() -> None:
    assert asked(replace(PLAN, instead="gpt-9")).startswith("gpt-9 2 times, about ")
    assert asked(replace(plan(Facts(RUN), []), instead="gpt-9")) == "no model"


def test_remarks_are_told_beside_what_is_missing() -> None:
    assert "! no tools were recorded with #1" in text_of(plan_blocks(RUN, PLAN, [EDIT], Folds()))
