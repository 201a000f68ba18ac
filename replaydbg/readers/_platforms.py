"""How platforms spell one step of a run: each in its own way, one function here.

What an application handed over as input and output stays as it is: `_records` tells messages, calls and tools out of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from replaydbg.readers import _datadog_spans, _mastra_spans
from replaydbg.readers._attributes import number
from replaydbg.readers._records import moment_ns
from replaydbg.readers._told import Told, first, kind_of, said_error, usage_of
from replaydbg.wire import loose

Record: TypeAlias = dict[str, Json]


class Platform(NamedTuple):
    name: str
    is_record: Callable[[Record], bool]
    told: Callable[[Record], Told]


def of(record: Record) -> Platform | None:
    return next((platform for platform in PLATFORMS if platform.is_record(record)), None)


# ---- each platform ----------------------------------------------------------------------------------------------


def _opik(record: Record) -> Told:
    metadata, usage = loose.mapping(record.get("metadata")), loose.mapping(record.get("usage"))
    return Told(
        trace=record.get("trace_id") or record.get("id"),
        id=record.get("id"),
        parent=record.get("parent_span_id"),
        kind=kind_of(record.get("type")),
        name=record.get("name"),
        model=record.get("model"),
        start=moment_ns(record.get("start_time")),
        end=moment_ns(record.get("end_time")),
        error=said_error(record.get("error_info"), "exception_type", "message"),
        usage=usage_of(
            usage, "prompt_tokens", "completion_tokens", "original_usage.prompt_tokens_details.cached_tokens"
        ),
        cost=record.get("total_estimated_cost"),
        input=record.get("input"),
        output=_unwrapped(record.get("output")),
        offers=(metadata.get("tools"), loose.mapping(metadata.get("invocation_params")).get("tools")),
        params={key: value for key, value in metadata.items() if key in _PARAMS},
        provider=record.get("provider"),
    )


_PARAMS = frozenset(
    {
        "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "stop", "seed", "presence_penalty",
        "frequency_penalty", "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort",
    }
)  # fmt: skip
"""Of metadata, in which everything stands, those that are parameters of a call."""


def _unwrapped(output: Json) -> Json:
    """The value of a step that returned no object, and stands under a key of the recorder's."""
    if isinstance(output, dict) and output.keys() == {"output"}:
        return output["output"]
    return output


def _langwatch(record: Record) -> Told:
    times = loose.mapping(record.get("timestamps"))
    metrics, params = loose.mapping(record.get("metrics")), loose.mapping(record.get("params"))
    return Told(
        trace=record.get("trace_id"),
        id=record.get("span_id"),
        parent=record.get("parent_id"),
        kind=kind_of(record.get("type")),
        name=record.get("name"),
        model=record.get("model"),
        start=moment_ns(times.get("started_at")),
        end=moment_ns(times.get("finished_at")),
        error=said_error(record.get("error"), "message"),
        usage=usage_of(metrics),
        cost=metrics.get("cost"),
        input=_typed(record.get("input")),
        output=_typed(record.get("output")),
        offers=(params.get("tools"), params.get("functions")),
        params={key: value for key, value in params.items() if key in _PARAMS},
        provider=record.get("vendor"),
    )


def _typed(value: Json) -> Json:
    """LangWatch says of each value what type it is of."""
    return value.get("value") if isinstance(value, dict) and value.keys() == {"type", "value"} else value


def _braintrust(record: Record) -> Told:
    attributes, metadata = loose.mapping(record.get("span_attributes")), loose.mapping(record.get("metadata"))
    metrics = loose.mapping(record.get("metrics"))
    parents = loose.sequence(record.get("span_parents"))
    started = metrics.get("start")
    return Told(
        trace=record.get("root_span_id"),
        id=record.get("span_id"),
        parent=parents[0] if parents else None,
        kind=kind_of(attributes.get("type")),
        name=attributes.get("name"),
        model=metadata.get("model"),
        start=moment_ns(record.get("created")) if started is None else _to_the_microsecond(started),
        end=_to_the_microsecond(metrics.get("end")),
        error=said_error(record.get("error"), "name", "message"),
        usage=usage_of(metrics),
        cost=metrics.get("estimated_cost"),
        input=record.get("input"),
        output=record.get("output"),
        offers=(metadata.get("tools"), metadata.get("functions")),
        params={key: value for key, value in metadata.items() if key in _PARAMS},
        provider=metadata.get("provider"),
    )


def _to_the_microsecond(seconds: Json) -> int:
    """As a float holds them; what it says behind that is noise."""
    moment = moment_ns(seconds)
    return round(moment, -3) if moment != NOT_RECORDED else moment


