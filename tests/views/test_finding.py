"""The page of one finding."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from replaydbg.actions.explain import page
from replaydbg.actions.open import open_trace
from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from replaydbg.tui.actions import keyed
from replaydbg.views.blocks import Block, Folds
from replaydbg.views.exhibit import Exhibit, Quote, exhibit
from replaydbg.views.finding import finding_page, head_blocks
from replaydbg.views.text import cell_width
from tests.support.blocks import text_of
from tests.support.build import assistant, call, model_call, parameters, tool, trace, user
from tests.support.situations import SITUATIONS
from tests.support.staged import asked, done, each

LOOKUP = tool("lookup", parameters(["mode"], mode={"enum": ["fast", "slow"]}))
RUN = trace(
    model_call("m", [user("go")], assistant("", call("lookup", {"mode": "Fast"}, "c")), tools=[LOOKUP])
)
KEYS = partial(keyed, "finding")
SEARCHES = ["order 7", "order 3", "order 9", "order 1"]
LOOP = done(("g", {}, "y"), *each("f", "q", SEARCHES, "no results"))


def blocks(run: Trace, rule: str, width: int, first_round: int = 0) -> list[Block]:
    facts = Facts(run)
    (heard,) = _registry.check(facts, select=[rule])
    one = exhibit(facts, heard.findings[0])
    return list(finding_page(facts, one, Folds(), width, page=page, keys=KEYS, first_round=first_round))


def test_it_says_what_is_wrong_what_would_mend_it_and_what_to_do() -> None:
    found = text_of(blocks(RUN, "schema-violation", 120))
    order = [
        "schema-violation",
        "in #1",
        'M: mode: "fast"',
        "what the schema says",
        "What to do",
        "Why it matters",
        "What it finds",
    ]
    places = [found.index(words) for words in order]
    assert places == sorted(places)


def test_where_a_loop_is_to_be_edited_by_hand_and_what_for() -> None:
    text = text_of(blocks(LOOP, "thrash", 120))
    assert "M: edit the result of #4: let this result say what can be asked for instead of a guess" in text
    assert "whether that helps the re-run shows" in text


def test_what_is_not_known_is_said() -> None:
    bare = next(one for one in SITUATIONS if one.name == "equal calls, results not recorded")
    assert "what would mend it is not known" in text_of(blocks(bare.run(), "repeated-call", 120))


def test_what_no_edit_mends_is_said_with_what_to_try() -> None:
    text = text_of(blocks(asked(100, 100, 200), "retry-storm", 120))
    assert "M: no edit stops who retries" in text


def test_rounds_stand_beside_each_other() -> None:
    found = blocks(LOOP, "thrash", 120)
    (heads,) = [block.text for block in found if block.text.startswith("round 1 ")]
    assert "round 2" in heads
    (asked,) = [
        block for block in found if all(word in block.text for word in (SEARCHES[0], SEARCHES[1], "│"))
    ]
    looks = {asked.text[begin:end].strip(): look for begin, end, look in asked.spans}
    assert looks["7"] == "gone"
    assert looks["3"] == "added"


def test_the_next_two_rounds() -> None:
    third = text_of(blocks(LOOP, "thrash", 120, 2))
    assert SEARCHES[2] in third.split("What to do")[0]
    beyond = text_of(blocks(LOOP, "thrash", 120, 99))
    assert "round 4" in beyond


def test_a_round_that_was_only_begun_is_none_of_the_rounds() -> None:
    path = Path(__file__).resolve().parents[2] / "traces" / "billing-loop.otlp.jsonl"
    text = text_of(blocks(open_trace(str(path)).trace, "no-progress-loop", 120))
    assert "5 rounds of 4 steps" in text
    assert "the next two of 5 rounds and the beginning of another" in text
    assert "the next two of 4 rounds" in text_of(blocks(LOOP, "thrash", 120))


def test_what_is_the_same_in_both_rounds_is_said_once_on_a_narrow_screen() -> None:
    found = text_of(blocks(LOOP, "thrash", 78))
    rounds = found.split("round 1, then round 2")[1].split("from round to round")[0]
    assert rounds.count("no results") == 1
    assert "#4 f returns = #6" in rounds
    assert SEARCHES[0] in rounds
    assert SEARCHES[1] in rounds


def test_no_line_is_wider_than_the_page() -> None:
    for width in (100, 118, 200):
        for block in blocks(LOOP, "thrash", width):
            if "│" in block.text:
                assert cell_width(block.text) <= width


def test_a_line_leads_to_its_step() -> None:
    found = blocks(LOOP, "thrash", 120)
    (asked,) = [
        block for block in found if all(word in block.text for word in (SEARCHES[0], SEARCHES[1], "│"))
    ]
    assert asked.row == 4
    assert next(block for block in found if "going round from" in block.text).row == 4


def test_before_anything_is_looked_up_the_head_stands_there() -> None:
    facts = Facts(RUN)
    (heard,) = _registry.check(facts, select=["schema-violation"])
    found = text_of(head_blocks(facts, heard.findings[0]))
    assert "schema-violation (T003)" in found
    assert "in #1" in found


def test_a_long_list_of_steps_is_cut() -> None:
    run = trace(*(model_call(f"m{n}", [user("go")], "x") for n in range(40)))
    many = Finding("X001", "x", Severity.HINT, "many", tuple(run.ids))
    assert "#12 and 28 more" in text_of(head_blocks(Facts(run), many))


def test_a_rule_that_is_not_here_has_no_page() -> None:
    mine = Finding("X001", "x", Severity.HINT, "odd", ("m",), (Evidence("m", "/output", "odd"),))
    one = exhibit(Facts(RUN), mine)
    found = text_of(finding_page(Facts(RUN), one, Folds(), 120, page=lambda _: "", keys=KEYS))
    assert "no page of it" in found
    assert '"finish_reason": "tool_calls"' in found, "the place is quoted"


def quoted(left: object, right: object, width: int = 120) -> str:
    facts = Facts(RUN)
    mine = Finding("X001", "x", Severity.HINT, "odd", ("m",))
    one = Exhibit(mine, pair=(Quote("before", 0, "/a", left), Quote("after", 0, "/a", right)))
    return text_of(finding_page(facts, one, Folds(), width, page=lambda _: "", keys=KEYS))


def test_long_texts_are_cut_to_where_they_part() -> None:
    same = "the same words again and again; " * 4_000
    found = quoted(same + "END ONE" + same, same + "END TWO" + same)
    assert "ONE" in found
    assert "TWO" in found
    assert len(found) < 6_000
    assert "characters more" in found


def test_many_lines_are_cut_to_where_they_part() -> None:
    same = "".join(f"line {number}\n" for number in range(90))
    found = quoted(same + "ONE", same + "TWO")
    assert "line 0" not in found
    assert "ONE" in found
    assert "TWO" in found


def test_a_large_value_is_not_written_out() -> None:
    assert len(quoted({"a": list(range(300_000))}, {"a": [1]})) < 6_000


def test_control_characters_do_no_harm() -> None:
    for width in (78, 120):
        assert not set("\x1b\x07\u202e") & set(quoted("a\x1b[2Jb", "a\x07\u202ec", width))
