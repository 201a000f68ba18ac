"""OTLP files of other people's programs: every span a step, and the same run the same in every encoding."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
import pytest

from replaydbg.core.step import Kind
from replaydbg.readers import _registry, otlp
from replaydbg.readers._api import Document, Reading
from tests.support.corpora import ROOT, corpus, document, each_of
from tests.support.otlp import document as made_up
from tests.support.otlp import request, span
from tests.support.readings import lines

SPAN_CORPORA = (
    "otlp_openinference", "otlp_openllmetry", "otlp_openllmetry_legacy", "otlp_pydantic_ai", "otlp_jsonl", "otlp_console"
)  # fmt: skip
OFFERS = ("llm.tools.", "llm.request.functions.", "gen_ai.tool.definitions")


def read(path: Path) -> Reading:
    return list(_registry.read(document(path)))[-1]


def spans_of(path: Path) -> list[dict[str, Any]]:
    """Every object with a span id, found naively."""
    text = path.read_text()
    found: list[dict[str, Any]] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if ("spanId" in value and "name" in value) or "span_id" in value.get("context", ()):
                found.append(value)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    if path.suffix == ".jsonl":
        for line in text.splitlines():
            walk(orjson.loads(line))
    elif "console" in path.name:
        for part in re.split(r"(?m)^}\s*$", text):
            if part.strip():
                walk(orjson.loads(part + "}"))
    else:
        walk(orjson.loads(text))
    return found


def attributes_of(span: dict[str, Any]) -> dict[str, Any]:
    attributes = span.get("attributes") or []
    if isinstance(attributes, dict):
        return attributes
    return {each["key"]: next(iter(each["value"].values()), None) for each in attributes}


span_files = each_of(*SPAN_CORPORA, without="-logs")


@span_files
def test_every_span_is_a_step(path: Path) -> None:
    expected = spans_of(path)
    reading = read(path)
    assert reading.complete
    assert sum(map(len, reading.traces)) == len(expected)
    assert len(reading.traces) == len({str(s.get("traceId") or s["context"]["trace_id"]) for s in expected})
    assert {step.name for each in reading.traces for step in each.steps()}


@span_files
def test_parents_are_those_of_the_file(path: Path) -> None:
    present = len({s.get("spanId") or s["context"]["span_id"] for s in spans_of(path)})
    expected = sum(
        (s.get("parentSpanId") or s.get("parent_id"))
        in {o.get("spanId") or o["context"]["span_id"] for o in spans_of(path)}
        for s in spans_of(path)
    )
    reading = read(path)
    assert sum(parent >= 0 for each in reading.traces for parent in each.parents) == expected
    assert present == sum(map(len, reading.traces))


@span_files
def test_schemas_and_calls_are_there_where_the_file_has_them(path: Path) -> None:
    offered = {
        (span.get("spanId") or span["context"]["span_id"])[-16:]
        for span in spans_of(path)
        if any(key.startswith(OFFERS) for key in attributes_of(span))
    }
    steps = {step.id: step for each in read(path).traces for step in each.steps()}
    for id_ in offered & steps.keys():
        tools = steps[id_].body.tools
        if steps[id_].kind is Kind.MODEL_CALL:
            assert tools
            assert any(tool.schema is not None for tool in tools)


@span_files
def test_every_body_can_be_decoded(path: Path) -> None:
    for each in read(path).traces:
        for step in each.steps():
            body = step.body
            assert step.kind is not Kind.MODEL_CALL or body.has_result is False
            for call in step.tool_calls:
                assert call.name
                assert call.problem is None or "redacted" in call.problem.message
            for message in body.messages or ():
                assert message.parts or not message.tool_calls
            assert isinstance(body.params, dict)
            assert isinstance(body.raw, (dict, list))
            assert body.provider == body.provider.lower()
            body.usage, body.tools, body.result, body.input, body.output_value, body.response_model  # noqa: B018


def encodings() -> dict[str, list[Path]]:
    """Files that hold the same run, by the name of the run."""
    runs: dict[str, list[Path]] = defaultdict(list)
    for name in SPAN_CORPORA:
        for path in corpus(name):
            if "-logs" not in path.name:
                run = re.sub(r"\.(otlp|console)\.jsonl?$", "", path.name)
                run = re.sub(r"^(oaa|lc)?(_openinference|openinference)?_*", "", run)
                runs[run].append(path)
    return {run: paths for run, paths in runs.items() if len(paths) > 1}


RUNS = encodings()


def told(path: Path) -> list[Any]:
    calls = [
        (
            sorted((call.name, orjson.dumps(call.arguments)) for call in step.tool_calls),
            [tool.name for tool in step.body.tools or ()],
            step.body.usage.input_tokens,
            step.body.usage.output_tokens,
        )
        for each in read(path).traces
        for step in each.steps()
        if step.kind is Kind.MODEL_CALL
    ]
    return sorted(calls, key=repr)


@pytest.mark.skipif(not RUNS, reason=f"the corpora are not at {ROOT} (set REPLAYDBG_CORPORA)")
@pytest.mark.parametrize("run", sorted(RUNS), ids=lambda run: run[:80])
def test_the_same_run_is_the_same_in_every_encoding(run: str) -> None:
    first, *others = RUNS[run]
    for other in others:
        assert told(other) == told(first), f"{other} is not {first}"


def test_the_equivalence_covers_what_it_should() -> None:
    if not RUNS:
        pytest.skip("the corpora are absent")
    assert len(RUNS) >= 14
    assert max(map(len, RUNS.values())) >= 6


@pytest.mark.parametrize(
    ("content", "least"),
    [
        (orjson.dumps(request(span(1))), 0.9),
        (b'"tail of a line","resourceSpans":[]}\n{"resourceSpans":[]}', 0.5),
        (b'{"batches":[{"scopeSpans":[]}]}', 0.6),
        (b'{"data":[{"span_id":"x","start_time_unix_nano":1}]}', 0.6),
    ],
)
def test_sniff(content: bytes, least: float) -> None:
    assert otlp.READER.sniff(made_up(content)) >= least


SILENT = request(span(1, "agent"), span(2, "chat m", 1, {"gen_ai.operation.name": "chat"}))
NAMES = (
    "logs.jsonl",
    "log.json.gz",
    "run-logs.json",
    "run.otlp-logs.json",
    "run.logs",
    "other-logs.json",
    "my_traces_1-logs.json",
    "my_logs_1.json",
    "run.json",
    "x/logs.jsonl",
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("/here/traces.jsonl", ["logs.jsonl", "log.json.gz"]),
        ("run-traces.json", ["run-logs.json", "run.otlp-logs.json", "run.logs"]),
        ("run.json", ["run-logs.json", "run.otlp-logs.json", "run.logs"]),
        ("my_traces_1.json", ["my_traces_1-logs.json", "my_logs_1.json"]),
        ("run-logs.json", []),
        ("else.json", []),
    ],
)
def test_log_records_are_looked_for_in_the_file_that_is_called_alike(name: str, found: list[str]) -> None:
    assert otlp.beside(Document(name, made_up(SILENT).buffer), NAMES) == found


def test_who_has_contents_needs_no_log_records() -> None:
    said = request(span(2, "chat m", 0, {"gen_ai.operation.name": "chat", "gen_ai.input.messages": "[]"}))
    for content in (said, request(span(1, "GET /"))):
        assert otlp.beside(Document("traces.jsonl", made_up(content).buffer), NAMES) == []


@pytest.mark.parametrize("content", [b"", b"{}", b'{"messages":[]}', b"[]", b'{"resourceLogs":[]}'])
def test_sniff_says_no(content: bytes) -> None:
    assert otlp.READER.sniff(made_up(content)) == 0.0


SAMPLES = [
    request(
        span(1, "agent"),
        span(2, "chat m", 1, {"gen_ai.operation.name": "chat", "gen_ai.input.messages": "[]"}),
    ),
    lines(request(span(1, "agent")), request(span(2, "tool", 1, {"openinference.span.kind": "TOOL"}))),
]
