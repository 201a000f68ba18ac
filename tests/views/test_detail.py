"""The tabs of a step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.codec import make_edit
from replaydbg.core.branch import BranchStep, Provenance
from replaydbg.core.step import PlainBody, Usage
from replaydbg.graph.facts import Facts
from replaydbg.views import detail
from replaydbg.views.blocks import Folds
from replaydbg.views.subject import subject
from tests.support.blocks import about, text_of, violation
from tests.support.build import agent, assistant, call, model_call, trace, user

RUN = trace(
    model_call(
        "m",
        [user("go")],
        assistant("", call("f", {"a": 1}, "c")),
        params={"temperature": 0},
        usage=Usage(10, 5),
        duration_ms=1500,
    )
)
PAGE = """Tool calls that break their schema.

## What it finds

A call that is
not as the schema wants it.

## Example

skip me

## What to do

* Mend it.
* Re-run.
"""


def said(tab: int, **more: object) -> str:
    return text_of(detail.tab_blocks(about(RUN, "m", **more), tab, Folds(), 80, lambda _: PAGE))  # type: ignore[arg-type]


def test_title_and_tabs() -> None:
    here = about(RUN, "m", [violation("m", "/tool_calls/0/arguments/a")])
    assert detail.title(here) == "#1 chat m-1"
    tabs = detail.tabs(here)
    assert [tab.label for tab in tabs] == ["Messages", "Tools 1", "Reply", "Raw", "Timing", "Findings"]
    assert tabs[detail.TOOLS].count == 1
    assert tabs[detail.FINDINGS].count == 1


def test_timing_keeps_zero_apart_from_not_recorded() -> None:
    text = said(detail.TIMING)
    assert "took          1.5s" in text
    assert "temperature   0" in text
    assert "input         10 tokens" in text
    assert "cost          not recorded" in text


def test_an_agent_tells_what_the_recording_says_of_it_and_what_its_calls_took() -> None:
    calls = [model_call(f"m{number}", None, "ok", usage=Usage(1000, 20)) for number in range(2)]
    around = agent("outer", "planner", agent("inner", "worker", *calls))
    run = trace(replace(around, body=PlainBody(usage=Usage(input_tokens=2000))))
    outer = text_of(detail.tab_blocks(about(run, "outer"), detail.TIMING, Folds(), 80, lambda _: PAGE))
    assert "input         2,000 tokens" in outer
    assert "output" not in outer
    assert "asked inside  2 model calls, 2,040 tokens" in outer
    call = text_of(detail.tab_blocks(about(run, "m0"), detail.TIMING, Folds(), 80, lambda _: PAGE))
    assert "asked inside" not in call


def test_what_a_very_large_step_took_is_not_added_up_on_the_screens_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(detail, "_ADDED_UP_STEPS_MAX", 2)
    calls = [model_call(f"m{number}", None, "ok", usage=Usage(1000, 20)) for number in range(2)]
    run = trace(agent("outer", "planner", *calls))
    outer = text_of(detail.tab_blocks(about(run, "outer"), detail.TIMING, Folds(), 80, lambda _: PAGE))
    assert "asked inside  2 steps, too many to add up here" in outer


def test_findings_are_explained() -> None:
    text = said(detail.FINDINGS, findings=[violation("m", "/tool_calls/0/arguments/a")])
    assert "‼ error  schema-violation (T003)" in text
    assert "#1 /tool_calls/0/arguments/a: is wrong" in text
    assert "A call that is not as the schema wants it." in text
    assert "* Mend it." in text
    assert "skip me" not in text


def test_no_finding_is_said() -> None:
    assert said(detail.FINDINGS) == "no finding names this step"


def test_raw_falls_back_on_our_own_document() -> None:
    assert "keeps no other form" in said(detail.RAW)
    assert '"messages"' in said(detail.RAW)


@pytest.mark.parametrize("tab", range(6))
def test_every_tab_says_that_the_step_is_edited(tab: int) -> None:
    edit = make_edit(RUN.step(0), "/messages/0/content", "stop")
    assert "✎ edited, not yet re-run: /messages/0/content" in said(tab, edits=[edit])


def test_a_step_of_a_branch_says_where_it_came_from() -> None:
    origin = BranchStep("m", None, Provenance.STALE, "nobody was asked")
    here = subject(Facts(RUN), 0, origin=origin)
    text = text_of(detail.tab_blocks(here, detail.MESSAGES, Folds(), 80, lambda _: ""))
    assert "~ stale: nobody was asked" in text


def test_what_else_is_to_be_known_of_a_step_stands_under_where_it_came_from() -> None:
    origin = BranchStep("m", None, Provenance.LIVE, "asked gpt live", notes=("asked without tools",))
    here = subject(Facts(RUN), 0, origin=origin)
    text = text_of(detail.tab_blocks(here, detail.MESSAGES, Folds(), 80, lambda _: ""))
    assert "asked gpt live\n! asked without tools" in text
