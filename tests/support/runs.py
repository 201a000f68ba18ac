"""Runs of typical shapes for tests of lanes, maps and lists."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from replaydbg.core.finding import Finding, LoopDetail, Severity
from replaydbg.core.step import Kind, Status, Usage
from replaydbg.core.trace import Trace
from tests.support.build import (
    Built,
    agent,
    assistant,
    call,
    model_call,
    other,
    response,
    tool_execution,
    trace,
    user,
)


def parallel_tools(width: int = 3) -> Trace:
    """A model call that asks for several tools at once, and one that uses what came back."""
    asked = [call("fetch", {"page": page}, f"c{page}") for page in range(width)]
    reply = assistant("", *asked)
    prompt = (user("compare the pages"),)
    answers = tuple(response(one.id, "text") for one in asked)
    return trace(
        agent(
            "a",
            "reader",
            model_call("m1", prompt, reply, start_ms=1, duration_ms=10),
            *(
                tool_execution(f"t{at}", one, "text", start_ms=20 + at, duration_ms=30)
                for at, one in enumerate(asked)
            ),
            model_call("m2", (*prompt, reply, *answers), "they differ", start_ms=80, duration_ms=10),
            start_ms=0,
            duration_ms=100,
        )
    )


def sub_agent() -> Trace:
    """An agent whose tool is another agent."""
    return trace(
        agent(
            "a",
            "support",
            model_call("m1", None, assistant("", call("ask_refunds", {}, "c1"))),
            Built(
                "t1",
                Kind.TOOL_EXECUTION,
                "ask_refunds",
                tool_execution("x", call("ask_refunds", {}, "c1"), "yes").body,
                children=(
                    agent(
                        "b",
                        "refunds",
                        model_call("m2", None, assistant("", call("policy", {}, "c2"))),
                        tool_execution("t2", call("policy", {}, "c2"), "30 days"),
                        model_call("m3", None, "yes"),
                    ),
                ),
            ),
            model_call("m4", None, "you get it back"),
        )
    )


def looping(rounds: int = 6, *, failing: bool = False, trace_id: str = "t") -> Trace:
    """A model that asks for the same thing again and again, then gives up."""
    steps: list[Built] = [
        model_call("m0", None, assistant("", call("status", {}, "c0")), usage=Usage(200, 20))
    ]
    steps.append(tool_execution("t0", call("status", {}, "c0"), {"up": True}))
    for number in range(1, rounds + 1):
        asked = call("lookup_order", {"order_id": 48213, "region": "Europe"}, f"c{number}")
        steps.append(model_call(f"m{number}", None, assistant("", asked), usage=Usage(1000 + number, 100)))
        steps.append(
            tool_execution(
                f"t{number}",
                asked,
                {"error": "validation failed"},
                status=Status.ERROR if failing else Status.UNSET,
            )
        )
    steps.append(model_call("end", None, "I could not find it.", usage=Usage(9000, 30)))
    return trace(agent("a", "support", *steps), trace_id=trace_id)


def loop_findings(of: Trace) -> tuple[Finding, ...]:
    """What the rules say of `looping`, in short."""
    ids = [id_ for id_ in of.ids if id_[0] in "mt" and id_[1:] not in ("", "0")]
    violations = [
        Finding("TC003", "schema-violation", Severity.ERROR, "order_id: 48213 is not a string", (id_,))
        for id_ in ids
        if id_[0] == "t"
    ]
    loop = Finding(
        "LP001",
        "no-progress-loop",
        Severity.WARNING,
        "the same call 6 times",
        tuple(ids),
        loop=LoopDetail(2, 6, ids[0], ids[2], ids[-1]) if ids else None,
    )
    return (loop, *violations)


def made_up(count: int, seed: int = 0) -> Trace:
    """A long run of nested agents with loops, fan-outs and failures; the same for the same seed."""
    random = Random(seed)
    ids = iter(range(10**9))
    clock = [0]

    def step(kind: Kind, name: str, of: str, took: int, *, beside: int = 0) -> Built:
        start = clock[0] + beside
        if not beside:
            clock[0] += took
        bad = random.random() < 0.08
        body = model_call("x", None, "ok").body
        return Built(
            f"s{next(ids)}",
            kind,
            name,
            body,
            agent=of,
            status=Status.ERROR if bad else Status.OK,
            start_ms=start,
            duration_ms=took,
        )

    def invoked(depth: int) -> Built:
        of, begin = random.choice(["planner", "coder", "critic"]), clock[0]
        children: list[Built] = []
        for _ in range(random.randrange(1, 5)):
            children.append(step(Kind.MODEL_CALL, "chat", of, 10))
            shape = random.random()
            if shape < 0.35:
                for _ in range(random.randrange(1, 9)):
                    children.append(step(Kind.MODEL_CALL, "chat", of, 10))
                    children.append(step(Kind.TOOL_EXECUTION, "read_file", of, 5))
            elif shape < 0.65:
                names = random.choice([["search"], ["search", "fetch"]])
                children.extend(
                    step(Kind.TOOL_EXECUTION, random.choice(names), of, 30, beside=at + 1)
                    for at in range(random.randrange(1, 12))
                )
                clock[0] += 60
            elif depth < 5:
                children.append(invoked(depth + 1))
        return Built(
            f"s{next(ids)}",
            Kind.AGENT_INVOCATION,
            of,
            model_call("x", None).body,
            agent=of,
            start_ms=begin,
            duration_ms=clock[0] - begin,
            children=tuple(children),
        )

    steps: list[Built] = []
    total = 0
    while total < count:
        made = invoked(0)
        total += _size(made)
        steps.append(made)
    return trace(*steps)


def _size(step: Built) -> int:
    return 1 + sum(map(_size, step.children))


@st.composite
def any_run(draw: st.DrawFn) -> Trace:
    """Small traces of any shape: kinds, names, nesting, times that overlap or are missing."""
    ids = iter(range(1000))
    timed = draw(st.booleans())

    def step(depth: int) -> Built:
        kind = draw(st.sampled_from(list(Kind)))
        start = draw(st.integers(0, 30)) if timed else None
        children = draw(st.integers(0, (8, 3, 2, 0)[depth]))
        made = other(f"s{next(ids)}", kind, draw(st.sampled_from("ab")))
        return Built(
            made.id,
            kind,
            made.name,
            made.body,
            start_ms=start,
            duration_ms=draw(st.integers(0, 15)) if timed else None,
            timed=timed,
            children=tuple(step(depth + 1) for _ in range(children)),
        )

    return trace(*(step(0) for _ in range(draw(st.integers(1, 3)))))


_VERBS = ("search", "read", "write", "fetch", "list", "update", "delete", "query", "send", "open")
_THINGS = ("web", "file", "order", "ticket", "user", "mail")
CREW = (
    "planner",
    "coder",
    "tester",
    "critic",
    "writer",
    "reviewer",
    "router",
    "support",
    "billing",
    "research",
)


def crew(agents: int, tools: int, calls: int, seed: int = 3) -> Trace:
    """Agents that take turns and share tools, few of them often; one call in twelve fails."""
    random = Random(seed)
    names = [f"{_VERBS[at % 10]}_{_THINGS[at // 10]}" for at in range(tools)]
    weights = [(at + 1) ** -0.8 for at in range(tools)]
    steps, who = [], 0
    for at in range(calls):
        if random.random() < 0.2:
            who = random.randrange(agents)
        asked = call(random.choices(names, weights)[0], {"q": at}, f"c{at}")
        error = "out of order" if random.random() < 1 / 12 else ""
        steps.append(model_call(f"m{at}", None, assistant("", asked), agent=CREW[who]))
        steps.append(tool_execution(f"t{at}", asked, at, agent=CREW[who], error=error))
    return trace(*steps)


def everywhere(places: int, steps: int = 0, seed: int = 7) -> Trace:
    """Agents that pass on to one another: each to each other one, or so many `steps` at random."""
    random = Random(seed)
    ends = [end for one in range(places) for other in range(places) if one != other for end in (one, other)]
    order = [random.randrange(places) for _ in range(steps)] or ends
    return trace(*(model_call(f"m{at}", None, "ok", agent=f"agent {who}") for at, who in enumerate(order)))
