"""Situations that a person has labelled: which of the rules about loops should speak. All of our making.

`python -m tests.support.situations` prints how the rules do, rule by rule. The labels are a person's, written before the
rules were asked; where a rule does otherwise, `excuse` says why, and the test holds that it still does.
"""

from __future__ import annotations

from replaydbg.core.message import Json
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from tests.support import build
from tests.support.build import assistant, call, response, system, user
from tests.support.complaints import DRIFTING, LEGITIMATE
from tests.support.staged import Situation, agents, asked, done, each, said, talk, times

ID_A = "3f2b8c1e-0d4a-4c57-9a53-6d6f0f1c2a{:02d}"
LONG = "Refunds are paid within 14 days to the card that was used. Lamps that were opened are excluded, and so are gifts."


def _many_at_once() -> Trace:
    return build.trace(
        *(build.model_call(f"m{n}", [user("Vote.")], "yes", start_ms=0, duration_ms=50) for n in range(6))
    )


def _handed_over(*said: tuple[str, str], back: str = "AB") -> Trace:
    """Agents that hand the task over by a tool: what each says with it, and what the tool returns."""
    steps = []
    for n, (reason, result) in enumerate(said):
        name, other = back[n % 2], back[(n + 1) % 2]
        asked = call(f"transfer_to_{other}", {"reason": reason}, f"c{n}")
        steps.append(
            build.agent(
                f"a{n}",
                name,
                build.model_call(f"m{n}", [system(f"You are {name}.")], assistant("", asked)),
                build.tool_execution(f"x{n}", asked, result),
            )
        )
    return build.trace(*steps)


def _side_by_side() -> Trace:
    """Two agents that work at the same time."""
    return build.trace(
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
    )


def _with_person(count: int) -> Trace:
    return build.chat(
        [
            message
            for n in range(count)
            for message in (user("Again."), assistant("", call("roll", {}, f"c{n}")), response(f"c{n}", "six"), assistant("Six."))
        ]
    )  # fmt: skip


def _told_ids() -> Trace:
    ids = [ID_A.format(n) for n in range(5)]
    return build.chat(
        [
            user("Delete all: " + ", ".join(ids)),
            *(
                message
                for n, id_ in enumerate(ids)
                for message in (assistant("", call("delete", {"id": id_}, f"c{n}")), response(f"c{n}", "ok"))
            ),
        ]
    )


def _two_in_each_reply() -> Trace:
    return build.chat(
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
    )


def _cut_history() -> Trace:
    return build.trace(
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
    )


def _rounds_with_other_thoughts() -> Trace:
    thoughts = (
        "Let me look.",
        "Perhaps I missed it, so I look once more.",
        "A careful look now.",
        "One last look.",
    )
    messages = [user("Go.")]
    for n, thought in enumerate(thoughts):
        messages += [assistant(thought, call("read", {"p": "a"}, f"c{n}")), response(f"c{n}", "text")]
    return build.chat([*messages, assistant("Done.")])


def _alone(*results: Json | None) -> Trace:
    """Executions that no model call of the recording asked for."""
    asked_for = call("read", {"p": 1})
    return build.trace(
        *(
            build.tool_execution(f"x{n}", asked_for) if result is None else build.tool_execution(f"x{n}", asked_for, result)
            for n, result in enumerate(results)
        )
    )  # fmt: skip


def _recurring(between: str = "open") -> Trace:
    return done(
        *(
            deed
            for n in range(5)
            for deed in (
                ("search", {"q": "foo"}, "a, b"),
                (between, {"u": "vwxyz"[n]}, "p" * (n + 1)),
                ("recall", {"n": "qrstu"[n]}, "k" * (n + 2)),
            )
        )
    )


NP, RC, PP, EL = "no-progress-loop", "repeated-call", "hand-off-ping-pong", "error-loop"
TH, RE, RS, CH, ND = "thrash", "recurrence", "retry-storm", "chanting", "near-duplicate-loop"

_WORDS = ("find", "open", "read", "sum")
_LETTERS = "abcdefghij"

