"""Real agent loops over a made-up model and made-up tools, run from scratch: the oracle that re-runs are held against.

Model and tools are pure functions of what they are told, so a run with a change in it is what a re-run of that change
must come to. `Change` alters one place of the run; everything after it follows by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from replaydbg.core.digest import digest
from replaydbg.core.message import Json, Message, Role, ToolCall
from replaydbg.core.request import ModelRequest, ToolRequest, message_document
from replaydbg.core.trace import Trace
from tests.support.build import (
    Built,
    agent,
    assistant,
    call,
    model_call,
    response,
    system,
    tool_execution,
    trace,
    user,
)

ROUNDS_MAX = 6


@dataclass(frozen=True)
class Change:
    """What is altered: the reply, the prompt's first message, or the result of step `id_`."""

    id_: str
    reply: str | None = None
    instructions: str | None = None
    result: str | None = None


@dataclass
class Simulation:
    """`threads` are the seeds of agents that run one after the other; `turns` how often their user speaks."""

    threads: tuple[int, ...]
    turns: int = 1
    nesting: bool = True
    merge: bool = False
    change: Change | None = None
    talks: list[tuple[str, tuple[Message, ...], Message]] = field(default_factory=list)
    """Every model call: its thread, prompt and reply."""

    def run(self) -> Trace:
        built: list[Built] = []
        answers: list[str] = []
        for at, seed in enumerate(self.threads):
            name = f"t{at}"
            steps, answer = self._agent(name, f"seed {seed}")
            built.append(agent(f"{name}-agent", name, *steps))
            answers.append(answer)
        if self.merge:
            steps, _ = self._agent("merge", "merge " + " / ".join(answers))
            built.append(agent("merge-agent", "merge", *steps))
        return trace(*built)

    def _agent(self, name: str, task: str) -> tuple[list[Built], str]:
        messages: list[Message] = [system("you help" if "." in name else f"you are {name}"), user(task)]
        steps: list[Built] = []
        answer = ""
        for turn in range(self.turns if "." not in name else 1):
            if turn:
                messages.append(user(f"turn {turn}"))
            for round_ in range(ROUNDS_MAX + 1):
                id_ = f"{name}-m{turn}{round_}"
                change = self.change if self.change and self.change.id_ == id_ else None
                if change and change.instructions is not None:
                    messages[0] = system(change.instructions)
                reply = think(tuple(messages), nesting=self.nesting and "." not in name)
                if change and change.reply is not None:
                    reply = Message(
                        reply.role, assistant(change.reply).parts + reply.tool_calls, "", reply.finish_reason
                    )
                self.talks.append((name, tuple(messages), reply))
                steps.append(model_call(id_, tuple(messages), reply))
                messages.append(reply)
                for at, asked in enumerate(reply.tool_calls):
                    built, result = self._execute(f"{name}-x{turn}{round_}{at}", name, asked)
                    steps.append(built)
                    messages.append(response(asked.id, result))
                if not reply.tool_calls:
                    answer = reply.text
                    break
        return steps, answer

    def _execute(self, id_: str, name: str, asked: ToolCall) -> tuple[Built, Json]:
        children: list[Built] = []
        if asked.name == "ask":
            inner = f"{name}.{id_.rpartition('-')[2]}"
            children, result = self._agent(inner, f"question {asked.arguments}")
            children = [agent(f"{inner}-agent", inner, *children)]
        else:
            result = use(asked)
        if self.change and self.change.id_ == id_ and self.change.result is not None:
            result = self.change.result
        return tool_execution(id_, asked, result, children=tuple(children)), result


def think(messages: tuple[Message, ...], *, nesting: bool, stubborn: bool = False) -> Message:
    """What the model replies: made of what it is told and nothing else. Call ids are used again in every turn.

    A stubborn one asks for the same call until it has had enough.
    """
    name = digest([message_document(message) for message in messages])
    dice = [int(digit, 16) for digit in name]
    rounds = 0
    for message in reversed(messages):
        if message.role is Role.USER:
            break
        rounds += message.role is Role.ASSISTANT
    if stubborn and rounds < ROUNDS_MAX - 1:
        return assistant("", call("get", {"n": 0}, f"call_{rounds}"))
    if rounds >= ROUNDS_MAX or dice[0] < 3 + rounds:
        return assistant(f"the answer is {name[8:24]}")
    calls = []
    for at in range(1 + (dice[1] > 11) + (dice[1] > 14)):
        if nesting and dice[2 + at] > 12:
            calls.append(call("ask", {"n": dice[5 + at] % 3}, f"call_{at}"))
        else:
            calls.append(call("get" if dice[2 + at] % 2 else "set", {"n": dice[5 + at] % 3}, f"call_{at}"))
    return assistant(f"let me see {name[:4]}" if dice[8] > 7 else "", *calls)


def use(asked: ToolCall, before: Sequence[Message] = ()) -> Json:
    """A tool that is called `get` tells how often the thread has `set` the same before this turn."""
    called = [one for message in before for one in message.tool_calls]
    changed = sum(one.name == "set" and one.arguments == asked.arguments for one in called)
    return f"result {digest([asked.name, asked.arguments, changed if asked.name == 'get' else 0])[:6]}"


def answer_model(request: ModelRequest) -> Message:
    return think(request.messages, nesting="question" not in request.messages[1].text)


def answer_tool(request: ToolRequest) -> Json:
    """A tool of a re-run. A question to an agent runs one, of which the branch sees only the answer."""
    if request.call.name != "ask":
        return use(request.call)
    _, answer = Simulation(())._agent("t0.x", f"question {request.call.arguments}")
    return answer


def talks_of(of: Trace, *, inner: bool = True) -> Iterator[tuple[Sequence[Message], Message | None]]:
    """Prompt and reply of every model call; with `inner` false not those of agents inside of a tool execution."""
    for step in of.steps():
        if step.body.messages is not None and (inner or "." not in step.agent):
            yield step.body.messages, step.body.output
