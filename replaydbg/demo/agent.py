"""The loop of the demo: messages to the model, its tool calls to the tools, their responses back, until it only speaks.

Two agents run in it. `SUPPORT` talks to the customer; it hands questions about refund rules to `REFUNDS` through the
tool `ask_refunds_agent`. A `Recorder` sees each agent invocation, model call and tool execution as it happens, so that
the recording script can emit spans. No network, no files beside the tools' read-only database, no state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from replaydbg.demo import tools
from replaydbg.demo.model import MODEL, complete

ROUNDS_MAX = 25
"""Model calls of one invocation: the stand-in gives up long before, a person's edit of its rules may not."""

QUESTION = (
    "Hello, my desk lamp arrived broken this week: the glass shade is cracked in two places. It is order 48213 and I "
    "live in Berlin, Germany. I would like my money back, please."
)
"""What the customer of the bundled incident writes."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A system prompt and the tools offered with it, in the form of the OpenAI `tools` array."""

    name: str
    description: str
    instructions: str
    tools: list[dict[str, Any]]


SUPPORT = Agent(
    "support",
    "Answers customers of the shop.",
    "You are the support agent of Nordlicht, an online shop for lamps. Today is 2026-03-12. Find the customer's order "
    "with lookup_order before you promise anything. Ask the refunds agent which rules apply to a claim. Issue a refund "
    "only when the rules allow it. Use at most 10 tool calls, then tell the customer what you found.",
    tools.SUPPORT_TOOLS,
)
REFUNDS = Agent(
    "refunds",
    "Knows the refund policy and words it for colleagues.",
    "You are the refunds desk of Nordlicht. Answer a colleague's question about refund rules from refund_policy only.",
    tools.REFUNDS_TOOLS,
)


class Recorder(Protocol):
    """Told what happens while it happens; each context yields a function that takes the result."""

    def invocation(self, agent: Agent, task: str, /) -> AbstractContextManager[Callable[[str], object]]: ...

    def model_call(
        self, agent: Agent, request: Mapping[str, Any], /
    ) -> AbstractContextManager[Callable[[dict[str, Any]], object]]: ...

    def tool_execution(
        self, agent: Agent, call: Mapping[str, Any], /
    ) -> AbstractContextManager[Callable[[object], object]]: ...


class Silent:
    """The recorder that keeps nothing."""

    def invocation(self, _agent: Agent, _task: str, /) -> AbstractContextManager[Callable[[str], object]]:
        return nullcontext(_ignore)

    def model_call(
        self, _agent: Agent, _request: Mapping[str, Any], /
    ) -> AbstractContextManager[Callable[[dict[str, Any]], object]]:
        return nullcontext(_ignore)

    def tool_execution(
        self, _agent: Agent, _call: Mapping[str, Any], /
    ) -> AbstractContextManager[Callable[[object], object]]:
        return nullcontext(_ignore)


def _ignore(_result: object) -> None:
    """Take a result and keep nothing."""


def run(agent: Agent, task: str, recorder: Recorder) -> str:
    """Let an agent work on a task and return its last words."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": agent.instructions},
        {"role": "user", "content": task},
    ]
    with recorder.invocation(agent, task) as told:
        answer = proceed(agent, messages, recorder)
        told(answer)
    return answer


def proceed(agent: Agent, messages: list[dict[str, Any]], recorder: Recorder) -> str:
    """Continue a conversation, appending to `messages`, until the model makes no tool call; return its last words.

    A conversation that ends in unanswered tool calls is continued by executing them: so an edited call takes effect.

    Raises:
        RuntimeError: the model still calls tools after `ROUNDS_MAX` rounds.
    """
    _execute_pending(agent, messages, recorder)
    for _ in range(ROUNDS_MAX):
        request = {"model": MODEL, "messages": [*messages], "tools": agent.tools}
        with recorder.model_call(agent, request) as told:
            response = complete(request)
            told(response)
        message = response["choices"][0]["message"]
        messages.append(message)
        if not message.get("tool_calls"):
            return str(message["content"])
        _execute_pending(agent, messages, recorder)
    raise RuntimeError(f"the agent {agent.name} did not finish in {ROUNDS_MAX} rounds")


def _execute_pending(agent: Agent, messages: list[dict[str, Any]], recorder: Recorder) -> None:
    """Execute the tool calls of the last message and append their responses."""
    for call in messages[-1].get("tool_calls") or []:
        with recorder.tool_execution(agent, call) as told:
            result = execute(call["function"]["name"], call["function"]["arguments"], recorder)
            told(result)
        content = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": content})


def execute(name: str, arguments: str, recorder: Recorder) -> dict[str, Any] | str:
    """Run one tool; whatever is wrong with the call comes back as a value with `error`, as the model would see it."""
    try:
        values = json.loads(arguments)
    except ValueError:
        return {"error": "arguments are not JSON"}
    if name not in BINDINGS:
        return {"error": "no such tool"}
    if not isinstance(values, dict):
        return {"error": "arguments are not an object"}
    if name == "ask_refunds_agent":
        return ask_refunds_agent(recorder, **values)
    return BINDINGS[name](**values)


def ask_refunds_agent(recorder: Recorder | None = None, /, **arguments: Any) -> dict[str, Any] | str:
    """The refunds agent's answer to `question`: the hand-off, as a tool. Other arguments are refused as a value."""
    refused = tools.refusal("ask_refunds_agent", arguments)
    return refused or run(REFUNDS, arguments["question"], recorder or Silent())


BINDINGS: Mapping[str, Callable[..., dict[str, Any] | str]] = {
    **{name: partial(tools.call, name) for name in tools.FUNCTIONS},
    "ask_refunds_agent": ask_refunds_agent,
}
"""Every tool of the incident by name, to be called with the tool call's arguments as keywords."""