_WORK = (
    Situation("nothing happens", done),
    Situation("every step something else", lambda: done(*((name, {"q": name}, name) for name in _WORDS))),
    Situation("read twice", lambda: done(*times(2, ("read", {"path": "a"}, "text")))),
    Situation("two rounds of two", lambda: done(*times(2, ("a", {}, "1"), ("b", {}, "2")))),
    Situation("waiting, and it moves", lambda: done(*(("status", {"job": 7}, f"{n}0 % built") for n in range(9)))),
    Situation("waiting, and it ends", lambda: done(*(("output", {"h": 1}, f"built part {part}") for part in "abcdefgh"), ("output", {"h": 1}, "exit 0"))),
    Situation("waiting four times for one word, and it comes", lambda: done(*times(4, ("status", {}, "pending")), ("status", {}, "done"))),
    Situation("pending, building, done", lambda: done(*(("status", {}, word) for word in ("pending",) * 3 + ("building",) * 4 + ("done",)))),
    Situation("not ready is an error, then it is ready", lambda: done(*times(3, ("fetch", {}, "not ready", True)), ("fetch", {}, "here it is"))),
    Situation("pages", lambda: done(*each("orders", "page", range(8), lambda n: f"orders {n}1 to {n}9"))),
    Situation("pages with a cursor", lambda: done(*each("orders", "cursor", ["qX1a", "qX2b", "qX3c", "qX4d", "qX5e"], lambda n: f"rows {_LETTERS[n] * 9}"))),
    Situation("a file read in slices", lambda: done(*(("read", {"path": "a.py", "from": n * 100, "to": n * 100 + 99}, f"line {_LETTERS[n]}") for n in range(8)))),
    Situation("files of one folder, one by one", lambda: done(*each("read", "path", [f"src/{c}.py" for c in _LETTERS], lambda n: f"def {_LETTERS[n]}(): ..."))),
    Situation("26 looks into 26 folders", lambda: done(*each("bash", "command", [f"ls src/{chr(97 + n)}" for n in range(26)], lambda n: f"file_{chr(97 + n)}.py"))),
    Situation("acknowledged edits of different files", lambda: done(*(("edit", {"path": f"{c}.py", "add": "x"}, "ok") for c in _LETTERS[:8]))),
    Situation("acknowledged edits, in many words", lambda: done(*(("write", {"path": f"{c}.py"}, "The file was written. It is recommended that you run the tests now, and format it.") for c in _LETTERS[:6]))),
    Situation("acknowledged rows by number", lambda: done(*each("insert", "row", range(8), {"ok": True}))),
    Situation("acknowledged orders in no order", lambda: done(*each("cancel", "order", [f"A-{n}" for n in (17, 93, 12, 55, 31)], "cancelled"))),
    Situation("attached a, b, c: True", lambda: done(*each("attach", "f", ["a.txt", "b.txt", "c.txt", "d.txt"], "True"))),
    Situation("ids that the agent was told", _told_ids),
    Situation("tests between different edits", lambda: done(*(deed for n in range(5) for deed in (("edit", {"new": _LETTERS[n]}, f"edited {_LETTERS[n]}"), ("test", {}, f"{5 - n} failed"))))),
    Situation("the same failing test between different edits", lambda: done(*(deed for n in range(5) for deed in (("edit", {"old": _LETTERS[n] * 9, "new": _LETTERS[n + 1] * 9}, f"edited line {n}"), ("test", {}, "1 failed: test_total"))))),
    Situation("read again after each change", lambda: done(*(deed for n in range(5) for deed in (("read_file", {"path": "a"}, "text"), ("edit_file", {"new": _LETTERS[n] * 5}, f"edited {_LETTERS[n]}"))))),
    Situation("a person in between", lambda: talk(*["Which order?"] * 5)),
    Situation("a person in between calls", lambda: _with_person(5)),
    Situation("the same words, and what was said to them is not recorded", lambda: build.trace(*(build.model_call(f"m{n}", None, "The number is 1.") for n in range(6)))),
    Situation("the same answer to different questions", lambda: build.trace(*(build.model_call(f"m{n}", [system("Yes or no?"), user(f"Question {n}")], "yes") for n in range(6)))),
    Situation("the same question to many at once", _many_at_once),
    Situation("agents with something new", lambda: agents(*(("AB"[n % 2], f"idea {_LETTERS[n] * 9}") for n in range(8)))),
    Situation("agents side by side", _side_by_side),
    Situation("a planner and a worker who works", lambda: agents(*(("plan" if n % 2 else "work", "next" if n % 2 else f"part {_LETTERS[n]} is done") for n in range(8)))),
    Situation("a planner and a worker who counts", lambda: agents(*(("plan" if n % 2 else "work", "next" if n % 2 else f"part {n} is done") for n in range(12)))),
    Situation("results that were not recorded, three times", lambda: _alone(None, None, None)),
    Situation("one reply with three equal calls", lambda: build.chat([user("Go."), assistant("", *(call("roll", {}, f"c{n}") for n in range(3))), *(response(f"c{n}", "six") for n in range(3))])),
    Situation("three spellings, the third hits", lambda: done(*each("search", "q", ["refund policy", "refund policies", "refunds policy"], lambda n: "no results" if n < 2 else LONG))),
    Situation("four searches for four things that are not there", lambda: done(*each("search", "q", ["parrot", "submarine", "violin", "xylophone"], "no results"))),
    Situation("a call that fails once and is mended", lambda: done(("book", {"seat": "A"}, "Error: seat taken", True), ("book", {"seat": "B"}, "booked"))),
    Situation("retries that wait longer each time", lambda: asked(40_000, 80_000, 160_000, 300_000)),
    Situation("two retries, then an answer", lambda: asked(100, 100)),
    Situation("different requests that fail", lambda: asked(100, 100, 100, 100, same=False)),
    Situation("a long list of unlike entries", lambda: said("\n".join(f"- item {n}: {['lorem', 'ipsum', 'dolor', 'sit', 'amet'][n % 5]} {n * 7919 % 9973}" for n in range(200)))),
    Situation("a drawn line", lambda: said("Result\n" + "=" * 3000)),
    Situation("a table of zeros", lambda: said("0 0 0 0 0 0 0 0\n" * 300)),
    Situation("a song with its refrain", lambda: said("".join(f"Verse {n} tells of {'the sea ' * 3 + 'x' * n * 40}\nAnd so we sail on.\n" for n in range(12)))),
    Situation("a shared lookup before each of five changes", lambda: _recurring("update_row")),
)  # fmt: skip

