"""What is known and not read: each with one sentence on what it is and one on what to export instead.

Databases and Parquet are known by their first bytes and by the names of their tables and columns, tables of text by their
first line; checkpoints of LangGraph, and what is not whole of Weave's calls and Braintrust's spans, by their keys, wherever
the answer of an API or an export puts them.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from replaydbg import limits
from replaydbg.core.message import Json
from replaydbg.readers import _gateway_log
from replaydbg.readers._api import Document
from replaydbg.readers._containers import first_record
from replaydbg.wire import loose

_SCHEMA_BYTES_MAX = 1 << 20
"""Of a database and of a Parquet file so much is searched for names: its beginning and its end."""
_MADE = re.compile(rb'CREATE TABLE (?:IF NOT EXISTS )?["\'`\[]?(\w+)', re.IGNORECASE)


_COLUMN = re.compile(r"[A-Za-z_][\w .:/()-]{0,80}")


class Refusal(NamedTuple):
    """Said as `<file> is <what>`; `instead` is the hint below."""

    what: str
    instead: str


_PHOENIX = "export its spans: `curl http://localhost:6006/v1/projects/PROJECT/spans > spans.json`"
_LANGGRAPH = (
    "it is the state of a graph and no record of its run; open the run's LangSmith or OpenTelemetry trace, or write the "
    "messages down: `json.dump(convert_to_openai_messages(graph.get_state(config).values['messages']), file)`"
)

_OPENCODE = (
    "opencode spreads a session over many: write it into one with `opencode export SESSION > session.json`"
)

_CLINE = "open what its model was told and said: `api_conversation_history.json` in the same folder"
_GEMINI = "open a chat: `~/.gemini/tmp/<project>/chats/session-<time>-<id>.jsonl`"
_CURSOR = (
    "open what its agent writes down, `~/.cursor/projects/<project>/agent-transcripts/`, or what "
    "`cursor-agent -p ... --output-format stream-json` prints"
)

_WITH_ZSTD = "`pip install 'replaydbg[zstd]'` to read it"
_ZSTD = b"\x28\xb5\x2f\xfd"
_FLOWS = re.compile(
    rb"\d{1,12}:\d{1,3}:(?:websocket|response|request|version|type|id|error|intercepted|client_conn);"
)
_MAGIC = {
    b"PK\x03\x04": Refusal("a zip archive", "unpack it and open one of its files"),
    b"PK\x05\x06": Refusal("a zip archive with no file in it", ""),
    b"PK\x07\x08": Refusal(
        "one part of a zip archive", "put the parts together: `zip -s 0 PART.zip --out whole.zip`"
    ),
    b"\x1f\x8b": Refusal("gzip inside of what was already unpacked", "unpack it first"),
    _ZSTD: Refusal(
        "compressed with zstd", "`pip install 'replaydbg[zstd]'` to read it, or unpack it with `zstd -d`"
    ),
    b"\xfd7zXZ\x00": Refusal("compressed with xz", "unpack it with `xz -d`"),
    b"BZh": Refusal("compressed with bzip2", "unpack it with `bzip2 -d`"),
    b"7z\xbc\xaf\x27\x1c": Refusal("a 7-Zip archive", "unpack it and open one of its files"),
    b"SQLite format 3\x00": Refusal("a SQLite database", "export its spans as JSON"),
    b"PAR1": Refusal("a Parquet file", "export the traces as JSON or JSON Lines instead"),
    b"\xff\xfe\x00\x00": Refusal("UTF-32 text", "save it as UTF-8"),
    b"\x00\x00\xfe\xff": Refusal("UTF-32 text", "save it as UTF-8"),
    b"\xff\xfe": Refusal("UTF-16 text", "save it as UTF-8"),
    b"\xfe\xff": Refusal("UTF-16 text", "save it as UTF-8"),
}

_DATABASES: tuple[tuple[frozenset[bytes], Refusal], ...] = (
    (frozenset({b"checkpoints", b"writes"}), Refusal("a database of LangGraph checkpoints", _LANGGRAPH)),
    (frozenset({b"session", b"message", b"part"}), Refusal("the database of opencode", _OPENCODE)),
    (frozenset({b"checkpoints", b"checkpoint_writes"}), Refusal("a database of LangGraph checkpoints", _LANGGRAPH)),
    (
        frozenset({b"trace_info"}),
        Refusal("a database of MLflow", "export the trace: `mlflow.get_trace(trace_id).to_json()`"),
    ),
    (frozenset({b"spans", b"traces", b"projects"}), Refusal("a database of Phoenix", _PHOENIX)),
    (
        frozenset({b"sessions", b"events", b"app_states"}),
        Refusal(
            "a database of Google ADK sessions",
            "export the session: `(await service.get_session(...)).model_dump_json(by_alias=True)`",
        ),
    ),
    (
        frozenset({b"agent_sessions", b"agent_messages"}),
        Refusal(
            "a session database of the OpenAI Agents SDK",
            "write the items down: `json.dump(await session.get_items(), file)`",
        ),
    ),
    (
        frozenset({b"sessions", b"messages", b"schema_version"}),
        Refusal("the database of Goose", "export the session: `goose session export --session-id ID --format json -o session.json`"),
    ),
    (
        frozenset({b"sessions", b"messages", b"files", b"goose_db_version"}),
        Refusal(
            "the database of Crush",
            "write a session down: `crush session show ID --json > session.json`",
        ),
    ),
    (frozenset({b"ItemTable", b"cursorDiskKV"}), Refusal("the database of Cursor", _CURSOR)),
    (
        frozenset({b"ItemTable"}),
        Refusal("a database of VS Code or of an editor made of it", "choose *Chat: Export Chat...* in the palette"),
    ),
    (
        frozenset({b"conversations", b"responses"}),
        Refusal("the log of `llm`", "write it as JSON: `llm logs list --json -n 0 > log.json`"),
    ),
    (
        frozenset({b"execution_entity", b"workflow_entity"}),
        Refusal("the database of n8n", "fetch an execution: `curl N8N/api/v1/executions/ID?includeData=true`"),
    ),
    (
        frozenset({b"threads"}),
        Refusal(
            "a database of threads, such as Zed's",
            "take one out: `sqlite3 threads.db \"SELECT writefile('thread.zst', data) FROM threads WHERE id = 'ID'\"`",
        ),
    ),
)  # fmt: skip
"""By the tables that all have to be there."""

_COLUMNS: tuple[tuple[bytes, Refusal], ...] = (
    (
        b"dotted_order",
        Refusal(
            "a bulk export of LangSmith (Parquet)",
            "export the runs as JSON: `[run.dict() for run in Client().list_runs(trace_id=TRACE_ID)]`",
        ),
    ),
    (b"context.span_id", Refusal("a data frame of Phoenix spans (Parquet)", _PHOENIX)),
    (
        b"parent_observation_id",
        Refusal(
            "a bulk export of Langfuse (Parquet)",
            "choose JSONL as its file type, or download the trace as JSON",
        ),
    ),
)

_OFFERS = ({"type", "function"}, {"name", "input_schema"}, {"name", "inputSchema"}, {"tools"})
"""Keys of a tool's definition in the shapes of OpenAI, of Anthropic and of MCP, and of MCP's list."""


def _is_tools(found: dict[str, Json], *, in_set: bool = False) -> bool:
    """Whether these are tools that were offered: a definition, schemas by name, or sets of such by name."""
    schemas = [value for value in found.values() if isinstance(value, dict)]
    if not schemas or len(schemas) < len(found):
        return not in_set and any(found.keys() - {"description", "title"} == keys for keys in _OFFERS)
    if all(value.get("type") == "object" and isinstance(value.get("properties"), dict) for value in schemas):
        return True
    return not in_set and all(_is_tools(value, in_set=True) for value in schemas)


_TOOLS = Refusal("a set of tools", "`--tools` takes it beside a trace, to check the calls of the trace")

_WEAVE = Refusal(
    "calls of W&B Weave in a form that is not read",
    "write them as JSON: `json.dump([call.to_dict() for call in weave.init(PROJECT).get_calls()], file, default=str)`",
)
_BRAINTRUST = Refusal(
    "spans of Braintrust in a form that is not read",
    "fetch them whole: `curl https://api.braintrust.dev/v1/project_logs/PROJECT_ID/fetch -H "
    '"Authorization: Bearer $BRAINTRUST_API_KEY" > run.json`',
)
_CHECKPOINT = Refusal("a LangGraph checkpoint", _LANGGRAPH)

_INSIDE_MAX = 64
"""Objects and lists of a first record that are looked at for what a platform puts into its answers."""

_PLATFORMS: tuple[tuple[Callable[[dict[str, Json]], bool], Refusal], ...] = (
    (lambda keys: {"op_name", "trace_id", "inputs", "started_at"} <= keys.keys(), _WEAVE),
    (
        lambda keys: (
            {"span_id", "root_span_id"} <= keys.keys()
            and bool({"span_parents", "span_attributes", "is_root", "_xact_id"} & keys.keys())
        ),
        _BRAINTRUST,
    ),
    (
        lambda keys: (
            {"channel_values", "channel_versions"} <= keys.keys()
            or {"values", "next", "config", "parent_config"} <= keys.keys()
            or {"values", "next", "tasks", "checkpoint"} <= keys.keys()
            or ({"thread_id", "values", "status"} <= keys.keys() and isinstance(keys["values"], dict))
        ),
        _CHECKPOINT,
    ),
)
"""By keys that no format has that is read; their records may stand anywhere in the first one: `{calls: [...]}`, `{data: [...]}`."""

_TABLES: tuple[tuple[frozenset[str], Refusal], ...] = (
    (frozenset({"op_name", "trace_id"}), _WEAVE),
    (frozenset({"span_id", "root_span_id"}), _BRAINTRUST),
    (frozenset({"checkpoint_id", "checkpoint"}), _CHECKPOINT),
    (frozenset({"run_type", "trace_id"}), Refusal("a table of LangSmith runs", "export them as JSON: `[run.dict() for run in Client().list_runs(trace_id=TRACE_ID)]`")),
)  # fmt: skip
"""By columns that all have to be there."""
_TABLE = Refusal("a table of text (CSV)", "export it as JSON or JSON Lines instead")
_LITELLM = Refusal(
    "a spend log of LiteLLM without what was asked and answered",
    "`general_settings: store_prompts_in_spend_logs: true` keeps it from now on; or open what one of its log callbacks "
    "(S3, GCS, OpenTelemetry) wrote",
)

_KEYS: tuple[tuple[Callable[[dict[str, Json]], bool], Refusal], ...] = (
    (_gateway_log.is_hollow, _LITELLM),
    (
        lambda keys: "$schemaVersion" in keys
        and not {"original_input", "generated_items", "model_responses"} & keys.keys(),
        Refusal(
            "a run state of the OpenAI Agents SDK without a run in it",
            "write the state down with `result.to_state().to_string()`",
        ),
    ),
    (
        lambda keys: {"sessionID", "messageID", "type"} <= keys.keys(),
        Refusal("one part of a message of opencode", _OPENCODE),
    ),
    (
        lambda keys: {"messageID", "type", "id"} <= keys.keys() and str(keys["id"]).startswith("prt_"),
        Refusal("one part of a message of opencode", _OPENCODE),
    ),
    (
        lambda keys: {"sessionID", "role", "time", "id"} <= keys.keys(),
        Refusal("the head of one message of opencode", _OPENCODE),
    ),
    (
        lambda keys: {"projectID", "directory", "title", "time"} <= keys.keys(),
        Refusal("the head of a session of opencode", _OPENCODE),
    ),
    (
        lambda keys: {"display", "pastedContents", "project"} <= keys.keys(),
        Refusal("Claude Code's list of prompts", "open a session: `~/.claude/projects/<project>/<session>.jsonl`"),
    ),
    (
        lambda keys: {"session_id", "ts", "text"} == keys.keys(),
        Refusal("Codex's list of prompts", "open a session: `~/.codex/sessions/<year>/<month>/<day>/rollout-<time>-<session>.jsonl`"),
    ),
    (
        lambda keys: {"response", "stats"} <= keys.keys() and "models" in loose.mapping(keys["stats"]),
        Refusal("what a run of Gemini CLI ended with", "`--output-format stream-json` prints what was done"),
    ),
    (
        lambda keys: {"sessionId", "messageId", "type", "message"} == keys.keys() - {"timestamp"}
        and isinstance(keys["messageId"], int),
        Refusal("Gemini CLI's list of prompts", _GEMINI),
    ),
    (
        lambda keys: str(loose.mapping(keys.get("attributes")).get("event.name")).startswith(("gemini_cli.", "qwen-code.")),
        Refusal("telemetry of Gemini CLI or Qwen Code", _GEMINI),
    ),
    (
        lambda keys: {"task_name", "trial_name", "agent_info"} <= keys.keys(),
        Refusal(
            "the result of a trial of Harbor", "open what the agent did: `agent/trajectory.json` in the same folder"
        ),
    ),
    (
        lambda keys: {"results", "n_resolved"} <= keys.keys(),
        Refusal(
            "the results of Terminal-Bench", "open what the agent itself wrote down: `agent-logs/` in the folder of a trial"
        ),
    ),
    (
        lambda keys: {"ts", "type"} <= keys.keys() and bool({"say", "ask"} & keys.keys()),
        Refusal("what Cline or Roo Code shows of a task", _CLINE),
    ),
    (
        lambda keys: {"files_in_context", "model_usage"} <= keys.keys(),
        Refusal("what Cline keeps about a task", _CLINE),
    ),
    (
        lambda keys: {"agents", "workDir", "lastPrompt"} <= keys.keys(),
        Refusal("the state of a Kimi session", "open what its agent did: `agents/main/wire.jsonl` beside it"),
    ),
    (
        lambda keys: any({"trace_id", "trace_location"} <= loose.mapping(one).keys() for one in loose.sequence(keys.get("traces"))[:1]),
        Refusal("a list of MLflow's traces without their spans", "export one: `mlflow traces get --trace-id TRACE_ID > trace.json`"),
    ),
    (
        lambda keys: isinstance(keys.get("$schema"), str)
        and bool({"properties", "oneOf", "anyOf", "$defs", "definitions"} & keys.keys()),
        Refusal("a JSON Schema", "it says what data may look like; open the data"),
    ),
    (
        lambda keys: {"num_chat_messages", "current_model_id", "info"} <= keys.keys(),
        Refusal("the summary of a Grok session", "open its messages: `chat_history.jsonl` beside it"),
    ),
)  # fmt: skip


def of_bytes(document: Document) -> Refusal | None:
    """Why the document is none for readers of text, told by its first bytes."""
    magic = next((magic for magic in _MAGIC if bytes(document.buffer[: len(magic)]) == magic), None)
    if magic is None and bytes(document.buffer[4:8]) == _ZSTD:
        return Refusal("compressed with zstd piece by piece", _WITH_ZSTD)
    if _FLOWS.match(document.head):
        return Refusal(
            "a file of mitmproxy's flows", "write them as HAR: `mitmdump -nr FLOWS --set hardump=run.har`"
        )
    if magic is None:
        return (
            Refusal("binary", "traces are JSON or JSON Lines in UTF-8") if b"\x00" in document.head else None
        )
    if magic.startswith(b"SQLite"):
        tables = set(_MADE.findall(bytes(document.buffer[:_SCHEMA_BYTES_MAX])))
        known = (refusal for needed, refusal in _DATABASES if needed <= tables)
        return next(known, _MAGIC[magic])
    if magic == b"PAR1":
        footer = bytes(document.buffer[-_SCHEMA_BYTES_MAX:])
        return next((refusal for column, refusal in _COLUMNS if column in footer), _MAGIC[magic])
    return _MAGIC[magic]


def of_json(document: Document) -> Refusal | None:
    """Why the document, which is JSON, is none that is read, told by the keys of its first record."""
    first = first_record(document.head)
    for record in _objects(first):
        for matches, refusal in _PLATFORMS:
            if matches(record):
                return refusal
    if isinstance(first, list):
        first = first[0] if first else None
    if not isinstance(first, dict):
        return None
    for matches, refusal in _KEYS:
        if matches(first):
            return refusal
    # Of what goes on behind its head nobody knows whether it ends with tools.
    is_whole = len(document.buffer) <= limits.SNIFF_BYTES_MAX
    return _TOOLS if is_whole and _is_tools(first) else None


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    """The objects in a record, the outer ones first; of a list the first ones. Bounded."""
    waiting = deque([value])
    for _ in range(_INSIDE_MAX):
        if not waiting:
            return
        item = waiting.popleft()
        if isinstance(item, dict):
            yield item
            waiting.extend(inner for inner in item.values() if isinstance(inner, (dict, list)))
        elif isinstance(item, list):
            waiting.extend(inner for inner in item[:2] if isinstance(inner, (dict, list)))


def of_table(document: Document) -> Refusal | None:
    """Why the document, which is no JSON, is a table of text, told by the columns that its first line names."""
    heading, _, rest = document.head.decode("utf-8", "replace").partition("\n")
    mark = max(",;\t", key=heading.count)
    names = {name.strip(' "\r') for name in heading.split(mark)}
    if len(names) < 3 or not all(map(_COLUMN.fullmatch, names)) or rest.count(mark) < heading.count(mark):
        return None
    return next((refusal for needed, refusal in _TABLES if needed <= names), _TABLE)
