"""Replies that were recorded without what was asked: each a model call of its own."""

from __future__ import annotations

from replaydbg.core.message import Json, Message, Role, Text
from replaydbg.core.outcome import Reply
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.readers import _moments
from replaydbg.readers._transcript import Run
from replaydbg.wire import loose, tool_specs


def made_ns(reply: dict[str, Json]) -> int:
    """When the provider made it, in nanoseconds since 1970; what `_moments` says of none."""
    return _moments.nanoseconds(reply.get("created_at", reply.get("created")))


def add_reply(
    run: Run, reply: dict[str, Json], said: Reply, *, provider: str, error: str = "", raw: Json
) -> None:
    """A step for it. `reply` is the body as it was recorded, of which the facts around the message are taken."""
    asked = loose.text(reply.get("instructions"))
    body = PlainBody(
        messages=(Message(Role.SYSTEM, (Text(asked),)),) if asked else None,
        output=said.message if said.message.parts else None,
        tools=tool_specs.read_tools(reply["tools"]) if isinstance(reply.get("tools"), list) else None,
        usage=said.usage,
        response_model=said.model,
        provider=provider,
        error=error,
        raw=raw,
    )
    counted = (said.usage.input_tokens, said.usage.output_tokens)
    run.step(
        Kind.MODEL_CALL,
        f"chat {said.model}".rstrip(),
        body,
        model=said.model,
        start_ns=made_ns(reply),
        end_ns=_moments.nanoseconds(reply.get("completed_at")),
        status=Status.ERROR if error else Status.UNSET,
        input_tokens=-1 if counted[0] is None else counted[0],
        output_tokens=-1 if counted[1] is None else counted[1],
    )


def not_asked(replies: int) -> str:
    """The notice for so many of them."""
    return f"what was asked is not recorded with {replies} of the replies"
