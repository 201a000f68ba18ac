"""What the steps of an Inspect sample said and were told, decoded from their events when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _inspect_messages
from replaydbg.readers._inspect_sample import Sample, value_of
from replaydbg.readers._lazy import lazy
from replaydbg.readers._transcript_body import said_last
from replaydbg.wire import loose, openai_chat, tool_specs

Handle: TypeAlias = tuple[int, ...]
"""The place of an event: its number, and that of an event inside of it. () is the sample itself."""

TALK: Handle = (-1,)
"""No event, but the conversation of the sample as it ended."""

SAMPLE = "sample"
"""The id of the step that stands for the sample."""

_SCORES_TOLD_MAX = 2
"""Scores in the name of a sample; all of them are in its output."""

_COMMON = frozenset(
    {"uuid", "span_id", "timestamp", "working_start", "completed", "working_time", "event", "pending"}
)
_PARAMS = {"stop_seqs": "stop", "num_choices": "n"}
_CLIENT = frozenset(
    {
        "max_retries", "timeout", "attempt_timeout", "max_connections", "adaptive_connections", "cache", "batch",
        "cache_prompt", "system_message", "max_tool_output", "internal_tools", "reasoning_history",
    }
)  # fmt: skip
"""Options of Inspect itself that no provider is sent."""


class InspectBody:
    """The `Body` of an event; the sample is opened again if it was put away."""

    def __init__(self, sample: Callable[[], Sample], handle: Handle) -> None:
        self._sample = sample
        self._handle = handle
        self._is_sample = not handle

    @lazy
    def _event(self) -> dict[str, Json]:
        return self._sample().event(self._handle) if self._handle and self._handle != TALK else {}

    @property
    def _kind(self) -> str:
        return loose.text(self._event.get("event"))

    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        if self._handle == TALK:
            told = self._sample().resolved(value_of(self._sample().fields.messages))
            return _inspect_messages.read_messages(told)
        if self._kind != "model":
            return None
        said = loose.sequence(self._event.get("input"))
        if self._event.get("input_refs"):
            said = [*said, *self._sample().pooled(self._event["input_refs"])]
        return _inspect_messages.read_messages(said)

    @lazy
    def output(self) -> Message | None:
        choices = loose.sequence(loose.mapping(self._event.get("output")).get("choices"))
        choice = loose.mapping(choices[0]) if choices and self._kind == "model" else {}
        if not isinstance(choice.get("message"), dict):
            return None
        recorded = loose.mapping(self._event.get("call")).get("response")
        raw = _raw_arguments(recorded)
        return _inspect_messages.read_reply(choice["message"], loose.text(choice.get("stop_reason")), raw)

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        offered = self._event.get("tools")
        return tool_specs.read_tools(offered) if self._kind == "model" and isinstance(offered, list) else None

    @lazy
    def params(self) -> Mapping[str, Json]:
        if self._kind != "model":
            return {}
        config = loose.mapping(self._event.get("config"))
        params = {
            _PARAMS.get(key, key): value
            for key, value in config.items()
            if key not in _CLIENT and value is not None
        }
        choice = _tool_choice(self._event.get("tool_choice"))
        return {**params, "tool_choice": choice} if choice and self.tools else params

    @lazy
    def call(self) -> ToolCall | None:
        return _inspect_messages.read_call(self._event) if self._kind == "tool" else None

    @property
    def has_result(self) -> bool:
        return self._kind == "tool" and ("result" in self._event or bool(self._event.get("error")))

    @property
    def result(self) -> Json:
        """What the model was told: of a failed tool that is what went wrong."""
        if self._kind != "tool":
            return None
        return self._event.get("result") or self.error or self._event.get("result")

    @lazy
    def input(self) -> Json:
        if self._is_sample:
            fields = self._sample().fields
            told = {"input": value_of(fields.input), "target": value_of(fields.target)}
            return self._sample().resolved(told)
        if self._handle == TALK:
            return said_last(self.messages or ())
        if self._kind in {"", "model", "tool", "score", "span_begin", "step"}:
            return None
        return {key: value for key, value in self._event.items() if key not in _COMMON}

    @lazy
    def output_value(self) -> Json:
        if self._is_sample:
            scores = value_of(self._sample().fields.scores)
            return {"scores": self._sample().resolved(scores)} if scores else None
        return self._event.get("score") if self._kind == "score" else None

    @property
    def error(self) -> str:
        if self._is_sample:
            return error_text(self._sample().fields.error)
        told = error_text(self._event.get("error"))
        if self._kind == "sample_limit":
            return told or loose.text(self._event.get("message"))
        return told or error_text(loose.mapping(self._event.get("output")).get("error"))

    @property
    def usage(self) -> Usage:
        return read_usage(loose.mapping(self._event.get("output")).get("usage"))

    @property
    def response_model(self) -> str:
        return loose.text(loose.mapping(self._event.get("output")).get("model"))

    @property
    def provider(self) -> str:
        return split_model(loose.text(self._event.get("model")))[0]

    @property
    def raw(self) -> Json:
        return self._event or None


def sample_name(task: str, id_: str, sample: Sample) -> str:
    """`popularity 1_epoch_1, match C`: the task, the sample, and what it scored."""
    scores = loose.mapping(value_of(sample.fields.scores)) if sample.fields.scores else {}
    values = ((scorer, loose.mapping(score).get("value")) for scorer, score in scores.items())
    told = [f"{scorer} {value}" for scorer, value in values if isinstance(value, (str, int, float))]
    return ", ".join([f"{task} {id_}".strip(), *told[:_SCORES_TOLD_MAX]])


def split_model(name: str) -> tuple[str, str]:
    """Inspect names models `provider/model`; the model may hold slashes of its own."""
    provider, slash, model = name.partition("/")
    return (provider, model) if slash else ("", name)


def read_usage(value: Json) -> Usage:
    """Cached tokens are counted inside input here, and beside it by some providers of Inspect: the total tells."""
    usage = loose.mapping(value)
    told, written = loose.count(usage.get("input_tokens")), loose.count(usage.get("output_tokens"))
    read = loose.count(usage.get("input_tokens_cache_read"))
    beside = (read or 0) + (loose.count(usage.get("input_tokens_cache_write")) or 0)
    total = loose.count(usage.get("total_tokens"))
    if told is not None and total is not None and beside and total == told + (written or 0) + beside:
        told += beside
    return Usage(told, written, read, loose.count(usage.get("reasoning_tokens")))


def error_text(value: Json) -> str:
    """The words of an error: a text in model events, an object with a message elsewhere."""
    if isinstance(value, dict):
        return loose.text(value.get("message")) or loose.encoded(value)
    return loose.text(value)


def _raw_arguments(response: Json) -> dict[str, str]:
    """Arguments as the provider sent them, by call id, where the log kept its answer in OpenAI's shape."""
    if not loose.sequence(loose.mapping(response).get("choices")):
        return {}
    calls = openai_chat.read_reply(response).message.tool_calls
    return {call.id: call.raw for call in calls if call.id and call.raw is not None}


def _tool_choice(value: Json) -> Json:
    if isinstance(value, dict) and loose.text(value.get("name")):
        return {"type": "function", "function": {"name": value["name"]}}
    return "required" if value == "any" else value
