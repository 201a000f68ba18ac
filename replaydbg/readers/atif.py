"""ATIF, the trajectory format of Harbor and Terminal-Bench: steps of system, user and agent.

An agent's step is a model call with the calls it made, and an observation with what they brought. Steps that were copied
from the trajectory that this one goes on from are history, no calls of this run. Trajectories of sub-agents that stand in
the file are put below the execution that refers to them.

Get one: `harbor run ...` writes `jobs/<job>/<trial>/agent/trajectory.json`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import arguments, loose, openai_chat, tool_specs

FORMAT = "atif"
_MARK = "ATIF-"
_DEPTH_MAX = 8
"""Agents within agents that are followed."""
_ROLES = {"system": Role.SYSTEM, "user": Role.USER}


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    if isinstance(first, list):
        first = first[0] if first else None
    version = loose.mapping(first).get("schema_version")
    return 1.0 if isinstance(version, str) and version.startswith(_MARK) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, _ in _containers.values(document.buffer, transcript.notices, items=True):
        record = loose.mapping(value)
        if isinstance(record.get("steps"), list):
            id_ = (
                loose.text(record.get("session_id"))
                or loose.text(record.get("trajectory_id"))
                or document.stem
            )
            _Trajectory(transcript.run(id_), record, agent="", parent_id="", depth=0).add()
            if record.get("continued_trajectory_ref"):
                transcript.notice(
                    "/continued_trajectory_ref", f"goes on in {record['continued_trajectory_ref']}"
                )
    if not transcript.runs:
        raise NotThisFormat("no trajectory")
    yield transcript.reading()


class _Trajectory:
    def __init__(self, run: Run, record: dict[str, Json], *, agent: str, parent_id: str, depth: int) -> None:
        self._record = record
        self._about = loose.mapping(record.get("agent"))
        self._thread = run.thread(agent=agent, parent_id=parent_id)
        self._depth = depth
        self._inner = {
            f"{inner[key]}": inner
            for inner in map(loose.mapping, loose.sequence(record.get("subagent_trajectories")))
            for key in ("trajectory_id", "session_id")
            if key in inner
        }
        offered = self._about.get("tool_definitions")
        self._tools: tuple[ToolSpec, ...] | None = (
            tool_specs.read_tools(offered) if isinstance(offered, list) else None
        )

    def add(self) -> None:
        for step in map(loose.mapping, loose.sequence(self._record.get("steps"))):
            moment = _moments.nanoseconds(step.get("timestamp"))
            if step.get("source") == "agent":
                self._agent_step(step, moment)
            else:
                role = _ROLES.get(loose.text(step.get("source")), Role.UNKNOWN)
                self._thread.say(Message(role, tuple(_parts(step.get("message")))), moment_ns=moment)
        self._thread.end()

    def _agent_step(self, step: dict[str, Json], moment: int) -> None:
        calls = [_call(loose.mapping(call)) for call in loose.sequence(step.get("tool_calls"))]
        thought = loose.text(step.get("reasoning_content"))
        reasoning = (Reasoning(thought),) if thought else ()
        message = Message(Role.ASSISTANT, (*reasoning, *_parts(step.get("message")), *calls))
        results = [
            loose.mapping(item)
            for item in loose.sequence(loose.mapping(step.get("observation")).get("results"))
        ]
        if step.get("is_copied_context") is True or step.get("llm_call_count") == 0:
            self._thread.say(message, moment_ns=moment)
            for result in results:
                self._thread.say(_response(result, calls))
            return
        self._thread.reply(message, facts=self._facts(step), moment_ns=moment, origin=step)
        for result in results:
            self._result(result, calls)

    def _result(self, result: dict[str, Json], calls: list[ToolCall]) -> None:
        message = _response(result, calls)
        if message.tool_responses:
            (step_id,) = self._thread.add(message)
        else:  # the agent took what it did out of the text: nobody knows which part of it this answers
            body = PlainBody(has_result=True, result=result.get("content"))
            step_id = self._thread.run.step(
                Kind.TOOL_EXECUTION,
                "environment",
                body,
                agent=self._thread.agent,
                parent_id=self._thread.parent_id,
            )
            self._thread.say(message)
            self._thread.heard()
        for reference in _references(result.get("subagent_trajectory_ref")):
            inner = self._inner.get(reference)
            if inner is not None and self._depth < _DEPTH_MAX:
                name = loose.text(loose.mapping(inner.get("agent")).get("name"))
                run, depth = self._thread.run, self._depth + 1
                _Trajectory(run, inner, agent=name, parent_id=step_id, depth=depth).add()

    def _facts(self, step: dict[str, Json]) -> Facts:
        metrics = loose.mapping(step.get("metrics"))
        beside = loose.mapping(metrics.get("extra"))
        usage = Usage(
            loose.count(metrics.get("prompt_tokens")),
            loose.count(metrics.get("completion_tokens")),
            loose.count(metrics.get("cached_tokens")),
            loose.count(beside.get("reasoning_tokens", beside.get("reasoning_output_tokens"))),
        )
        cost = metrics.get("cost_usd")
        return Facts(
            model=loose.text(step.get("model_name")) or loose.text(self._about.get("model_name")),
            tools=self._tools,
            usage=usage,
            cost_usd=number(cost),
        )


def _call(call: dict[str, Json]) -> ToolCall:
    id_, name = loose.text(call.get("tool_call_id")), loose.text(call.get("function_name"))
    return arguments.call_from_any(id_, name, call.get("arguments"))


def _response(result: dict[str, Json], calls: list[ToolCall]) -> Message:
    """What came back; the user's words where it is said of no call."""
    call_id = loose.text(result.get("source_call_id")) or (calls[0].id if len(calls) == 1 else "")
    content = result.get("content")
    if call_id:
        return Message(Role.TOOL, (ToolResponse(call_id, content),))
    return Message(Role.USER, tuple(_parts(content)))


def _parts(content: Json) -> Iterator[Part]:
    """Text, or parts of text and images as OpenAI has them."""
    if isinstance(content, str):
        if content:
            yield Text(content)
    elif content is not None:
        yield from openai_chat.read_message({"role": "user", "content": content}).parts


def _references(value: Json) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        reference: Any = loose.mapping(item)
        yield f"{reference.get('trajectory_id') or reference.get('session_id') or item}"


READER = Reader(
    FORMAT, "ATIF trajectories (Harbor, Terminal-Bench)", sniff, read, needs=(b'"schema_version"',)
)
