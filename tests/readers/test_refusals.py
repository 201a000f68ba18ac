"""Formats that are known and not read: each file is refused with what it is and what to export instead."""

from __future__ import annotations

import bz2
import lzma
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from replaydbg import limits
from replaydbg.errors import EXIT_UNREADABLE, UnreadableInput
from replaydbg.readers import _refusals, _registry
from tests.support.corpora import document as file_of
from tests.support.corpora import each_of
from tests.support.readings import document


def refused(content: Any) -> UnreadableInput:
    with pytest.raises(UnreadableInput) as caught:
        _registry.choose(document(content))
    return caught.value


def database(path: Path, *tables: str) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        for table in tables:
            connection.execute(f"CREATE TABLE {table} (id TEXT)")
        connection.commit()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("tables", "what", "instead"),
    [
        (("checkpoints", "writes"), "LangGraph checkpoints", "convert_to_openai_messages"),
        (("checkpoints", "checkpoint_writes", "checkpoint_blobs"), "LangGraph checkpoints", "get_state"),
        (("experiments", "runs", "trace_info", "spans"), "MLflow", "mlflow.get_trace"),
        (("projects", "traces", "spans"), "Phoenix", "/v1/projects/PROJECT/spans"),
        (("app_states", "sessions", "events"), "Google ADK", "model_dump_json"),
        (("agent_sessions", "agent_messages"), "OpenAI Agents SDK", "get_items"),
        (("project", "session", "message", "part"), "opencode", "opencode export"),
        (("sessions", "messages", "schema_version"), "Goose", "goose session export"),
        (("ItemTable", "cursorDiskKV"), "Cursor", "agent-transcripts"),
        (("sessions", "messages", "files", "goose_db_version"), "Crush", "crush session show"),
        (("ItemTable",), "VS Code", "Export Chat"),
        (("conversations", "responses"), "llm", "llm logs list --json"),
        (("execution_entity", "workflow_entity"), "n8n", "includeData=true"),
        (("threads",), "Zed", "writefile"),
        (("users",), "a SQLite database", "JSON"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_databases(tmp_path: Path, tables: tuple[str, ...], what: str, instead: str) -> None:
    problem = refused(database(tmp_path / "x.db", *tables))
    assert what in problem.message
    assert instead in problem.hint
    assert problem.exit_code == EXIT_UNREADABLE


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        (b"id dotted_order inputs", "LangSmith"),
        (b"context.span_id attributes.llm.model_name", "Phoenix"),
        (b"id parent_observation_id", "Langfuse"),
        (b"a b c", "a Parquet file"),
    ],
)
def test_parquet(columns: bytes, what: str) -> None:
    assert what in refused(b"PAR1" + bytes(64) + columns + b"PAR1").message


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (bz2.compress(b"{}"), "bzip2"),
        (lzma.compress(b"{}"), "xz"),
        (b"\x00\x00\x00\x20\x28\xb5\x2f\xfd" + bytes(40), "piece by piece"),
    ],
)
def test_other_compression_is_named(content: bytes, what: str) -> None:
    problem = refused(content)
    assert what in problem.message + problem.hint


CHECKPOINT = {"v": 1, "channel_values": {"messages": []}, "channel_versions": {}}
SNAPSHOT: dict[str, Any] = {
    "values": {"messages": []},
    "next": [],
    "config": {},
    "metadata": {},
    "parent_config": None,
}


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (CHECKPOINT, "LangGraph checkpoint"),
        ({"checkpoint": CHECKPOINT, "metadata": {}}, "LangGraph checkpoint"),
        ([SNAPSHOT], "LangGraph checkpoint"),
        ({"$schemaVersion": "999", "secret": "x"}, "without a run in it"),
    ],
)
def test_json_that_is_known_and_not_read(content: Any, what: str) -> None:
    problem = refused(content)
    assert what in problem.message
    assert any(word in problem.hint for word in ("OTLP JSON", "convert_to_openai_messages", "to_state"))
    assert "secret" not in problem.hint


@pytest.mark.parametrize(
    ("content", "what", "instead"),
    [
        (
            [{"ts": 1, "type": "say", "say": "task", "text": "go"}],
            "shows of a task",
            "api_conversation_history.json",
        ),
        (
            {"traces": [{"trace_id": "tr-1", "trace_location": {}, "state": "OK"}]},
            "without their spans",
            "mlflow traces get",
        ),
        ({"files_in_context": [], "model_usage": []}, "keeps about a task", "api_conversation_history.json"),
        (
            [{"sessionId": "s", "messageId": 0, "type": "user", "message": "go", "timestamp": "t"}],
            "list of prompts",
            "chats/session",
        ),
        ({"attributes": {"event.name": "gemini_cli.api_response"}}, "telemetry", "chats/session"),
        (
            {"display": "go", "pastedContents": {}, "timestamp": 1, "project": "/x"},
            "list of prompts",
            ".claude/projects",
        ),
        ({"session_id": "s", "ts": 1, "text": "go"}, "list of prompts", ".codex/sessions"),
        ({"response": "hi", "stats": {"models": {}}}, "Gemini CLI", "stream-json"),
        ({"task_name": "t", "trial_name": "t__1", "agent_info": {}}, "Harbor", "agent/trajectory.json"),
        ({"results": [], "n_resolved": 0}, "Terminal-Bench", "agent-logs/"),
    ],
)
def test_what_stands_beside_a_recording_names_it(content: Any, what: str, instead: str) -> None:
    problem = refused(content)
    assert what in problem.message
    assert instead in problem.hint