_LOOPS = (
    Situation("the same, three times", lambda: done(*times(3, ("read", {"p": "a"}, "text"))), (NP,)),
    Situation("the same with other thoughts", _rounds_with_other_thoughts, (NP,)),
    Situation("keys in another order", lambda: done(*(("f", {"a": 1, "b": 2} if n % 2 else {"b": 2, "a": 1.0}, "x") for n in range(4))), (NP,)),
    Situation("white space in the result", lambda: done(*(("f", {}, f"a{' ' * n} b\n") for n in range(1, 5))), (NP,)),
    Situation("a clock in the result", lambda: done(*(("status", {}, f"3 open orders at 2026-02-03T10:00:0{n}Z") for n in range(5))), (NP,)),
    Situation("a duration in the result", lambda: done(*(("test", {}, f"1 failed in 0.{n}7s") for n in range(5))), (NP,)),
    Situation("an id made up for each request", lambda: done(*(("find", {"request_id": ID_A.format(n), "q": "x"}, "none") for n in range(5))), (NP,)),
    Situation("a round of seven", lambda: done(*times(3, *((f"t{n}", {}, "same") for n in range(7)))), (NP,)),
    Situation("a round of thirty", lambda: done(*times(3, *((f"t{n}", {}, "same") for n in range(30)))), (NP,)),
    Situation("two rounds of three", lambda: done(*times(2, *((f"t{n}", {}, "same") for n in range(3)))), (NP,)),
    Situation("two calls in each reply, in either order", _two_in_each_reply, (NP,)),
    Situation("a history that is cut while it loops", _cut_history, (NP,)),
    Situation("the same words, nobody asked", lambda: build.chat([user("Go."), *(assistant("I will now start.") for _ in range(4))]), (NP,)),
    Situation("tools alone", lambda: _alone(*["same"] * 4), (NP,)),
    Situation("an edit that changes nothing, and the test", lambda: done(*times(4, ("edit", {"new": "x"}, "no change"), ("test", {}, "1 failed"))), (NP,)),
    Situation("the same error", lambda: done(*times(3, ("read", {"p": "a"}, "no such file", True))), (EL,)),
    Situation("an error that only its words tell", lambda: done(*times(4, ("pay", {"card": 7}, "Error: amounts do not add up"))), (EL,)),
    Situation("equal calls, other errors", lambda: done(*(("f", {}, f"error {c}", True) for c in "abc")), (EL,)),
    Situation("a round of three with an error in it", lambda: done(*times(3, ("read", {}, "A"), ("edit", {"o": "q"}, "no match", True), ("test", {}, "1 failed"))), (EL,)),
    Situation("a loop that ends", lambda: done(*times(3, ("x", {}, "broken", True)), *each("y", "i", range(3), lambda n: f"{n}")), (EL,)),
    Situation("think, pay, think, pay", lambda: done(*times(4, ("think", {"thought": "try again"}, ""), ("pay", {"card": 7}, {"error": "declined"}))), (EL,)),
    Situation("first it works, then it fails and fails", lambda: done(*times(2, ("ping", {}, "pong")), *times(4, ("ping", {}, "timeout", True))), (EL,)),
    Situation("equal calls, results not recorded", lambda: _alone(*[None] * 6), (RC,)),
    Situation("equal calls, two results in turn", lambda: done(*(("flip", {}, "heads" if n in {0, 3, 4} else "tails") for n in range(6))), (RC,)),
    Situation("waiting twenty times without a pause", lambda: done(*times(20, ("status", {}, "pending")), ("status", {}, "done")), (RC,)),
    Situation("guesses that fail", lambda: done(*each("sql", "q", [f"select * from t{n}" for n in (3, 1, 9, 4)], "no such table", True)), (TH,)),
    Situation("guesses that find nothing", lambda: done(*each("search", "q", [f"order {n} state" for n in (7, 3, 9, 1)], "No results found.")), (TH,)),
    Situation("past the last page", lambda: done(*each("orders", "page", range(5), {"orders": []})), (TH,)),
    Situation("numbers that are all told the same", lambda: done(*each("search", "q", [f"policy {n}" for n in (7, 3, 9, 1)], LONG)), (TH,)),
    Situation("looked up again and again", _recurring, (RE,)),
    Situation("read before each of five other reads", lambda: done(*(deed for n in range(5) for deed in (("read_file", {"path": "config.toml"}, "x = 1"), ("read_file", {"path": f"{_LETTERS[n] * 3}.py"}, "code " * (n + 1))))), (RE,)),
    Situation("the task goes to and fro", lambda: agents(*(("AB"[n % 2], "Please go on.") for n in range(8))), (PP,)),
    Situation("the task goes round", lambda: agents(*(("ABC"[n % 3], f"Over to {'BCA'[n % 3]}.") for n in range(9))), (PP,)),
    Situation("handed over under a new number each time", lambda: _handed_over(*((f"try {n}", f"Ticket {7000 + n} was transferred.") for n in range(8)), back="AB"), (PP,)),
    Situation("429, six times in a second", lambda: asked(100, 100, 200, 200, 300), (RS,)),
    Situation("502 until it is given up", lambda: asked(1000, 1000, 1000, error="502 Bad Gateway", answered=False), (RS,)),
    Situation("one sentence to the token limit", lambda: said("Let me check. " + "I will now check the order. " * 200), (CH,)),
    Situation("a paragraph again and again", lambda: said("".join("First I look at the order.\nThen I look at the invoice.\nThen I write to the customer.\n\n" for _ in range(60))), (CH,)),
    Situation("reworded until it is given up", lambda: done(*each("search", "q", ["refund policy EU", "refund policy in EU", "refund policies EU", "EU refund policies", "EU refund policy"], "no results")), (ND,)),
    Situation("an edit that never matches", lambda: done(*each("edit", "old", ["def total(a, b):", "def total(a,b):", "def total(a, b) :", "def  total(a, b): pass"], "no match in file", True)), (ND,)),
    Situation("always the same page of the manual", lambda: done(*each("search", "q", ["refund lamp", "refund lamps", "refunds lamp", "refund of lamps", "refund a lamp"], LONG)), (ND,)),
    Situation("looks at it between the rewordings", lambda: done(*(deed for n, q in enumerate(["select nme from users", "select name from usrs", "select nam from users", "select naem from users"]) for deed in (("sql", {"q": q}, "Error: unknown column"), ("show_tables", {}, "users, orders")))), (ND,)),
    Situation("file names guessed", lambda: done(*each("read", "path", ["src/util.py", "src/utils.py", "src/utilities.py", "src/util/__init__.py", "lib/util.py"], "no such file", True)), (ND,)),
    Situation("two loops, one after the other", lambda: done(*times(3, ("a", {}, "x")), ("b", {}, "y"), *times(3, ("c", {}, "z", True))), (NP, EL)),
    Situation("synonyms", lambda: done(*each("search", "q", ["cheap hotel Rome", "inexpensive lodging Rome", "budget accommodation Rome", "low-cost stay Rome"], "no results")), (ND,),
              excuse="sameness of meaning needs a model; a re-run is the place to ask one"),
    Situation("the plan is made again and again, in other words", lambda: build.trace(*(build.model_call(f"m{n}", [user("Go.")], text) for n, text in enumerate(("First I will read the file, then fix it.", "I should begin by reading the file and fix it after.", "Reading the file comes first; the fix follows.", "My plan: read the file. Then fix.")))), (NP,),
              excuse="text that says the same in other words is not compared"),
    Situation("agents that agree in ever new words", lambda: agents(*(("AB"[n % 2], f"Yes, {word}, I fully agree with you.") for n, word in enumerate(("indeed", "right", "truly", "sure", "exactly", "of course", "absolutely", "certainly")))), (PP,),
              excuse="each of the sentences is new by its letters"),
    Situation("agents that hand over and count", lambda: agents(*(("AB"[n % 2], f"Attempt {n // 2 + 1}: over to {'BA'[n % 2]}.") for n in range(12))), (PP,),
              excuse="numbers that go up in what agents say are as often progress"),
    Situation("a loop with a person's okay in between", lambda: _with_person(6), (NP,),
              excuse="whoever speaks begins a new attempt: harnesses that say 'continue' cannot be told from people"),
)  # fmt: skip

