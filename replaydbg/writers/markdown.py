"""Markdown for an incident report: what happened, step by step, each prompt told as far as it is new.

Long texts are cut, and what was cut is counted. Text of a trace cannot break out of its fence, nor move a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replaydbg import limits
from replaydbg.core.finding import Finding
from replaydbg.core.message import Json, Message, Reasoning, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, Status, Step
from replaydbg.core.trace import Trace
from replaydbg.wire import arguments, loose
from replaydbg.writers._api import Losses, Writer, Written
from replaydbg.writers._news import News
from replaydbg.writers.openai_chat import iso

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_FENCES = re.compile("`{3,}")


def _write(runs: Iterable[Written], losses: Losses) -> Iterator[bytes]:
    for run in runs:
        for line in _lines(run, losses):
            yield line.encode("utf-8", "replace") + b"\n"


def _lines(run: Written, losses: Losses) -> Iterator[str]:
    trace = run.trace
    yield f"# {_plain(trace.source.name or trace.id)}"
    yield ""
    yield _summary(trace)
    yield ""
    if run.findings:
        yield "## Findings"
        yield ""
        for finding in run.findings:
            yield _finding(finding, trace)
        yield ""
    yield "## Steps"
    news = News()
    for row in range(len(trace)):
        yield ""
        yield from _step(trace.step(row), trace.depths[row], news, losses)


def _summary(trace: Trace) -> str:
    calls = list(trace.rows(Kind.MODEL_CALL))
    models = ", ".join(dict.fromkeys(_plain(trace.model(row)) for row in calls if trace.model(row)))
    tokens = [
        sum(count for count in column if count > 0) for column in (trace.input_tokens, trace.output_tokens)
    ]
    facts = [
        f"Trace `{_code(trace.id)}`",
        trace.source.format,
        _count(len(trace), "step"),
        _count(len(calls), "model call"),
    ]
    facts += [f"models: {models}"] if models else []
    facts += [f"{tokens[0]:,} tokens in, {tokens[1]:,} out"] if any(tokens) else []
    facts += [f"began {iso(trace.begins_ns)}"] if trace.begins_ns is not None else []
    return "; ".join(facts) + "."


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _finding(finding: Finding, trace: Trace) -> str:
    numbers = [str(trace.ids.index(id_) + 1) for id_ in dict.fromkeys(finding.step_ids) if id_ in trace.ids]
    where = f" (step {', '.join(numbers[:12])}{', …' if len(numbers) > 12 else ''})" if numbers else ""
    return f"- **{finding.severity.name.lower()}** {finding.code} {_plain(finding.name)}: {_plain(finding.message)}{where}"


def _step(step: Step, depth: int, news: News, losses: Losses) -> Iterator[str]:
    duration = step.duration_ms
    facts = [str(step.kind).replace("-", " "), _plain(step.name)]
    facts += [f"agent {_plain(step.agent)}"] if step.agent and step.agent != step.name else []
    facts += [_plain(step.model)] if step.model and step.model not in step.name else []
    facts += [f"{duration / 1000:.2f} s"] if duration is not None else []
    usage = step.body.usage
    if usage.input_tokens is not None or usage.output_tokens is not None:
        facts.append(f"{usage.input_tokens or 0:,} → {usage.output_tokens or 0:,} tokens")
    facts += ["**failed**"] if step.status is Status.ERROR else []
    yield f"### {step.number}. {' · '.join(facts)}"
    if depth:
        yield f"<!-- inside {_plain(step.parent_id or '')} -->"
    if step.body.error and step.body.error != step.body.result:
        yield from _fenced("Error", step.body.error, losses)
    if step.kind is Kind.MODEL_CALL:
        yield from _talk(step, news, losses)
    elif step.kind is Kind.TOOL_EXECUTION:
        if step.body.call is not None:
            yield from _call(step.body.call, losses)
        if step.body.has_result:
            yield from _fenced("Result", step.body.result, losses)
    else:
        for title, value in (("Input", step.body.input), ("Output", step.body.output_value)):
            if value is not None:
                yield from _fenced(title, value, losses)


def _talk(step: Step, news: News, losses: Losses) -> Iterator[str]:
    messages = step.body.messages
    if messages is None:
        yield ""
        yield "*The prompt was not recorded.*"
    for message in news.of(messages or ()):
        yield from _message(str(message.role).capitalize(), message, losses)
    if step.body.output is None:
        yield ""
        yield "*The reply was not recorded.*"
    else:
        news.reply(step.body.output)
        yield from _message("Reply", step.body.output, losses)


def _message(title: str, message: Message, losses: Losses) -> Iterator[str]:
    for part in message.parts:
        match part:
            case Text(text):
                yield from _fenced(title, text, losses)
            case Reasoning(text):
                yield from _fenced(f"{title}, reasoning", text, losses)
            case ToolCall():
                yield from _call(part, losses)
            case ToolResponse():
                yield from _fenced(
                    f"Result{' (error)' if part.is_error else ''} for `{_code(part.id)}`", part.result, losses
                )
            case _:
                losses.add("part", "a picture, a file, or a kind that nobody knows, left out")
                yield ""
                yield f"*{title}: a part that is no text.*"


def _call(call: ToolCall, losses: Losses) -> Iterator[str]:
    yield from _fenced(f"Call of `{_code(call.name)}` `{_code(call.id)}`", arguments.raw_text(call), losses)


def _fenced(title: str, value: Json, losses: Losses) -> Iterator[str]:
    text = value if isinstance(value, str) else loose.encoded(value)
    if len(text) > limits.MARKDOWN_TEXT_CHARS_MAX:
        losses.add("text", f"cut after {limits.MARKDOWN_TEXT_CHARS_MAX:,} characters")
        more = len(text) - limits.MARKDOWN_TEXT_CHARS_MAX
        text = f"{text[: limits.MARKDOWN_TEXT_CHARS_MAX]}\n… and {_count(more, 'more character')}"
    text = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text.replace("\r\n", "\n"))
    fence = "`" * max(3, 1 + max((len(run) for run in _FENCES.findall(text)), default=0))
    yield ""
    yield f"{title}:"
    yield ""
    yield fence
    yield text
    yield fence


def _plain(text: str) -> str:
    """On one line, and no mark-up."""
    flat = " ".join(_CONTROL.sub(" ", text).split())
    return _SPECIAL.sub(r"\\\1", flat)


def _code(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).replace("`", "'").split())


WRITER = Writer("markdown", "Markdown for people: an incident report, step by step", _write)
