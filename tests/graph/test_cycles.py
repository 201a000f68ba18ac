"""Runs of equal symbols, and which of them are loops: quiet situations first, then those that are loops."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Message
from replaydbg.core.trace import Trace
from replaydbg.graph.cycles import Loop, LoopKind, Repetition, repetitions
from replaydbg.graph.facts import Facts
from tests.support import build
from tests.support.build import assistant, call, response, system, user

ID_A = "3f2b8c1e-0d4a-4c57-9a53-6d6f0f1c2a{:02d}"


def done(*deeds: tuple[Any, ...]) -> Trace:
    """One agent at work: each deed is (tool, arguments, result) or (tool, arguments, result, is_error)."""
    messages = [system("You help."), user("Do it.")]
    for number, (tool, arguments, result, *failed) in enumerate(deeds):
        id_ = f"c{number}"
        messages += [
            assistant(f"Thought {number}.", call(tool, arguments, id_)),
            response(id_, result, is_error=bool(failed)),
        ]
    return build.chat([*messages, assistant("Done.")])


def said(*words: str) -> Trace:
    """One agent that talks with a person."""
    messages: list[Message] = [user("Hello.")]
    for word in words:
        messages += [assistant(word), user("No.")]
    return build.chat(messages)


def agents(*turns: tuple[str, str]) -> Trace:
    """Agents that take turns: each turn is (agent, what it says)."""
    return build.trace(
        *(
            build.agent(
                f"a{number}", name, build.model_call(f"m{number}", [system(f"You are {name}.")], text)
            )
            for number, (name, text) in enumerate(turns)
        )
    )


def loops(trace: Trace) -> list[tuple[LoopKind, int, int]]:
    return [(loop.kind, loop.period, loop.rounds) for loop in Facts(trace).cycles.loops]


def times(count: int, *deeds: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
    return deeds * count


QUIET = {
    "nothing happens": done(),
    "every step something else": done(
        *((name, {"q": name}, name) for name in ("find", "open", "read", "sum"))
    ),
    "read twice": done(*times(2, ("read", {"path": "a"}, "text"))),
    "waiting, and it moves": done(*(("status", {"job": 7}, f"{n}0 % built") for n in range(9))),
    "waiting, and it ends": done(
        *(("output", {"h": 1}, f"built part {part}") for part in "abcdefgh"), ("output", {"h": 1}, "exit 0")
    ),
    "pages": done(*(("orders", {"page": n}, f"orders {n}1 to {n}9") for n in range(8))),
    "acknowledged edits of different files": done(
        *(("edit", {"path": f"{c}.py", "add": "x"}, "ok") for c in "abcdefgh")
    ),
    "acknowledged rows by number": done(*(("insert", {"row": n}, {"ok": True}) for n in range(8))),
    "acknowledged orders in no order": done(
        *(("cancel", {"order": f"A-{n}"}, "cancelled") for n in (17, 93, 12, 55, 31))
    ),
    "ids that the agent was told": build.chat(
        [
            user("Delete all: " + ", ".join(ID_A.format(n) for n in range(5))),
            *(
                message
                for n in range(5)
                for message in (
                    assistant("", call("delete", {"id": ID_A.format(n)}, f"c{n}")),
                    response(f"c{n}", "ok"),
                )
            ),
        ]
    ),
    "tests between different edits": done(
        *(
            deed
            for n in range(5)
            for deed in (
                ("edit", {"new": "abcde"[n]}, f"edited {'abcde'[n]}"),
                ("test", {}, f"{5 - n} failed"),
            )
        )
    ),
    "a person in between": said(*["Which order?"] * 5),
    "a person in between calls": build.chat(
        [
            message
            for n in range(5)
            for message in (
                user("Again."),
                assistant("", call("roll", {}, f"c{n}")),
                response(f"c{n}", "six"),
                assistant("Six."),
            )
        ]
    ),
    "the same answer to different questions": build.trace(
        *(build.model_call(f"m{n}", [system("Yes or no?"), user(f"Question {n}")], "yes") for n in range(6))
    ),
    "the same question to many at once": build.trace(
        *(build.model_call(f"m{n}", [user("Vote.")], "yes", start_ms=0, duration_ms=50) for n in range(6))
    ),
    "agents with something new": agents(*(("AB"[n % 2], f"idea {'abcdefgh'[n] * 9}") for n in range(8))),
    "agents side by side": build.trace(
        *(
            build.agent(
                f"a{name}",
                name,
                *(
                    build.model_call(
                        f"m{name}{n}", [user(name)], "xyzyxz"[n], start_ms=n * 10 + at, duration_ms=9
                    )
                    for n in range(6)
                ),
            )
            for at, name in enumerate("AB")
        )
    ),
    "results that were not recorded, three times": build.trace(
        *(build.tool_execution(f"x{n}", call("read", {"path": "a"})) for n in range(3))
    ),
    "one reply with three equal calls": build.chat(
        [
            user("Go."),
            assistant("", *(call("roll", {}, f"c{n}") for n in range(3))),
            *(response(f"c{n}", "six") for n in range(3)),
        ]
    ),
}


@pytest.mark.parametrize("trace", QUIET.values(), ids=QUIET.keys())
def test_no_loop(trace: Trace) -> None:
    assert loops(trace) == []


NO_PROGRESS, REPEATED, VARIED = LoopKind.NO_PROGRESS, LoopKind.REPEATED, LoopKind.VARIED
FOUND = {
    "the same, three times": (done(*times(3, ("read", {"p": "a"}, "text"))), (NO_PROGRESS, 2, 3)),
    "the same error": (done(*times(3, ("read", {"p": "a"}, "no such file", True))), (NO_PROGRESS, 2, 3)),
    "keys in another order": (
        done(*(("f", {"a": 1, "b": 2} if n % 2 else {"b": 2, "a": 1.0}, "x") for n in range(4))),
        (NO_PROGRESS, 2, 4),
    ),
    "white space in the result": (
        done(*(("f", {}, f"a{' ' * n} b\n") for n in range(1, 5))),
        (NO_PROGRESS, 2, 4),
    ),
    "a clock in the result": (
        done(*(("status", {}, f"pending at 2026-02-03T10:00:0{n}Z") for n in range(5))),
        (NO_PROGRESS, 2, 5),
    ),
    "a duration in the result": (
        done(*(("test", {}, f"1 failed in 0.{n}7s") for n in range(5))),
        (NO_PROGRESS, 2, 5),
    ),
    "an id made up for each request": (
        done(*(("find", {"request_id": ID_A.format(n), "q": "x"}, "none") for n in range(5))),
        (NO_PROGRESS, 2, 5),
    ),
    "a round of three": (
        done(*times(3, ("read", {}, "A"), ("edit", {"o": "q"}, "no match", True), ("test", {}, "1 failed"))),
        (NO_PROGRESS, 6, 3),
    ),
    "a round of seven": (done(*times(3, *((f"t{n}", {}, "same") for n in range(7)))), (NO_PROGRESS, 14, 3)),
    "two rounds of three": (done(*times(2, *((f"t{n}", {}, "same") for n in range(3)))), (NO_PROGRESS, 6, 2)),
    "a loop that ends": (
        done(*times(3, ("x", {}, "broken", True)), *(("y", {"i": n}, f"{n}") for n in range(3))),
        (NO_PROGRESS, 2, 3),
    ),
    "two calls in each reply, in either order": (
        build.chat(
            [
                user("Go."),
                *(
                    message
                    for n in range(3)
                    for message in (
                        assistant("", *(call(name, {}, name) for name in ("ab" if n % 2 else "ba"))),
                        *(response(name, f"of {name}") for name in ("ab" if n % 2 else "ba")),
                    )
                ),
            ]
        ),
        (NO_PROGRESS, 3, 3),
    ),
    "a history that is cut while it loops": (
        build.trace(
            *(
                step
                for n in range(4)
                for step in (
                    build.model_call(
                        f"m{n}",
                        [system(f"Now is 2026-01-01 10:0{n}"), user("Go.")],
                        assistant("", call("f", {}, "c")),
                    ),
                    build.tool_execution(f"x{n}", call("f", {}, "c"), "same"),
                )
            )
        ),
        (NO_PROGRESS, 2, 4),
    ),
    "the same words, nobody asked": (
        build.trace(*(build.model_call(f"m{n}", [user("Go.")], "I will now start.") for n in range(4))),
        (NO_PROGRESS, 1, 4),
    ),
    "tools alone": (
        build.trace(*(build.tool_execution(f"x{n}", call("read", {"p": 1}), "same") for n in range(4))),
        (NO_PROGRESS, 1, 4),
    ),
    "equal calls, results not recorded": (
        build.trace(*(build.tool_execution(f"x{n}", call("read", {"p": 1})) for n in range(6))),
        (REPEATED, 1, 6),
    ),
    "equal calls, two results in turn": (
        done(*(("flip", {}, "heads" if n in {0, 3, 4} else "tails") for n in range(6))),
        (REPEATED, 2, 6),
    ),
    "equal calls, other errors": (done(*(("f", {}, f"error {c}", True) for c in "abc")), (REPEATED, 2, 3)),
    "guesses that fail": (
        done(*(("sql", {"q": f"select * from t{n}"}, f"no table t{n}", True) for n in (3, 1, 9, 4))),
        (VARIED, 2, 4),
    ),
    "guesses that find nothing": (
        done(*(("search", {"q": f"order {n} state"}, "No results found.") for n in (7, 3, 9, 1))),
        (VARIED, 2, 4),
    ),
    "past the last page": (
        done(*(("orders", {"page": n}, {"orders": []}) for n in range(5))),
        (VARIED, 2, 5),
    ),
    "looked up again and again": (
        done(
            *(
                deed
                for n in range(5)
                for deed in (
                    ("search", {"q": "foo"}, "a, b"),
                    ("open", {"u": "vwxyz"[n]}, "p" * n),
                    ("note", {"n": "qrstu"[n]}, "k" * n),
                )
            )
        ),
        (LoopKind.RECURRING, 0, 5),
    ),
    "the task goes to and fro": (
        agents(*(("AB"[n % 2], "Please go on.") for n in range(8))),
        (LoopKind.PING_PONG, 2, 4),
    ),
    "the task goes round": (
        agents(*(("ABC"[n % 3], f"Over to {'BCA'[n % 3]}.") for n in range(9))),
        (LoopKind.PING_PONG, 3, 3),
    ),
}


@pytest.mark.parametrize(("trace", "expected"), FOUND.values(), ids=FOUND.keys())
def test_loop(trace: Trace, expected: tuple[LoopKind, int, int]) -> None:
    assert loops(trace) == [expected]


def test_a_loop_names_its_steps_in_order() -> None:
    (loop,) = Facts(done(("find", {}, "x"), *times(3, ("read", {"p": "a"}, "text")))).cycles.loops
    assert loop == Loop(LoopKind.NO_PROGRESS, (2, 3, 4, 5, 6, 7), 2, 3, ("read",), 0, 3)


def test_a_round_that_was_begun_is_not_counted() -> None:
    (loop,) = Facts(done(*times(3, ("a", {}, "1"), ("b", {}, "2")), ("a", {}, "1"))).cycles.loops
    assert (loop.period, loop.rounds, loop.turns) == (4, 3, 7)


def test_parallel_threads_are_looked_at_apart() -> None:
    """Two threads loop side by side: two loops, though their steps alternate."""
    steps = []
    history: dict[str, list[Message]] = {name: [user(f"Task {name}.")] for name in "pq"}
    for n in range(4):
        for name in "pq":
            reply = assistant("", call("read", {"of": name}, f"{name}{n}"))
            steps += [
                build.model_call(f"m{name}{n}", history[name], reply),
                build.tool_execution(f"x{name}{n}", call("read", {"of": name}, f"{name}{n}"), "same"),
            ]
            history[name] = [*history[name], reply, response(f"{name}{n}", "same")]
    found = Facts(build.trace(*steps)).cycles.loops
    assert [(loop.kind, loop.rounds) for loop in found] == [(NO_PROGRESS, 4), (NO_PROGRESS, 4)]
    assert not set(found[0].rows) & set(found[1].rows)


def brute_force(symbols: list[int], period_max: int) -> set[Repetition]:
    """All maximal runs by definition, without those whose rounds are themselves rounds of something shorter."""
    found = set()
    for period in range(1, period_max + 1):
        for start in range(len(symbols)):
            end = start + period
            while end < len(symbols) and symbols[end] == symbols[end - period]:
                end += 1
            begins = (
                start == 0
                or start + period > len(symbols)
                or symbols[start - 1] != symbols[start + period - 1]
            )
            one = symbols[start : start + period]
            primitive = all(
                one != one[:part] * (period // part) for part in range(1, period) if period % part == 0
            )
            if end - start >= 2 * period and begins and primitive:
                found.add(Repetition(start, end, period))
    return found


@given(st.lists(st.integers(0, 2), max_size=40))
def test_repetitions_are_all_there_are(symbols: list[int]) -> None:
    assert set(repetitions(symbols, 8)) == brute_force(symbols, 8)