def _weave(record: Record) -> Told:
    inputs = loose.mapping(record.get("inputs"))
    attributes, summary = loose.mapping(record.get("attributes")), loose.mapping(record.get("summary"))
    name = loose.text(record.get("op_name")).rpartition("/")[2].partition(":")[0]
    kind = kind_of(first(attributes, "kind") or loose.mapping(attributes.get("weave")).get("kind"))
    if (
        kind is Kind.OPAQUE
        and "model" in inputs
        and not inputs.keys().isdisjoint(("messages", "contents", "input"))
    ) or (kind is Kind.OPAQUE and "messages" in inputs and "choices" in loose.mapping(record.get("output"))):
        kind = Kind.MODEL_CALL
    used = [loose.mapping(each) for each in loose.mapping(summary.get("usage")).values()]
    usage = used[0] if len(used) == 1 else {}
    model = inputs.get("model") or next(iter(loose.mapping(summary.get("usage"))), "")
    return Told(
        trace=record.get("trace_id"),
        id=record.get("id"),
        parent=record.get("parent_id"),
        kind=kind,
        name=first(record, "display_name") or name,
        model=model,
        start=moment_ns(record.get("started_at")),
        end=moment_ns(record.get("ended_at")),
        error=said_error(record.get("exception")),
        usage=usage_of(usage)
        if "prompt_tokens" in usage
        else usage_of(usage, "input_tokens", "output_tokens"),
        input={key: value for key, value in inputs.items() if key != "self"}
        if kind is not Kind.MODEL_CALL
        else inputs,
        output=record.get("output"),
        params={key: value for key, value in inputs.items() if key in _PARAMS},
        provider=name.partition(".")[0] if "." in name else "",
    )


def _deepeval(record: Record) -> Told:
    usage = usage_of(record, "inputTokenCount", "outputTokenCount")
    cost = number(record.get("costPerInputToken")) * (usage.input_tokens or 0)
    cost += number(record.get("costPerOutputToken")) * (usage.output_tokens or 0)
    failed = record.get("status") == "ERRORED"
    kind = kind_of(record.get("type"))
    return Told(
        trace=record.get("traceUuid"),
        id=record.get("uuid"),
        parent=record.get("parentUuid"),
        kind=kind,
        name=record.get("name"),
        model=record.get("model"),
        start=moment_ns(record.get("startTime")),
        end=moment_ns(record.get("endTime")),
        error=(said_error(record.get("error")) or "") if failed or record.get("error") else None,
        usage=usage,
        cost=cost,
        input=record.get("input"),
        output=record.get("output"),
        offers=(record.get("availableTools") if kind is Kind.MODEL_CALL else None,),
        provider=record.get("provider"),
    )


_POSTHOG = {
    "$ai_generation": Kind.MODEL_CALL,
    "$ai_span": Kind.OPAQUE,
    "$ai_trace": Kind.OPAQUE,
    "$ai_embedding": Kind.OPAQUE,
}


def _posthog(record: Record) -> Told:
    said = loose.mapping(loose.parsed(record.get("properties")))
    get, event = said.get, loose.text(record.get("event"))
    end = moment_ns(first(record, "timestamp", "createdAt"))
    took = number(get("$ai_latency"))
    # What stands right below a trace names the trace's id as its parent, even where the event has one of its own.
    own = get("$ai_trace_id") if event == "$ai_trace" else first(said, "$ai_generation_id", "$ai_span_id")
    parent = get("$ai_parent_id")
    kind = kind_of(get("$ai_span_type")) if event == "$ai_span" else _POSTHOG[event]
    failed = get("$ai_is_error") in (True, "true")
    return Told(
        trace=get("$ai_trace_id"),
        id=own or first(record, "uuid", "id"),
        parent=None if event == "$ai_trace" else parent,
        kind=kind,
        name=first(said, "$ai_span_name", "$ai_tool_name", "$ai_trace_name") or event.removeprefix("$ai_"),
        model=get("$ai_model"),
        start=end - round(took * 1e9) if end != NOT_RECORDED and 0 <= took < 1e6 else end,
        end=end,
        error=(said_error(get("$ai_error"), "message") or "") if failed else None,
        usage=usage_of(said, "$ai_input_tokens", "$ai_output_tokens", "$ai_cache_read_input_tokens"),
        cost=get("$ai_total_cost_usd"),
        input=_posthog_said(first(said, "$ai_input", "$ai_input_state")),
        output=_posthog_said(first(said, "$ai_output_choices", "$ai_output", "$ai_output_state")),
        offers=(get("$ai_tools"),),
        params=get("$ai_model_parameters"),
        provider=get("$ai_provider"),
    )


def _posthog_said(value: Json) -> Json:
    """Messages in the shape of OpenAI's: PostHog's SDKs make parts of type `function` of every provider's calls and results."""
    found = loose.parsed(value)
    if not isinstance(found, list):
        return value
    return [message for item in found for message in _posthog_message(item)]


