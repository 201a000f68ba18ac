"""Random agent programs, run for real against a made-up model: agents side by side, parallel tools, sub-agents, loops,
equal requests, and answers that are handed over as they are, inside of JSON, or transformed beyond recognition.

Every reply is a function of the prompt, and every result one of the arguments and of what its thread has changed before
(in a `shared` world what anybody has, and the tools of a turn run one after the other), so a program that is run again
with one change is what a re-run of that change must come to, wherever it claims to know.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.request import ModelRequest, ToolRequest
from replaydbg.core.trace import Trace
from tests.support.build import (
    Built,
    agent,
    assistant,
    model_call,
    response,
    system,
    tool_execution,
    trace,
    user,
)
from tests.support.simulate import ROUNDS_MAX, think, use

HANDED: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "inside of JSON": lambda text: json.dumps({"found": text, "by": "a colleague"}),
    "in capitals": str.upper,
    "a piece": lambda text: text[-6:],
    "in other words": lambda text: f"{len(text)} letters, the last of them {text[-1:]}",
}
"""How an answer gets into another agent's task."""


@dataclass(frozen=True)
class Change:
    """What is altered: the reply, the prompt's first message, or the result of step `id_`."""

    id_: str
    reply: str | None = None
    instructions: str | None = None
    result: str | None = None
    arguments: Json = None
    """Of the first call of the reply."""


@dataclass(frozen=True)
class Agent:
    """`task` is said to it, with what `uses` says: pairs of an earlier agent's place and how its answer is handed over."""

    task: str
    uses: tuple[tuple[int, str], ...] = ()
    turns: int = 1
    stubborn: bool = False
    """Asks for one and the same call until it has had enough: a loop of equal calls."""


@dataclass(frozen=True)
class Program:
    """Groups run one after the other, the agents of a group side by side."""

    groups: tuple[tuple[Agent, ...], ...]
    seed: int
    timed: bool = True
    change: Change | None = None
    shared: bool = False

    def run(self) -> Trace:
        return _Running(self).trace()


def random_program(seed: int) -> Program:
    """The same program for the same seed. Small, since there are many."""
    dice = random.Random(seed)
    groups: list[tuple[Agent, ...]] = []
    count = 0
    for _ in range(dice.randint(1, 3)):
        before = range(count)
        agents = []
        for _ in range(dice.randint(1, 3)):
            chosen = dice.sample(before, k=min(len(before), dice.choice((0, 1, 1, 2))))
            uses = tuple((at, dice.choice(list(HANDED))) for at in sorted(chosen))
            task = dice.choice(("plan the trip", "check the order", f"job {dice.randint(0, 50)}"))
            agents.append(Agent(task, uses, dice.choice((1, 1, 2)), dice.random() < 0.15))
        groups.append(tuple(agents))
        count += len(agents)
    return Program(tuple(groups), seed, timed=dice.random() > 0.1)


def in_one_world(program: Program) -> Program:
    """The same agents one after the other, none of which runs agents: who comes first in one world is no chance then."""
    alone = tuple((one,) for group in program.groups for one in group)
    return replace(program, groups=alone, shared=True)


@dataclass
class _Running:
    program: Program
    answers: list[str] = field(default_factory=list)
    world: Counter[Json] = field(default_factory=Counter)
    """How often what was set, in a shared world."""

    def trace(self) -> Trace:
        built: list[Built] = []
        clock = 0
        for group in self.program.groups:
            talks = [
                _Talk(self.program, f"a{len(self.answers) + at}", clock, self.world)
                for at in range(len(group))
            ]
            driven = [talk.drive(self._task(one), one) for talk, one in zip(talks, group, strict=True)]
            waiting = [(clock, at) for at in range(len(group))]
            while waiting:  # whoever's clock is behind goes on: steps of agents side by side interleave
                _, at = heappop(waiting)
                moment = next(driven[at], None)
                if moment is not None:
                    heappush(waiting, (moment, at))
            self.answers += [talk.answer for talk in talks]
            built += [talk.built for talk in talks]
            clock = max(talk.clock for talk in talks) + 5
        return trace(*built)

    def _task(self, one: Agent) -> str:
        told = [f"A colleague says: {HANDED[how](self.answers[at])}" for at, how in one.uses]
        return "\n".join([one.task, *told])


