"""Executions of n8n: what each node of a workflow was given and gave, those of agents, models and tools among them.

Models and tools stand below the agent that asked for them. n8n writes down the text of a prompt, not its messages.

Get one: `curl -H "X-N8N-API-KEY: $KEY" "https://N8N/api/v1/executions/ID?includeData=true" > execution.json`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from replaydbg.core.message import Json, Message, Role, Text, ToolCall, text_message
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import loose

FORMAT = "n8n-execution"
_ROLES = {"Human": Role.USER, "System": Role.SYSTEM, "AI": Role.ASSISTANT, "Tool": Role.TOOL}


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    return (
        0.95
        if any("resultData" in loose.mapping(each.get("data")) for each in _executions(first)[:1])
        else 0.0
    )


def _executions(value: Json) -> list[dict[str, Json]]:
    record = loose.mapping(value)
    listed = record.get("data")
    items = value if isinstance(value, list) else listed if isinstance(listed, list) else [value]
    return [loose.mapping(item) for item in items]


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        for execution in _executions(value):
            result = loose.mapping(loose.mapping(execution.get("data")).get("resultData"))
            if not isinstance(result.get("runData"), dict):
                transcript.notice(
                    place, "no data of an execution, left out; ask for it with `includeData=true`"
                )
                continue
            id_ = execution.get("id")
            run = transcript.run(f"{id_}" if isinstance(id_, (str, int)) else document.stem)
            _Execution(run, execution, result).tell()
    yield transcript.whole("no node was run")


class _NodeRun(NamedTuple):
    name: str
    number: int
    told: dict[str, Json]

    @property
    def asked_by(self) -> tuple[str, int]:
        source = loose.sequence(self.told.get("source"))
        before = loose.mapping(source[0]) if source else {}
        number = before.get("previousNodeRun")
        return loose.text(before.get("previousNode")), number if isinstance(number, int) else 0

    @property
    def start_ns(self) -> int:
        return _moments.nanoseconds(self.told.get("startTime"))

    @property
    def port(self) -> str:
        """What it is to the node that it works for: `ai_languageModel`, `ai_tool`; `main` for one of the workflow's own."""
        for key in ("inputOverride", "data"):
            for port in loose.mapping(self.told.get(key)):
                if port.startswith("ai_"):
                    return port
        return "main"

    def values(self, key: str) -> list[Json]:
        """What it was given (`inputOverride`) or gave (`data`)."""
        found = []
        for ports in loose.mapping(self.told.get(key)).values():
            for items in loose.sequence(ports):
                found += [loose.mapping(item).get("json") for item in loose.sequence(items)]
        return found


