"""Traces of Amazon Bedrock's agents, as `InvokeAgent` streams them and the console shows them: events of one step each.

A model's request and reply, a call of a tool and what came of it are events of their own, joined by their `traceId`. What a
collaborator did stands below the call that asked for it, told apart by the chain of callers. The events of a session are one trace.

Shapes: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_TracePart.html

Get one: `for event in client.invoke_agent(..., enableTrace=True)["completion"]: print(json.dumps(event, default=str), file=file)`
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import nan
from typing import Any

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED, STATUS_NUMBER
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json, Message
from replaydbg.core.step import Kind, Status, Usage
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _json_lines, _moments, _salvage
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._payloads import unwrapped
from replaydbg.readers._records import Observed, Records, column
from replaydbg.readers._transcript import not_known
from replaydbg.wire import loose, mixed_messages

FORMAT = "bedrock-agent"
_OF_MODELS = {
    "preProcessingTrace": "pre-processing",
    "orchestrationTrace": "orchestration",
    "postProcessingTrace": "post-processing",
    "routingClassifierTrace": "routing",
}
_OTHERS = {
    "failureTrace": "failure",
    "guardrailTrace": "guardrail",
    "customOrchestrationTrace": "custom orchestration",
}
_UNION = _OF_MODELS.keys() | _OTHERS.keys()
_BESIDE = {"returnControl": "return control", "files": "files"}
"""Events of the stream that tell no step of the agent's own; `chunk` is the answer, which a trace has, too."""


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    some = first if isinstance(first, list) else (first, *_json_lines.first_values(document.head))
    return 0.95 if any(_part(loose.mapping(value))[1] for value in some[:3]) else 0.0