FINE = (*_WORK, *LEGITIMATE)
SITUATIONS = (*FINE, *_LOOPS, *DRIFTING)


def found(situation: Situation) -> tuple[str, ...]:
    """The rules about loops that speak, once for each finding, in order of their codes."""
    facts = Facts(situation.run())
    heard = [one for one in _registry.check(facts) if one.rule.code.startswith("L0")]
    assert not [notice for one in heard for notice in one.notices]
    return tuple(finding.name for one in heard for finding in one.findings)


def table() -> str:
    """For each rule: situations in which it should speak and does, should and does not, should not and does."""
    hits: dict[str, list[int]] = {}
    for situation in SITUATIONS:
        spoke = found(situation)
        for name in {*situation.rules, *spoke}:
            counts = hits.setdefault(name, [0, 0, 0])
            right = min(situation.rules.count(name), spoke.count(name))
            counts[0] += right
            counts[1] += situation.rules.count(name) - right
            counts[2] += spoke.count(name) - right
    lines = [
        f"{len(SITUATIONS)} situations, {len(FINE)} of them fine",
        "",
        "| rule | found | missed | false | precision | recall |",
        "|---|---|---|---|---|---|",
    ]
    for rule in _registry.all_rules():
        if rule.name in hits:
            right, missed, false = hits[rule.name]
            lines.append(
                f"| `{rule.name}` | {right} | {missed} | {false} | {_share(right, right + false)} | {_share(right, right + missed)} |"
            )
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


if __name__ == "__main__":
    print(table())
    for one in SITUATIONS:
        if one.excuse:
            print(
                f"\n{one.name}: {', '.join(found(one)) or 'nothing'} instead of {', '.join(one.rules) or 'nothing'}: {one.excuse}"
            )
