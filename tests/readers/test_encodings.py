"""One run that several products recorded at once is one run in all of them, field by field: ids and durations aside.

A field is compared where both recordings say something. What a recorder is known to write otherwise is made alike here,
with its reason, and nothing else is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from replaydbg.core.message import Json, Message, Role
from replaydbg.core.step import Kind, Status, Step
from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from tests.support import corpora

_ENCODINGS = (
    ("mlflow", ""), ("openai_agents", "native__"), ("otlp_openinference", "oaa_openinference__"),
    ("otlp_openllmetry", "oaa__"), ("otlp_openllmetry_legacy", "oaa__"), ("otlp_console", "openinference__"),
    ("otlp_console", "test_"), ("otlp_jsonl", "openinference__"), ("otlp_jsonl", "test_"),
    ("otlp_openinference", "lc_openinference__"), ("otlp_openllmetry", "lc__"), ("otlp_pydantic_ai", ""),
    ("pydantic_ai_messages", ""),
)  # fmt: skip
_WITHOUT_SPANS_OF_TOOLS = ("otlp_openllmetry", "otlp_console/test_", "otlp_jsonl/test_")
"""In the recording of the recipes; all three are OpenLLMetry's."""

_TOLD_OTHERWISE = "synthetic_tool_search"
"""There one provider's search on its server, told in the messages, was sent to another provider as a call of ours."""


class Recording(NamedTuple):
    encoding: str
    """Its folder and what the names in it begin with."""
    run: str
    path: Path
    part: int = 0
    """For messages of pydantic-ai, which are a file for each run of an agent in the test: which of them."""

    @property
    def has_content(self) -> bool:
        """The SDK's own responses are hollow, and OpenLLMetry leaves content out where it is told to."""
        is_silent = self.encoding.startswith("openai_agents") or "_with_no_content" in self.run
        return not is_silent and _TOLD_OTHERWISE not in self.run

    def steps(self) -> list[Step]:
        """All steps in order of their start; with what OpenLLMetry wrote into a log beside the spans."""
        data = self.path.read_bytes()
        logs = self.path.with_name(self.path.name.replace(".otlp.", ".otlp-logs."))
        if logs != self.path and logs.exists():
            data = data.replace(b"\n", b" ") + b"\n" + logs.read_bytes().replace(b"\n", b" ")
        *_, reading = _registry.read(Document(self.path.name, memoryview(data)))
        found = [step for trace in reading.traces for step in trace.steps()]
        return sorted(found, key=lambda step: step.started_ns or 0)


def recordings() -> dict[str, list[Recording]]:
    runs: dict[str, list[Recording]] = defaultdict(list)
    for folder, prefix in _ENCODINGS:
        for path in corpora.corpus(folder, f"{prefix}*"):
            name = path.name.removeprefix(prefix if prefix != "test_" else "")
            run, part = re.fullmatch(r"(.*?)(?:\.(\d+))?(?:\.[a-z]+)+", name).groups()  # type: ignore[union-attr]
            if ".otlp-logs." not in name:
                runs[run].append(Recording(f"{folder}/{prefix}", run, path, int(part or 0)))
    return runs


def pairs() -> list[Any]:
    return [
        pytest.param(one, other, id=f"{one.encoding}-{other.encoding}-{name}"[-90:])
        for name, found in sorted(recordings().items())
        for one, other in combinations(found, 2)
        if one.encoding != other.encoding
    ] or [pytest.param(None, None, marks=pytest.mark.skip(reason="the corpora are absent"))]


# ---- fields ----------------------------------------------------------------------------------------------------


def said(message: Message) -> Json:
    calls = [(call.name, call.arguments) for call in message.tool_calls]
    return message.text, calls, [response.result for response in message.tool_responses]


def prompt(step: Step) -> Json:
    """Without instructions: pydantic-ai joins neighbours before it sends them."""
    return [said(message) for message in step.body.messages or () if message.role is not Role.SYSTEM]


def texts(step: Step) -> Json:
    """Old OpenLLMetry writes neither calls nor responses of the Responses API, and no content that is made of parts."""
    return [
        message.text
        for message in step.body.messages or ()
        if message.text and message.role in {Role.USER, Role.ASSISTANT}
    ]


def instructions(step: Step) -> Json:
    texts = [message.text for message in step.body.messages or () if message.role is Role.SYSTEM]
    return "\n".join(texts).split()


def offers(step: Step) -> Json:
    """Without titles and descriptions in schemas: the SDK that MLflow recorded wrote others for its hand-offs."""
    return [(tool.name, _bare(tool.schema)) for tool in step.body.tools or ()]


def _bare(schema: Json) -> Json:
    if isinstance(schema, dict):
        return {key: _bare(value) for key, value in schema.items() if key not in {"title", "description"}}
    return [_bare(item) for item in schema] if isinstance(schema, list) else schema


