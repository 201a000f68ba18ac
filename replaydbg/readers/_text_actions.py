"""Commands that an agent takes out of a model's text: no tool call is made, and yet a tool runs.

Prompts keep the text, as it was sent. The reply of the step has the command as a tool call beside its text, since the
agent took it for one: so that loops are found and an execution is paired with what asked for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.history import History
from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread

NAME = "bash"
_NOTHING = Facts()


def replied(
    thread: Thread,
    message: Message,
    command: str | ToolCall,
    *,
    facts: Facts = _NOTHING,
    moment_ns: int = NOT_RECORDED,
    raw: Json = None,
) -> None:
    """A reply in which the agent found a command, or a call of another tool; none where it is empty."""
    if not command:
        thread.reply(message, facts=facts, moment_ns=moment_ns, origin=raw)
        return
    call = _call(command)
    began = thread.last_ns if 0 <= thread.last_ns <= moment_ns else moment_ns
    began = facts.start_ns if 0 <= facts.start_ns <= moment_ns else began
    body = PlainBody(
        messages=History(thread.conversation, len(thread)),
        output=replace(message, parts=(*message.parts, call)),
        tools=facts.tools,
        params=facts.params,
        usage=facts.usage,
        response_model=facts.response_model,
        provider=facts.provider,
        raw=raw,
    )
    usage = facts.usage
    thread.run.step(
        Kind.MODEL_CALL,
        f"chat {facts.model}".rstrip(),
        body,
        agent=thread.agent,
        parent_id=thread.parent_id,
        model=facts.model,
        start_ns=began,
        end_ns=moment_ns,
        input_tokens=NOT_RECORDED if usage.input_tokens is None else usage.input_tokens,
        output_tokens=NOT_RECORDED if usage.output_tokens is None else usage.output_tokens,
        cost_usd=facts.cost_usd,
    )
    thread.say(message, moment_ns=moment_ns)
    thread.heard()


def ran(
    thread: Thread,
    command: str | ToolCall,
    output: Json,
    *,
    is_error: bool = False,
    moment_ns: int = NOT_RECORDED,
) -> None:
    """The execution of a command, or of such a call. What the agent told the model of it is said separately."""
    began = thread.last_ns if 0 <= thread.last_ns <= moment_ns else moment_ns
    error = output if is_error and isinstance(output, str) else ""
    call = _call(command)
    thread.run.step(
        Kind.TOOL_EXECUTION,
        call.name,
        PlainBody(call=call, has_result=True, result=output, error=error),
        agent=thread.agent,
        parent_id=thread.parent_id,
        start_ns=began,
        end_ns=moment_ns,
        status=Status.ERROR if is_error else Status.UNSET,
    )


def _call(command: str | ToolCall) -> ToolCall:
    return ToolCall("", NAME, {"command": command}) if isinstance(command, str) else command


def ended(thread: Thread, exit_status: str, output: Json, *, is_error: bool, **columns: Any) -> None:
    """How the run ended, in the agent's words."""
    thread.run.step(
        Kind.OPAQUE,
        f"exit: {exit_status}",
        PlainBody(output_value=output, error=exit_status if is_error else ""),
        agent=thread.agent,
        status=Status.ERROR if is_error else Status.OK,
        **columns,
    )