def _part(record: dict[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """What stands around a step (agent, session, time), and what it is, by its kind; in the event of a stream or without one."""
    around, inner = record, loose.mapping(record.get("trace"))
    if isinstance(inner.get("trace"), dict):
        around, inner = inner, loose.mapping(inner["trace"])
    told = inner if inner.keys() & _UNION else record
    kinds = {
        kind: value for kind, value in told.items() if kind in _UNION and isinstance(value, (dict, list))
    }
    return around, kinds


@dataclass(slots=True, eq=False)
class _Step:
    """A step and the events that tell of it; the handle of its row."""

    id: str
    kind: Kind
    name: str
    agent: str = ""
    parent_id: str = ""
    asked: dict[str, Json] = field(default_factory=dict)
    answered: dict[str, Json] = field(default_factory=dict)
    call: tuple[str, str] = ("", "")
    """Id and name of the call that it ran, in the words of the model."""
    start_ns: int = NOT_RECORDED
    end_ns: int = NOT_RECORDED

    @property
    def is_answered(self) -> bool:
        return bool(self.answered)


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    notices: list[Notice] = []
    stream = _Stream(document.stem)
    for value, place in _containers.values(document.buffer, notices, items=True):
        if not stream.add(loose.mapping(value)):
            notices.append(Notice(place, "no event of an agent, left out"))
    if not stream.steps:
        raise NotThisFormat("no step of an agent")
    records = Records(Source(document.name, FORMAT), _observed, lambda _: None)
    for session, step in stream.steps:
        records.add(session, _row(step))
    records.notices += (*notices, *stream.odd())
    yield records.reading()


class _Stream:
    def __init__(self, stem: str) -> None:
        self.steps: list[tuple[str, _Step]] = []
        """With the session of each."""
        self._session = stem
        self._open: dict[tuple[str, str], _Step] = {}
        """What is not answered yet: model calls and others by their `traceId`."""
        self._calls: dict[str, list[tuple[str, str]]] = {}
        """Calls that a reply asked for, by its `traceId`, and which no step has run yet."""
        self._agents: dict[str, _Step] = {}
        """Collaborators that are at work, by their address."""
        self._unknown = Counter[str]()

    def add(self, record: dict[str, Json]) -> bool:
        around, kinds = _part(record)
        self._session = loose.text(around.get("sessionId")) or self._session
        moment = _moments.nanoseconds(around.get("eventTime"))
        for kind, value in kinds.items():
            for told in map(loose.mapping, value if isinstance(value, list) else [value]):
                if kind in _OTHERS:
                    self._step(around, Kind.OPAQUE, _OTHERS[kind], moment, answered=told)
                else:
                    self._hear(around, kind, told, moment)
        for kind, name in _BESIDE.items():
            if isinstance(record.get(kind), dict):
                self._step(around, Kind.OPAQUE, name, moment, answered=loose.mapping(record[kind]))
        return bool(kinds) or not record.keys().isdisjoint({"chunk", *_BESIDE})

    def _step(self, around: dict[str, Json], kind: Kind, name: str, moment: int, **told: Any) -> _Step:
        chain = [
            loose.text(loose.mapping(one).get("agentAliasArn"))
            for one in loose.sequence(around.get("callerChain"))
        ]
        above = self._agents.get(chain[-1]) if len(chain) > 1 else None
        agent = loose.text(around.get("collaboratorName")) or loose.text(around.get("agentName"))
        id_ = f"{len(self.steps) + 1}"
        step = _Step(
            id_, kind, name, agent, above.id if above else "", start_ns=moment, end_ns=moment if "answered" in told else NOT_RECORDED, **told
        )  # fmt: skip
        self.steps.append((self._session, step))
        return step

    def _hear(self, around: dict[str, Json], of: str, told: dict[str, Json], moment: int) -> None:
        for what, value in told.items():
            event = loose.mapping(value)
            id_ = loose.text(event.get("traceId"))
            match what:
                case "modelInvocationInput":
                    step = self._step(around, Kind.MODEL_CALL, _OF_MODELS[of], moment, asked=event)
                    self._open["model", id_] = step
                case "modelInvocationOutput":
                    known = self._open.pop(("model", id_), None)
                    step = known or self._step(around, Kind.MODEL_CALL, _OF_MODELS[of], NOT_RECORDED)
                    step.answered, step.end_ns = event, moment
                    said = _said(step)
                    self._calls[id_] = [(call.id, call.name) for call in said.tool_calls] if said else []
                case "invocationInput":
                    self._open["other", id_] = self._invoked(around, event, moment, id_)
                case "observation":
                    self._observed(around, event, moment, id_)
                case "rationale":
                    if id_ not in self._calls:  # it is a part of a reply that the trace has
                        self._step(around, Kind.OPAQUE, "rationale", moment, answered=event)
                case _ if isinstance(value, dict):
                    self._unknown[what[:60]] += 1

    def _invoked(self, around: dict[str, Json], event: dict[str, Json], moment: int, id_: str) -> _Step:
        lookup, partner = event.get("knowledgeBaseLookupInput"), event.get("agentCollaboratorInvocationInput")
        asked = loose.mapping(partner)
        waiting = self._calls.get(id_) or []
        call = waiting.pop(0) if waiting else ("", "")
        if isinstance(lookup, dict):
            name = loose.text(lookup.get("knowledgeBaseId")) or "knowledge base"
            return self._step(around, Kind.RETRIEVAL, name, moment, asked=event, call=call)
        if asked:
            name = loose.text(asked.get("agentCollaboratorName")) or "collaborator"
            step = self._step(around, Kind.AGENT_INVOCATION, name, moment, asked=event, call=call)
            step.agent = name
            self._agents[loose.text(asked.get("agentCollaboratorAliasArn"))] = step
            return step
        group = loose.mapping(event.get("actionGroupInvocationInput"))
        name = call[1] or loose.text(group.get("function")) or loose.text(group.get("apiPath"))
        name = name or ("code interpreter" if "codeInterpreterInvocationInput" in event else "action")
        return self._step(around, Kind.TOOL_EXECUTION, name, moment, asked=event, call=call)

    def _observed(self, around: dict[str, Json], event: dict[str, Json], moment: int, id_: str) -> None:
        if "finalResponse" in event or "repromptResponse" in event:
            name = "final response" if "finalResponse" in event else "reprompt"
            self._step(around, Kind.OPAQUE, name, moment, answered=event)
            return
        step = self._open.pop(("other", id_), None)
        if step is None:
            self._step(around, Kind.OPAQUE, "observation", moment, answered=event)
            return
        step.answered, step.end_ns = event, moment

    def odd(self) -> Iterator[Notice]:
        if self._unknown:
            yield Notice("", not_known(self._unknown))
        waiting = [step.name for step in self._open.values()]
        if waiting:
            what = "step was" if len(waiting) == 1 else "steps were"
            yield Notice(
                "", f"{len(waiting)} {what} begun and not answered: {', '.join(dict.fromkeys(waiting[-4:]))}"
            )


def _said(step: _Step) -> Message | None:
    """What a model replied."""
    raw = loose.mapping(step.answered.get("rawResponse")).get("content")
    return mixed_messages.reply(unwrapped(raw if raw is not None else _parsed_reply(step.answered)))


def _parsed_reply(event: dict[str, Json]) -> Json:
    """What the agent made of a reply that it does not show."""
    parsed = loose.mapping(event.get("parsedResponse"))
    return loose.text(parsed.get("text")) or loose.text(parsed.get("rationale")) or None


def _usage(step: _Step) -> Usage:
    used = loose.mapping(loose.mapping(step.answered.get("metadata")).get("usage"))
    return Usage(loose.count(used.get("inputTokens")), loose.count(used.get("outputTokens")), None, None)


def _row(step: _Step) -> tuple[Any, ...]:
    is_call = step.kind is Kind.MODEL_CALL
    used = _usage(step) if is_call else Usage()
    about = loose.mapping(step.answered.get("metadata"))
    times = [_moments.nanoseconds(about.get(key)) for key in ("startTime", "endTime")]
    start, end = times if min(times) >= 0 else (step.start_ns, step.end_ns)
    error = _error(step)
    status = Status.ERROR if error else Status.OK if step.is_answered and step.asked else Status.UNSET
    return (
        step.id, step.parent_id, KIND_NUMBER[step.kind], step.name, step.agent,
        loose.text(step.asked.get("foundationModel")) if is_call else "",
        start, end, STATUS_NUMBER[status], column(used.input_tokens), column(used.output_tokens), nan, step,
    )  # fmt: skip


def _error(step: _Step) -> str:
    told = step.answered
    code = loose.mapping(told.get("codeInterpreterInvocationOutput"))
    if step.name == "guardrail" and told.get("action") == "INTERVENED":
        return "the guardrail intervened"
    return loose.text(told.get("failureReason")) or loose.text(code.get("executionError"))


def _observed(step: _Step) -> Observed:
    raw = {"input": step.asked, "output": step.answered}
    told = Observed(step.kind, step.name, error=_error(step), raw=raw if step.asked else step.answered)
    if step.kind is Kind.MODEL_CALL:
        content = loose.mapping(step.answered.get("rawResponse")).get("content")
        return replace(
            told,
            input=step.asked.get("text"),
            output=content if content is not None else _parsed_reply(step.answered),
            params=step.asked.get("inferenceConfiguration"),
            usage=_usage(step),
            provider="aws.bedrock",
        )
    if step.kind is Kind.TOOL_EXECUTION:
        group = loose.mapping(step.asked.get("actionGroupInvocationInput"))
        return replace(
            told,
            input=_arguments(group) if group else step.asked.get("codeInterpreterInvocationInput"),
            output=_output(step.answered),
            has_output=step.is_answered,
            call_id=step.call[0],
        )
    asked = step.asked.get("knowledgeBaseLookupInput", step.asked.get("agentCollaboratorInvocationInput"))
    return replace(told, input=asked, output=_output(step.answered))


def _arguments(group: dict[str, Json]) -> dict[str, Json]:
    """Parameters and the fields of a body, by their names. All values were written as text."""
    bodies = loose.mapping(loose.mapping(group.get("requestBody")).get("content")).values()
    listed = [loose.sequence(group.get("parameters")), *map(_properties, bodies)]
    given = [loose.mapping(one) for some in listed for one in some]
    return {loose.text(one.get("name")): _typed(one) for one in given if "name" in one}


def _properties(body: Json) -> list[Json]:
    """Of a body the fields, which the console puts one level deeper."""
    return loose.sequence(loose.mapping(body).get("properties", body))


def _typed(parameter: dict[str, Json]) -> Json:
    value, kind = parameter.get("value"), loose.text(parameter.get("type"))
    if not isinstance(value, str) or kind not in {"integer", "number", "boolean", "array", "object"}:
        return value
    try:
        typed: Json = _salvage.loads(value.encode("utf-8", "surrogatepass"))
    except ValueError:
        return value
    return typed


def _output(event: dict[str, Json]) -> Json:
    """What came of a step, without what stands around it."""
    rest = {key: value for key, value in event.items() if key not in {"traceId", "type", "metadata"}}
    value = next(iter(rest.values())) if len(rest) == 1 else rest
    told = {key: one for key, one in value.items() if key != "metadata"} if isinstance(value, dict) else value
    if isinstance(told, dict) and len(told) == 1 and "text" in told:
        return told["text"]
    return told


READER = Reader(
    FORMAT,
    "traces of Amazon Bedrock's agents (InvokeAgent)",
    sniff,
    read,
    marks=("trace", "agentId", "sessionId", "callerChain"),
    needs=tuple(f'"{kind}"'.encode() for kind in sorted(_UNION)),
)
