"""Runs of Dify's workflows and chat flows: what each node was given and gave, models with their prompts.

Get one: the page *Logs* of an app asks for `/console/api/apps/APP/workflow-runs/RUN/node-executions`: save what comes back
in the browser's tools for developers
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.message import Json, Media, Message, Part, Role, Text, ToolCall
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import genai, loose, openai_chat

FORMAT = "dify-run"
_KEYS = frozenset({"node_type", "node_id", "inputs", "outputs", "status"})
_KINDS = {"agent": Kind.AGENT_INVOCATION, "tool": Kind.TOOL_EXECUTION, "knowledge-retrieval": Kind.RETRIEVAL}


def sniff(document: Document) -> float:
    items = _items(_containers.first_record(document.head))
    return 0.95 if items and loose.mapping(items[0]).keys() >= _KEYS else 0.0


def _items(value: Json) -> list[Json]:
    if isinstance(value, list):
        return value
    record = loose.mapping(value)
    return loose.sequence(record.get("data")) or loose.sequence(record.get("node_executions"))


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        items = [loose.mapping(item) for item in _items(value)]
        if not items:
            transcript.notice(place, "no node was run, left out")
            continue
        id_ = loose.mapping(value).get("workflow_run_id")
        run = transcript.run(loose.text(id_) or document.stem)
        for item in sorted(items, key=lambda each: loose.count(each.get("index")) or 0):
            _node(run, item)
    yield transcript.whole("no node was run")


def _node(run: Run, item: dict[str, Json]) -> None:
    kind = loose.text(item.get("node_type"))
    name = loose.text(item.get("title")) or kind or "node"
    start, taken = _moments.nanoseconds(item.get("created_at")), item.get("elapsed_time")
    end = -1
    if isinstance(taken, (int, float)) and not isinstance(taken, bool) and 0 <= taken < 1e6 and start >= 0:
        end = start + round(taken * 1e9)
    failed = loose.text(item.get("status")) in {"failed", "exception"}
    error = loose.text(item.get("error")) or ("failed" if failed else "")
    times: dict[str, Any] = {
        "start_ns": start,
        "end_ns": end,
        "status": Status.ERROR if error else Status.UNSET,
    }
    given, gave = loose.parsed(item.get("inputs")), loose.parsed(item.get("outputs"))
    prompted = loose.mapping(loose.parsed(item.get("process_data")))
    if kind == "llm" or "prompts" in prompted:
        _model_call(run, item, prompted, loose.mapping(gave), error=error, times=times)
    elif kind == "tool":
        call = ToolCall("", name, given if isinstance(given, dict) else {"input": given})
        body = PlainBody(call=call, has_result=gave is not None, result=gave, error=error, raw=item)
        run.step(Kind.TOOL_EXECUTION, name, body, **times)
    else:
        body = PlainBody(input=given, output_value=gave, error=error, raw=item)
        step = _KINDS.get(kind, Kind.OPAQUE)
        run.step(step, name, body, agent=name if step is Kind.AGENT_INVOCATION else "", **times)


def _model_call(
    run: Run, item: dict[str, Json], prompted: dict[str, Json], gave: dict[str, Json], *, error: str, times: dict[str, Any]
) -> None:  # fmt: skip
    usage = openai_chat.read_usage(prompted.get("usage", gave.get("usage")))
    prompts = [loose.mapping(prompt) for prompt in loose.sequence(prompted.get("prompts"))]
    model, text = loose.text(prompted.get("model_name")), loose.text(gave.get("text"))
    finish = loose.text(gave.get("finish_reason")) or loose.text(prompted.get("finish_reason"))
    body = PlainBody(
        messages=tuple(_message(prompt) for prompt in prompts) if prompts else None,
        output=Message(Role.ASSISTANT, (Text(text),), finish_reason=finish) if text else None,
        usage=usage,
        provider=loose.text(prompted.get("model_provider")),
        error=error,
        raw=item,
    )
    run.step(
        Kind.MODEL_CALL,
        f"chat {model}".rstrip(),
        body,
        model=model,
        input_tokens=-1 if usage.input_tokens is None else usage.input_tokens,
        output_tokens=-1 if usage.output_tokens is None else usage.output_tokens,
        **times,
    )


def _message(prompt: dict[str, Json]) -> Message:
    parts: list[Part] = [Text(loose.text(prompt.get("text")))]
    parts += [
        Media(loose.text(file.get("type")) or "file", uri=loose.text(file.get("url")))
        for file in map(loose.mapping, loose.sequence(prompt.get("files")))
    ]
    return Message(genai.role(prompt.get("role")), tuple(parts))


READER = Reader(
    FORMAT,
    "runs of Dify",
    sniff,
    read,
    marks=("node_type", "node_id", "process_data", "outputs"),
    needs=(b'"node_type"',),
)