class _Execution:
    def __init__(self, run: Run, execution: dict[str, Json], result: dict[str, Json]) -> None:
        self._run = run
        self._result = result
        nodes = loose.sequence(loose.mapping(execution.get("workflowData")).get("nodes"))
        self._nodes = {loose.text(node.get("name")): node for node in map(loose.mapping, nodes)}
        self._ids: dict[tuple[str, int], str] = {}

    def tell(self) -> None:
        runs = [
            _NodeRun(name, number, loose.mapping(told))
            for name, listed in loose.mapping(self._result.get("runData")).items()
            for number, told in enumerate(loose.sequence(listed))
        ]
        agents = {run.asked_by for run in runs if run.port != "main"}
        # Who asks is told before who is asked, though it ends later.
        for run in sorted(runs, key=lambda run: (run.port != "main", run.start_ns)):
            self._step(run, is_agent=(run.name, run.number) in agents)
        error = loose.mapping(self._result.get("error"))
        if error and not any(run.told.get("error") for run in runs):
            words = loose.text(error.get("message")) or loose.encoded(error)
            self._run.step(Kind.OPAQUE, "error", PlainBody(error=words, raw=error), status=Status.ERROR)

    def _step(self, run: _NodeRun, *, is_agent: bool) -> None:
        error = loose.mapping(run.told.get("error"))
        words = loose.text(error.get("message")) or (loose.encoded(error) if error else "")
        taken = loose.count(run.told.get("executionTime"))
        end = run.start_ns + taken * 1_000_000 if taken is not None and run.start_ns >= 0 else -1
        times: dict[str, Any] = {"start_ns": run.start_ns, "end_ns": end}
        status = Status.ERROR if error or run.told.get("executionStatus") == "error" else Status.UNSET
        agent, parent_id = run.asked_by[0], self._ids.get(run.asked_by, "") if run.port != "main" else ""
        given, gave = _one(run.values("inputOverride")), _one(run.values("data"))
        id_ = ""
        if run.port == "ai_languageModel":
            self._model_call(run, words, parent_id=parent_id, agent=agent, status=status, **times)
        elif run.port == "ai_tool":
            call = ToolCall("", run.name, given if isinstance(given, dict) else {"input": given})
            said = loose.mapping(gave).get("response", gave)
            body = PlainBody(call=call, has_result=gave is not None, result=said, error=words, raw=run.told)
            self._run.step(
                Kind.TOOL_EXECUTION, run.name, body, parent_id=parent_id, agent=agent, status=status, **times
            )
        else:
            kind = Kind.AGENT_INVOCATION if is_agent else Kind.OPAQUE
            body = PlainBody(input=given, output_value=gave, error=words, raw=run.told)
            own = run.name if is_agent else ""
            id_ = self._run.step(kind, run.name, body, parent_id=parent_id, agent=own, status=status, **times)
        self._ids[run.name, run.number] = id_

    def _model_call(self, run: _NodeRun, error: str, **columns: Any) -> None:
        given, gave = (
            loose.mapping(_one(run.values("inputOverride"))),
            loose.mapping(_one(run.values("data"))),
        )
        told = loose.sequence(loose.mapping(gave.get("response")).get("generations"))
        first = told[0][0] if told and isinstance(told[0], list) and told[0] else None
        text = loose.text(loose.mapping(first).get("text"))
        finish = loose.text(loose.mapping(loose.mapping(first).get("generationInfo")).get("finish_reason"))
        counted = loose.mapping(gave.get("tokenUsage", gave.get("tokenUsageEstimate")))
        usage = Usage(loose.count(counted.get("promptTokens")), loose.count(counted.get("completionTokens")))
        body = PlainBody(
            messages=tuple(_prompt(given.get("messages"))),
            output=Message(Role.ASSISTANT, (Text(text),) if text else (), finish_reason=finish)
            if gave
            else None,
            usage=usage,
            error=error,
            raw=run.told,
        )
        model = self._model(run.name, loose.mapping(given.get("options")))
        self._run.step(
            Kind.MODEL_CALL,
            f"chat {model}".rstrip(),
            body,
            model=model,
            input_tokens=-1 if usage.input_tokens is None else usage.input_tokens,
            output_tokens=-1 if usage.output_tokens is None else usage.output_tokens,
            **columns,
        )

    def _model(self, name: str, options: dict[str, Json]) -> str:
        parameters = loose.mapping(self._nodes.get(name, {}).get("parameters"))
        chosen = (
            options.get("model"),
            options.get("model_name"),
            parameters.get("model"),
            parameters.get("modelName"),
        )
        words = (loose.text(one) or loose.text(loose.mapping(one).get("value")) for one in chosen)
        return next(filter(None, words), name)


def _one(values: list[Json]) -> Json:
    return values[0] if len(values) == 1 else values or None


def _prompt(texts: Json) -> Iterator[Message]:
    for text in loose.sequence(texts):
        said = text if isinstance(text, str) else loose.encoded(text)
        word, colon, rest = said.partition(": ")
        role = _ROLES.get(word) if colon else None
        yield text_message(role, rest) if role is not None else text_message(Role.USER, said)


READER = Reader(
    FORMAT,
    "executions of n8n",
    sniff,
    read,
    marks=("data", "resultData", "runData", "workflowData"),
    needs=(b'"resultData"',),
)
