"""Chat logs in OpenAI's shape: a line for each model call, `{model, messages, tools, ..., response}`.

It reads back as the same model calls, and the lines are what most other programs take: fine-tuning, evaluation,
replaying proxies. Everything that is no model call has no place in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from replaydbg.core.message import Json, Media, Message, OtherPart, Reasoning, Role, ToolResponse
from replaydbg.core.outcome import Reply
from replaydbg.core.step import Kind, Status, Step
from replaydbg.wire import conversation, loose, openai_chat
from replaydbg.writers._api import Losses, Writer, Written
from replaydbg.writers._news import News

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _write(runs: Iterable[Written], losses: Losses) -> Iterator[bytes]:
    for run in runs:
        trace, news = run.trace, News()
        for row in sorted(range(len(trace)), key=lambda row: max(trace.starts_ns[row], 0)):
            if trace.kind(row) is Kind.MODEL_CALL:
                line = loose.encoded(_record(trace.step(row), trace.id, losses, news))
                if line == "null":
                    losses.add("model call", "nested too deep to be written")
                else:
                    yield line.encode() + b"\n"
            else:
                losses.add(
                    f"{str(trace.kind(row)).replace('-', ' ')} step", "the format holds model calls only"
                )


def _record(step: Step, session: str, losses: Losses, news: News) -> dict[str, Json]:
    body = step.body
    messages = body.messages or ()
    if body.messages is None:
        losses.add("prompt", "not recorded, written as an empty list")
    written = openai_chat.write_messages(conversation.with_ids(tuple(messages)))
    record: dict[str, Json] = {"model": step.model, "messages": written, **body.params}
    if body.tools is not None:
        record["tools"] = [openai_chat.write_tool(tool) for tool in body.tools]
    if body.output is not None:
        reply = Reply(body.output, body.response_model or step.model, body.usage)
        record["response"] = openai_chat.write_reply(reply)
    elif body.error or step.status is Status.ERROR:
        record["error"] = body.error or "failed"
    else:
        losses.add("reply", "not recorded")
    record["session_id"] = session
    if step.agent:
        record["agent"] = step.agent
    for key, moment in (("start_time", step.started_ns), ("end_time", step.ended_ns)):
        if moment is not None:
            record[key] = iso(moment)
    if step.cost_usd is not None:
        record["cost"] = step.cost_usd
    _count(news.of(messages), losses)
    if body.output is not None:
        news.reply(body.output)
        _count([body.output], losses)
    return record


def iso(nanoseconds: int) -> str:
    """ISO 8601 to the microsecond, in UTC."""
    moment = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _count(messages: Sequence[Message], losses: Losses) -> None:
    for message in messages:
        for part in message.parts:
            match part:
                case Reasoning(signature=signed) if signed:
                    losses.add("signed reasoning", "this belongs to another provider's shape, left out")
                case Reasoning() if message.role is not Role.ASSISTANT:
                    losses.add("reasoning part", "only replies have reasoning, left out")
                case Media(kind=kind) if kind not in {"image", "audio"}:
                    losses.add(f"{kind} part", "the shape has none of this kind, left out")
                case ToolResponse(result=result) if not isinstance(result, str):
                    losses.add("tool result", "no text, written as the text of its JSON")
                case OtherPart():
                    losses.add("unknown part", "written as recorded")


WRITER = Writer(
    "openai-chat",
    "chat logs of OpenAI's shape (JSON Lines), a line for each model call",
    _write,
    holds_calls_only=True,
)