STATE = {
    "values": {"messages": []},
    "next": [],
    "tasks": [],
    "metadata": {},
    "checkpoint": {"thread_id": "t"},
}
CALL = {"op_name": "weave:///x", "trace_id": "t", "started_at": "2026-01-01", "inputs": {}}
SUMMARY = {"id": "s", "span_id": "s", "root_span_id": "s", "is_root": True, "input": {}, "scores": {}}


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"batch": [{"mode": "start", "req": {"start": CALL}}]}, "Weave"),
        ([SUMMARY], "Braintrust"),
        ([STATE], "LangGraph checkpoint"),
        ({"thread_id": "t", "status": "idle", "values": {"messages": []}}, "LangGraph checkpoint"),
        ([[{"configurable": {}}, CHECKPOINT, {}]], "LangGraph checkpoint"),
        ({"type": "checkpoint", "payload": {**SNAPSHOT}}, "LangGraph checkpoint"),
    ],
)
def test_what_platforms_answer_is_known_wherever_it_stands(content: Any, what: str) -> None:
    assert what in refused(content).message
    assert what in refused(orjson.dumps(content) + b"\n" + orjson.dumps(content) + b"\n").message


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("id,op_name,trace_id,inputs.model\nc,x,t,m\n", "Weave"),
        ("id\top_name\ttrace_id\nc\tx\tt\n", "Weave"),
        ('"id","span_id","root_span_id","input"\ns,s,s,"{""a"": 1}"\n', "Braintrust"),
        ("thread_id;checkpoint_ns;checkpoint_id;checkpoint\nt;;c;x\n", "LangGraph checkpoint"),
        ("id,run_type,trace_id\nr,llm,t\n", "LangSmith"),
        ("id,name,input\n1,a,b\n", "a table of text"),
        ("well, this is, some prose\nand more of it\n", "not JSON"),
        ("no table\n", "not JSON"),
        ("", "empty"),
    ],
)
def test_tables_of_text(text: str, what: str) -> None:
    assert what in refused(text.encode()).message


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
OFFER = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}


@pytest.mark.parametrize(
    ("content", "what", "instead"),
    [
        ({"id": "p", "sessionID": "s", "messageID": "m", "type": "text"}, "part of a message of opencode", "opencode export"),
        ({"id": "prt_1", "messageID": "m", "type": "text"}, "part of a message of opencode", "opencode export"),
        ({"id": "m", "sessionID": "s", "role": "user", "time": {}}, "head of one message of opencode", "opencode export"),
        ({"id": "s", "projectID": "p", "directory": "/p", "title": "t", "time": {}}, "head of a session", "opencode export"),
        ({"agents": {"main": {}}, "workDir": "/p", "lastPrompt": "x"}, "state of a Kimi session", "wire.jsonl"),
        ({"$schema": "x", "oneOf": []}, "a JSON Schema", "open the data"),
        ([OFFER], "a set of tools", "--tools"),
        ([{"name": "f", "description": "d", "input_schema": {}}], "a set of tools", "--tools"),
        ({"tools": [{"name": "f", "inputSchema": {}}]}, "a set of tools", "--tools"),
        ({"f": SCHEMA, "g": SCHEMA}, "a set of tools", "--tools"),
        ({"shop": {"f": SCHEMA}, "bank": {"g": SCHEMA}}, "a set of tools", "--tools"),
        ({"info": {}, "num_chat_messages": 1, "current_model_id": "g"}, "summary of a Grok session", "chat_history.jsonl"),
    ],
)  # fmt: skip
def test_files_that_lie_beside_traces(content: Any, what: str, instead: str) -> None:
    problem = refused(content)
    assert what in problem.message
    assert instead in problem.hint


def test_a_format_that_was_named_is_tried_nevertheless() -> None:
    assert _registry.choose(document(CHECKPOINT), "chat-log").reader.name == "chat-log"


@pytest.mark.parametrize(
    "content",
    [
        [],
        [1],
        {},
        {"spans": []},
        [{"role": "user", "content": "hi"}],
        {"span_id": "x"},
        {"tools": [], "messages": []},
        {"tools": ["x" * limits.SNIFF_BYTES_MAX], "messages": []},
        {"a": {"type": "object"}},
        {"a": {"b": {"c": SCHEMA}}},
        {"$schema": "x", "trajectory": []},
        {"values": [1], "status": "done", "thread_id": "t"},
        {"messages": [{"role": "user", "content": {"trace_id": "t", "inputs": {}}}]},
    ],
)
def test_others_are_not_refused_by_their_keys(content: Any) -> None:
    assert _refusals.of_json(document(content)) is None


@each_of("langgraph_checkpoints")
def test_corpora(path: Path) -> None:
    with pytest.raises(UnreadableInput, match="LangGraph checkpoints"):
        _registry.choose(file_of(path))


def test_flows_of_mitmproxy_are_written_as_har() -> None:
    problem = refused(b"1688:9:websocket;0:~8:response;228:6:reason;2:OK,11:status_code;3:200#")
    assert "mitmproxy" in problem.message
    assert "hardump" in problem.hint