def params(step: Step) -> dict[str, Json]:
    return {key: value for key, value in step.body.params.items() if isinstance(value, (int, float, str))}


def model(step: Step) -> str:
    """The model that answered: messages of pydantic-ai and OpenInference for LangChain know no other."""
    return step.body.response_model or step.model


_MODEL_CALL: dict[str, Callable[[Step], Json]] = {
    "prompt": prompt,
    "instructions": instructions,
    "output": lambda step: step.body.output and said(step.body.output),
    "ids of its calls": lambda step: step.body.output and [call.id for call in step.body.output.tool_calls],
    "arguments as they were written": lambda step: (
        step.body.output and [call.raw for call in step.body.output.tool_calls if call.raw is not None]
    ),
    "offers": offers,
    "what tools say of themselves": lambda step: [tool.description for tool in step.body.tools or ()],
    "tokens in": lambda step: step.body.usage.input_tokens,
    "tokens out": lambda step: step.body.usage.output_tokens,
    "tokens cached": lambda step: step.body.usage.cache_read_tokens,
    "tokens thought": lambda step: step.body.usage.reasoning_tokens,
    "provider": lambda step: step.body.provider,
    "agent": lambda step: step.agent,
    "failed": lambda step: step.status is Status.ERROR or bool(step.body.error),
}
_EXECUTION: dict[str, Callable[[Step], Json]] = {
    "name": lambda step: step.name,
    "arguments": lambda step: step.body.call and step.body.call.arguments,
    "id of the call": lambda step: step.body.call and step.body.call.id,
    "result": lambda step: step.body.result,
    "agent": lambda step: step.agent,
    "failed": lambda step: step.status is Status.ERROR or bool(step.body.error),
}
_CONTENT = {"prompt", "instructions", "output"}
_SAID_AS_TEXT = {"arguments", "result"}
"""A tool of one argument gets it as bare text by some recorders; MLflow keeps a result's value, others its text."""


def differing(
    fields: dict[str, Callable[[Step], Json]], one: Step, other: Step, *, content: bool
) -> list[Any]:
    found = []
    for name, field in fields.items():
        ours, theirs = field(one), field(other)
        is_silent = any(value is None or value in ("", [], {}, 0) for value in (ours, theirs))
        is_other_type = name in _SAID_AS_TEXT and type(ours) is not type(theirs)
        if ours != theirs and not is_silent and not is_other_type and (content or name not in _CONTENT):
            found.append((name, ours, theirs))
    return found


def paired(one: Recording, other: Recording, kind: Kind) -> list[tuple[Step, Step]]:
    """Steps of this kind, one beside the other."""
    sides = [[step for step in each.steps() if step.kind is kind] for each in (one, other)]
    encodings = one.encoding, other.encoding
    shorter = min(map(len, sides))
    if "pydantic_ai_messages/" in encodings:
        # A file of messages is one run of the test, and begins with replies that were handed in with the question.
        # What a tool for the output gave back has no span.
        told, spans = sides if encodings[0] == "pydantic_ai_messages/" else sides[::-1]
        if kind is Kind.MODEL_CALL:
            del spans[: min(one.part or other.part, len(spans) - 1)], told[: len(told) - shorter]
    elif "recipe" in one.run and ("mlflow/" in encodings or kind is Kind.TOOL_EXECUTION):
        # MLflow keeps the first of the two traces in a file of its own.
        is_silent = any(each.startswith(_WITHOUT_SPANS_OF_TOOLS) for each in encodings)
        assert shorter or (kind is Kind.TOOL_EXECUTION and is_silent)
        sides = [side[len(side) - shorter :] for side in sides]
    else:
        assert len(sides[0]) == len(sides[1])
    return list(zip(*sides, strict=False))


@pytest.mark.parametrize(("one", "other"), pairs())
def test_the_same_run(one: Recording, other: Recording) -> None:
    content = one.has_content and other.has_content
    is_old = "otlp_openllmetry_legacy/oaa__" in {one.encoding, other.encoding}
    fields = _MODEL_CALL | ({"prompt": texts} if is_old else {})
    for ours, theirs in paired(one, other, Kind.MODEL_CALL):
        assert differing(fields, ours, theirs, content=content) == []
        shared = params(ours).keys() & params(theirs).keys()
        assert [key for key in shared if params(ours)[key] != params(theirs)[key]] == []
        longer, shorter = sorted((model(ours), model(theirs)), key=len, reverse=True)
        assert longer.startswith(shorter)
    for ours, theirs in paired(one, other, Kind.TOOL_EXECUTION):
        assert differing(_EXECUTION, ours, theirs, content=content) == []


def test_a_difference_is_seen() -> None:
    found = [pair for values in recordings().values() for pair in combinations(values, 2)]
    if not found:
        pytest.skip("the corpora are absent")
    step = found[0][0].steps()[-1]
    other = next(each for each in found[0][0].steps() if each.name != step.name)
    assert differing(_EXECUTION, step, other, content=True)