def _posthog_message(item: Json) -> list[Json]:
    message = loose.mapping(item)
    content = loose.sequence(message.get("content"))
    own = [part for part in map(loose.mapping, content) if part.get("type") == "function"]
    if not own:
        return [item]
    others = [part for part in content if loose.mapping(part).get("type") != "function"]
    calls: list[Json] = [part for part in own if "function" in part]
    came: list[Json] = [
        {"role": "tool", "tool_call_id": part.get("tool_use_id"), "name": part.get("tool_name"), "content": part.get("content")}
        for part in own
        if "function" not in part
    ]  # fmt: skip
    if not calls and not others:
        return came
    return [*came, {**message, "content": others or None, **({"tool_calls": calls} if calls else {})}]


def _laminar(record: Record) -> Told:
    """Spans of its API, and rows of its SQL, whose names are those of columns."""
    attributes = loose.mapping(loose.parsed(record.get("attributes")))
    said = {**attributes, **record}
    parent = loose.text(first(record, "parentSpanId", "parent_span_id"))
    return Told(
        trace=first(record, "traceId", "trace_id"),
        id=first(record, "spanId", "span_id"),
        parent=parent if parent.strip("0-") else None,
        kind=kind_of(first(record, "spanType", "span_type")),
        name=record.get("name"),
        model=first(said, "request_model", "gen_ai.request.model", "response_model"),
        start=moment_ns(first(record, "startTime", "start_time")),
        end=moment_ns(first(record, "endTime", "end_time")),
        error="" if record.get("status") == "error" else None,
        usage=usage_of(
            said, *(("input_tokens", "output_tokens") if "input_tokens" in record else _GENAI_TOKENS)
        ),
        cost=first(said, "total_cost", "gen_ai.usage.cost"),
        input=record.get("input"),
        output=record.get("output"),
        offers=(first(attributes, "ai.prompt.tools", "gen_ai.tool.definitions"),),
        provider=first(said, "provider", "gen_ai.system"),
    )


_GENAI_TOKENS = ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")


def _agenta(record: Record) -> Told:
    ag = loose.mapping(loose.mapping(record.get("attributes")).get("ag"))
    data, metrics = loose.mapping(ag.get("data")), loose.mapping(ag.get("metrics"))
    tokens = loose.mapping(loose.mapping(metrics.get("tokens")).get("incremental"))
    word = loose.mapping(ag.get("type")).get("span", loose.mapping(ag.get("type")).get("node"))
    kind = Kind.MODEL_CALL if word in ("chat", "completion") else kind_of(word)
    asked = loose.mapping(loose.mapping(ag.get("meta")).get("request"))
    return Told(
        trace=record.get("trace_id"),
        id=record.get("span_id"),
        parent=record.get("parent_id"),
        kind=kind,
        name=record.get("span_name"),
        model=asked.get("model"),
        start=moment_ns(record.get("start_time")),
        end=moment_ns(record.get("end_time")),
        error=loose.text(record.get("status_message")) if "ERROR" in str(record.get("status_code")) else None,
        usage=usage_of(tokens, "prompt", "completion"),
        input=data.get("inputs"),
        output=data.get("outputs"),
        params={key: value for key, value in asked.items() if key in _PARAMS},
    )


def _has(*keys: str) -> Callable[[Record], bool]:
    needed = frozenset(keys)
    return lambda record: needed <= record.keys()


def is_opik_trace(record: Record) -> bool:
    """A trace of Opik's, whose own input and output its spans mostly say again."""
    return (
        {"id", "start_time", "input", "output"} <= record.keys()
        and "trace_id" not in record
        and "thread_id" in record
    )


def of_opik_trace(record: Record) -> Told:
    return _opik(record)


PLATFORMS = (
    Platform(
        "Opik",
        lambda record: _has("id", "trace_id", "start_time", "input")(record)
        and not {"parent_span_id", "type"}.isdisjoint(record)
        and record.get("type") in (None, "general", "tool", "llm", "guardrail")
        and "run_type" not in record,
        _opik,
    ),
    Platform("Mastra", _mastra_spans.is_record, _mastra_spans.told),
    Platform(
        "Laminar",
        lambda record: ("spanType" in record or "span_type" in record) and "input" in record and "output" in record,
        _laminar,
    ),
    Platform(
        "Agenta",
        lambda record: "span_name" in record and "ag" in loose.mapping(record.get("attributes")),
        _agenta,
    ),
    Platform("Datadog", _datadog_spans.is_record, _datadog_spans.told),
    Platform("LangWatch", _has("span_id", "timestamps", "type", "trace_id"), _langwatch),
    Platform(
        "Braintrust",
        lambda record: _has("span_id", "root_span_id")(record)
        and not {"span_parents", "span_attributes"}.isdisjoint(record),
        _braintrust,
    ),
    Platform("Weave", _has("op_name", "trace_id", "inputs", "started_at"), _weave),
    Platform("DeepEval", _has("uuid", "type", "startTime", "status", "traceUuid"), _deepeval),
    Platform("PostHog", lambda record: loose.text(record.get("event")) in _POSTHOG and "properties" in record, _posthog),
)  # fmt: skip
