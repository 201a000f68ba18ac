"""The list of findings on the screen."""

from __future__ import annotations

from dataclasses import replace

from replaydbg.core.finding import Finding, Severity
from replaydbg.tui.widgets.findings import FindingsList
from tests.support.runs import loop_findings, looping
from tests.support.screens import text_of
from tests.tui.host import running

RUN = looping(3)
FINDINGS = loop_findings(RUN)


async def test_enter_jumps_to_the_step() -> None:
    listed = FindingsList()
    async with running(listed) as (app, pilot):
        listed.load(RUN, FINDINGS)
        listed.action_move(2)
        listed.action_open()
        await pilot.pause()
        (chosen,) = app.all_posted(FindingsList.Chosen)
        assert RUN.ids[chosen.row] == "t2"
        assert chosen.finding.name == "schema-violation"


async def test_a_rule_folds() -> None:
    listed = FindingsList()
    async with running(listed) as (app, pilot):
        listed.load(RUN, FINDINGS)
        listed.action_open()
        await pilot.pause()
        assert text_of(app).rstrip().splitlines()[0].strip() == "▸ ‼ schema-violation  ×3"
        assert listed.count == 3
        listed.action_fold_all()
        assert listed.count == 2
        listed.action_unfold_all()
        assert listed.count == 6


async def test_the_place_is_kept_while_rules_report() -> None:
    listed = FindingsList()
    async with running(listed) as (_, pilot):
        listed.load(RUN, FINDINGS[:1])
        listed.action_move(1)
        listed.load(RUN, FINDINGS)
        await pilot.pause()
        row = listed.rows[listed.cursor]
        assert row.finding is not None
        assert row.finding.name == "no-progress-loop"


async def test_a_loop_that_has_gone_on_is_the_same() -> None:
    listed = FindingsList()
    async with running(listed):
        listed.load(RUN, FINDINGS)
        listed.action_bottom()
        before = listed.rows[listed.cursor].finding
        assert before is not None
        gone_on = replace(before, message=f"{before.message}, and on", step_ids=(*before.step_ids, "t3"))
        listed.load(RUN, [gone_on if one == before else one for one in FINDINGS])
        assert listed.rows[listed.cursor].finding == gone_on


async def test_nothing_found() -> None:
    listed = FindingsList()
    async with running(listed) as (app, pilot):
        listed.action_open()
        listed.action_toggle_fold()
        listed.load(RUN, ())
        listed.action_open()
        await pilot.pause()
        assert text_of(app).strip() == ""


async def test_only_the_worst_then_more_then_all() -> None:
    findings = FindingsList()
    run = looping(6)
    some = [
        Finding(f"X{number}", f"rule-{number}", severity, "said", (run.ids[1],))
        for number, severity in enumerate((Severity.ERROR, Severity.WARNING, Severity.HINT))
    ]
    async with running(findings):
        findings.load(run, some)
        counts = []
        for _ in range(4):
            counts.append(sum(row.finding is not None for row in findings.rows))
            findings.action_severity()
        assert counts == [3, 1, 2, 3]


async def test_the_cursor_goes_to_the_finding_of_a_step() -> None:
    listed = FindingsList()
    async with running(listed):
        listed.load(RUN, FINDINGS)
        listed.choose_step(RUN.row("t3"))
        assert [listed.under_cursor] == [row for row in listed.rows if row.row == RUN.row("t3")]
        listed.choose_step(0)
        assert listed.cursor == 1, "none begins there: the first one"
        assert listed.first_of("no-progress-loop") is FINDINGS[0]
        assert listed.first_of("nothing") is None


async def test_what_is_suppressed_is_listed_folded() -> None:
    listed = FindingsList()
    async with running(listed):
        listed.load(RUN, FINDINGS[1:], [(FINDINGS[0], "known")])
        assert listed.rows[-1].rule == "suppressed"
        assert listed.rows[-1].count == 1
        listed.action_unfold_all()
        assert listed.rows[-1].finding is FINDINGS[0]
        assert FINDINGS[0] not in listed.listed