class _Talk:
    """One agent at work, step by step."""

    def __init__(self, program: Program, name: str, clock: int, world: Counter[Json] | None = None) -> None:
        self.program = program
        self.world = Counter() if world is None else world
        self.name = name
        self.began = self.clock = clock
        self.steps: list[Built] = []
        self.answer = ""

    @property
    def built(self) -> Built:
        return agent(
            f"{self.name}-agent",
            self.name,
            *self.steps,
            start_ms=self.began,
            duration_ms=self.clock - self.began,
            timed=self.program.timed,
        )

    def drive(self, task: str, one: Agent) -> Iterator[int]:
        """Yields the clock after each step."""
        nested = "." in self.name
        messages = [system("you help" if nested else f"you are of crew {self.program.seed % 7}"), user(task)]
        for turn in range(one.turns):
            if turn:
                messages.append(user(f"and then? {turn}"))
            for round_ in range(ROUNDS_MAX + 1):
                id_ = f"{self.name}-m{turn}{round_}"
                change = self._change(id_)
                if change is not None and change.instructions is not None:
                    messages[0] = system(change.instructions)
                nesting = not nested and not self.program.shared
                reply = think(tuple(messages), nesting=nesting, stubborn=one.stubborn)
                if change is not None and change.reply is not None:
                    parts = assistant(change.reply).parts + reply.tool_calls
                    reply = Message(reply.role, parts, "", reply.finish_reason)
                if change is not None and change.arguments is not None:
                    parts = tuple(
                        replace(part, arguments=change.arguments) if part is reply.tool_calls[0] else part
                        for part in reply.parts
                    )
                    reply = Message(reply.role, parts, "", reply.finish_reason)
                self.steps.append(self._timed(model_call(id_, tuple(messages), reply), 7))
                yield self.clock
                messages.append(reply)
                start = end = self.clock
                before = messages[:-1]
                for at, asked in enumerate(reply.tool_calls):
                    if not self.program.shared:
                        self.clock = start  # parallel calls begin together
                    built, result = self._execute(f"{self.name}-x{turn}{round_}{at}", asked, before)
                    self.steps.append(built)
                    messages.append(response(asked.id, result))
                    end = max(end, self.clock)
                self.clock = end
                yield self.clock
                if not reply.tool_calls:
                    self.answer = reply.text
                    break

    def _execute(self, id_: str, asked: ToolCall, before: Sequence[Message]) -> tuple[Built, Json]:
        children: list[Built] = []
        start = self.clock
        if asked.name == "ask":
            inner = _Talk(self.program, f"{self.name}.{id_.rpartition('-')[2]}", self.clock)
            for _ in inner.drive(f"question {asked.arguments}", Agent("")):
                pass
            children, result, self.clock = [inner.built], inner.answer, inner.clock
        elif self.program.shared:
            result = use_shared(asked, self.world)
        else:
            result = use(asked, before)
        change = self._change(id_)
        if change is not None and change.result is not None:
            result = change.result
        built = tool_execution(id_, asked, result, children=tuple(children))
        return replace(self._timed(built, 3), start_ms=start, duration_ms=self.clock - start), result

    def _timed(self, built: Built, took: int) -> Built:
        start, self.clock = self.clock, self.clock + took
        return replace(built, start_ms=start, duration_ms=took, timed=self.program.timed)

    def _change(self, id_: str) -> Change | None:
        change = self.program.change
        return change if change is not None and change.id_ == id_ else None


def use_shared(asked: ToolCall, world: Counter[Json]) -> Json:
    """A tool that is called `get` tells how often anybody has `set` the same."""
    place = str(asked.arguments)
    world[place] += asked.name == "set"
    return f"{asked.name} {place} {world[place] if asked.name == 'get' else ''}"


def answer_model(request: ModelRequest, *, stubborn: bool, nesting: bool = True) -> Message:
    nested = request.messages[1].text.startswith("question")
    return think(request.messages, nesting=nesting and not nested, stubborn=stubborn and not nested)


def answer_tool(request: ToolRequest, program: Program, before: Sequence[Message]) -> Json:
    """A tool of a re-run, `before` what was said in its thread up to the turn. A question to an agent runs one, of which the branch sees only the answer."""
    if request.call.name != "ask":
        return use(request.call, before)
    talk = _Talk(replace(program, change=None), "x.x", 0)
    for _ in talk.drive(f"question {request.call.arguments}", Agent("")):
        pass
    return talk.answer
