"""A thread to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from replaydbg.actions.open import open_trace
from replaydbg.core.message import Media, Message, Reasoning, Role, Text
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.views.blocks import Block, Folds
from replaydbg.views.passages import Whole
from replaydbg.views.subject import Subject, subject
from replaydbg.views.thread import Talk, talk, thread_blocks, title
from tests.support.blocks import text_of
from tests.support.build import (
    Built,
    agent,
    assistant,
    call,
    chat,
    model_call,
    other,
    response,
    system,
    tool_execution,
    trace,
    user,
)
from tests.support.corpora import each_of

ASKED = call("search", {"q": "x"}, "c1")
FIRST = [system("be brief"), user("hi")]
RUN = trace(
    agent(
        "a",
        "helper",
        model_call("m1", FIRST, assistant("let me see", ASKED)),
        tool_execution("t1", ASKED, {"hits": 0}),
        model_call("m2", [*FIRST, assistant("let me see", ASKED), response("c1", {"hits": 0})], "none"),
    ),
    model_call("other", [user("elsewhere")], "1"),
)


def thread_of(run: Trace, id_: str) -> Talk:
    facts = Facts(run)
    about: Callable[[int], Subject | None] = lambda row: subject(facts, row)  # noqa: E731
    of = talk(facts, run.row(id_), about)
    assert of is not None
    return of


def read(run: Trace, id_: str, folds: Folds | None = None) -> list[Block]:
    return list(thread_blocks(thread_of(run, id_), folds or Folds()))


def test_it_is_told_once_in_turn_with_results_between() -> None:
    text = text_of(read(RUN, "m2"))
    turns = [
        line for line in text.split("\n") if line.split("  ")[0] in ("system", "user", "assistant", "tool")
    ]
    assert [turn.split("  ")[0] for turn in turns] == ["system", "user", "assistant", "tool", "assistant"]
    assert text.count("be brief") == text.count("let me see") == 1
    assert "elsewhere" not in text
    assert "#1 to" not in text


@pytest.mark.parametrize("from_", ["m1", "m2", "t1", "a"])
def test_every_step_of_it_leads_to_the_same_thread(from_: str) -> None:
    of = thread_of(RUN, from_)
    assert [RUN.ids[row] for row in of.rows] == ["m1", "m2"]
    assert title(of) == "2 calls of one thread, #2 to #4, of helper"
    assert of.here == (1 if from_ == "m2" else 0)


def test_a_step_without_a_model_call_has_none() -> None:
    run = trace(tool_execution("t", call("f"), 1))
    assert talk(Facts(run), 0, lambda _row: None) is None


def test_lines_lead_to_the_step_in_which_they_were_said() -> None:
    rows = {block.text: block.row for block in read(RUN, "m1") if block.text and not block.fold}
    assert rows["hi"] == RUN.row("m1")
    assert rows['"hits": 0'] == RUN.row("t1")
    assert rows["none"] == RUN.row("m2")


def test_what_the_last_call_asked_for_is_shown_though_nobody_was_told() -> None:
    run = trace(model_call("m", FIRST, assistant("", ASKED)), tool_execution("t", ASKED, "a result"))
    blocks = read(run, "m")
    assert next(block.row for block in blocks if block.text == "a result") == 1


def test_long_texts_and_results_begin_and_fold() -> None:
    long = "line\n" * 3000
    run = chat([system("s" * 2000), user(long), assistant("", ASKED), response("c1", long), assistant("ok")])
    blocks = read(run, "m2")
    assert sum(len(block.text) for block in blocks) < 12_000
    assert sum(block.text.endswith("more") for block in blocks) == 2
    assert any(block.text == "▸ system, 2 000 chars" for block in blocks)
    whole = read(run, "m2", Folds(all_open=True))
    assert "".join(block.text for block in whole).count("line") == 6000


def test_reasoning_is_folded_and_images_have_a_size() -> None:
    thought = Message(Role.ASSISTANT, (Reasoning("hmm"), Text("so")))
    seen = Message(Role.USER, (Text("look"), Media("image", "image/png", data="AAAA")))
    text = text_of(read(trace(model_call("m", [seen], thought)), "m"))
    assert "▸ reasoning, 3 chars" in text
    assert "hmm" not in text
    assert "[image/png, 3 bytes]" in text


def test_of_a_long_thread_what_is_far_before_is_folded() -> None:
    messages = [user("begin")]
    for turn in range(100):
        messages += [assistant(f"a{turn}"), user(f"u{turn}")]
    run = chat(messages)
    blocks = read(run, run.ids[99])
    assert blocks[0].text == "▸ 39 calls before"
    assert "begin" not in text_of(blocks)
    assert "begin" in text_of(read(run, run.ids[99], Folds().toggled("before")))


def test_folds_of_every_turn_have_names_of_their_own() -> None:
    thought = Message(Role.ASSISTANT, (Reasoning("hmm"), Text("so")))
    run = chat([user("a"), thought, user("b"), thought, user("c"), thought])
    folds = [block.fold for block in read(run, run.ids[0], Folds(all_open=True)) if block.fold]
    assert len(folds) == len(set(folds)) > 2


def test_places_on_the_screen_are_places_of_the_whole() -> None:
    long = "line\n" * 3000
    run = chat(
        [
            system("s" * 2000),
            user(long),
            assistant("", ASKED),
            response("c1", {"a": {"b": long}}),
            assistant("ok"),
        ]
    )
    of = thread_of(run, "m2")
    whole = Whole(lambda folds, _width: thread_blocks(of, folds), 80)
    count = len(list(whole.read()))
    seen = list(thread_blocks(of, Folds()))
    shown = [whole.laid(Folds()).shown_at(number) for number in range(count)]
    assert [place for place in shown if place is not None] == list(range(len(seen)))


def _asks(id_: str, about: str, said: str, *more: Message) -> Built:
    return model_call(id_, [*FIRST, *more, user(about)], assistant(said))


APART = trace(
    agent(
        "a",
        "helper",
        _asks("m1", "find it", "I look"),
        other("chain", Kind.OPAQUE, "chain", children=(_asks("m2", "read it", "I read", user("find it")),)),
        agent("b", "other", _asks("n1", "count it", "three")),
        tool_execution(
            "t", call("summarise"), "short", children=(model_call("n2", [user("sum up")], "short"),)
        ),
        _asks("m3", "say it", "here it is"),
    )
)


def test_an_agent_is_read_as_all_calls_of_its_own() -> None:
    """Also where no call goes on from another; what stands above is not said again."""
    of = thread_of(APART, "a")
    assert [APART.ids[row] for row in of.rows] == ["m1", "m2", "m3"]
    assert title(of) == f"3 calls of 3 threads, #2 to #{APART.row('m3') + 1}, of helper"
    text = text_of(read(APART, "a"))
    for said in ("be brief", "hi", "find it", "I look", "read it", "I read", "say it", "here it is"):
        assert text.count(f"{said}\n") == 1, said
    assert "#4 has a prompt of its own; 3 messages of it stand above" in text
    assert "count it" not in text


def test_a_step_without_calls_of_its_own_is_read_as_those_of_all_agents_inside() -> None:
    run = trace(
        other(
            "task",
            Kind.OPAQUE,
            "task",
            children=(
                agent("a", "first", model_call("m1", FIRST, assistant("over to you"))),
                agent("b", "second", model_call("m2", [system("count"), user("hi")], assistant("three"))),
            ),
        )
    )
    text = text_of(read(run, "task"))
    assert title(thread_of(run, "task")) == "2 calls of 2 threads, #3 to #5, of first, second"
    assert text.count("hi\n") == 1
    assert text.index("first, from #3 on") < text.index("over to you") < text.index("second, from #5 on")
    assert "#5 has a prompt of its own; 1 message of it stands above" in text


def test_what_is_said_twice_in_one_thread_is_said_twice() -> None:
    again = [*FIRST, assistant("one"), user("go on"), assistant("two"), user("go on")]
    run = trace(
        agent(
            "a",
            "helper",
            model_call("m1", FIRST, assistant("one")),
            model_call("m2", again[:4], assistant("two")),
            model_call("m3", again, assistant("three")),
            model_call("m4", [user("elsewhere")], "four"),
        )
    )
    assert text_of(read(run, "a")).count("go on\n") == 2


def test_results_that_no_call_of_the_thread_was_told_stand_after_their_call() -> None:
    run = trace(
        agent(
            "a",
            "helper",
            model_call("m1", FIRST, assistant("", ASKED)),
            tool_execution("t1", ASKED, "a result"),
            model_call("m2", [user("so?"), response("c1", "a result")], "none"),
        )
    )
    text = text_of(read(run, "a"))
    assert text.count("a result") == 1
    assert text.index("a result") < text.index("so?")


@each_of("langfuse", "openai_agents", "mlflow", "otlp_openinference", pattern="*.json", without="negative")
def test_every_call_inside_of_a_step_of_others_is_in_some_conversation(path: Path) -> None:
    """Of each step that holds calls: its own, or those of all inside."""
    for run in open_trace(str(path)).traces[:2]:
        facts = Facts(run)
        for row in range(min(len(run), 200)):
            inside = range(row + 1, run.subtree_ends[row])
            calls = [each for each in inside if run.kind(each) is Kind.MODEL_CALL]
            if not calls or run.kind(row) in (Kind.MODEL_CALL, Kind.TOOL_EXECUTION):
                continue
            of = talk(facts, row, lambda _row: None)
            assert of is not None
            agents = [
                each for each in inside if run.kind(each) in (Kind.AGENT_INVOCATION, Kind.TOOL_EXECUTION)
            ]
            theirs = {call for call in calls if any(one < call < run.subtree_ends[one] for one in agents)}
            assert {*calls} - theirs <= {*of.rows}
            assert theirs != {*calls} or theirs <= {*of.rows}
