"""What is known of each reader before it is imported. The entries are made by `python -m tests.support.index` from the readers
themselves; a reader that has none is imported at once.
"""

from __future__ import annotations

from typing import NamedTuple

from replaydbg.readers._api import Reader


class Entry(NamedTuple):
    """`name`, `needs`, `main_files` and `parts` are those of the reader."""

    name: str
    needs: tuple[bytes, ...] = ()
    has_others_beside: bool = False
    main_files: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()


def entry(reader: Reader) -> Entry:
    return Entry(reader.name, reader.needs, reader.beside is not None, reader.main_files, reader.parts)


# fmt: off
ENTRIES = {
    "ag_ui": Entry(name="ag-ui", needs=(b'"RUN_', b'"SUBAGENT_', b'"TEXT_MESSAGE_', b'"REASONING_', b'"THINKING_', b'"TOOL_CALL_', b'"ACTIVITY_', b'"CUSTOM', b'"RAW', b'"STATE_', b'"STEP_', b'"MESSAGES_SNAPSHOT')),
    "agent_bench": Entry(name="agent-bench", needs=(b'"history"',)),
    "agent_chat": Entry(name="agent-chat", needs=(b'"role"',)),
    "agentdojo": Entry(name="agentdojo", needs=(b'"suite_name"',)),
    "agno_session": Entry(name="agno-session", needs=(b'"run_id"',)),
    "ai_sdk": Entry(name="ai-sdk", needs=(b'"finishReason"', b'"parts"', b'"toolInvocations"', b'"toolCallId"', b'-delta"', b'-start"', b'-end"', b'"tool-')),
    "aider_history": Entry(name="aider-history", needs=(b"# aider chat started",)),
    "aider_llm_history": Entry(name="aider-llm-history", needs=(b"TO LLM ",)),
    "amazon_q_chat": Entry(name="amazon-q-chat", needs=(b'"conversation_id"',)),
    "amp_thread": Entry(name="amp-thread", needs=(b'"messageId"', b'"dtwMessageID"', b'"userState"')),
    "antigravity": Entry(name="antigravity", needs=(b'"step_index"',)),
    "atif": Entry(name="atif", needs=(b'"schema_version"',)),
    "autogen": Entry(name="autogen", needs=(b'"create"', b'"create_stream"', b'"TextMessage"', b'"StopMessage"', b'"HandoffMessage"', b'"MultiModalMessage"', b'"StructuredMessage"', b'"ToolCallRequestEvent"', b'"agent_states"', b'"llm_context"', b'"message_thread"')),
    "bedrock_agent": Entry(name="bedrock-agent", needs=(b'"customOrchestrationTrace"', b'"failureTrace"', b'"guardrailTrace"', b'"orchestrationTrace"', b'"postProcessingTrace"', b'"preProcessingTrace"', b'"routingClassifierTrace"')),
    "bfcl": Entry(name="bfcl", needs=(b'"input_token_count"', b'"output_token_count"', b'"latency"', b'"inference_log"', b'"question"', b'"dict"', b"Error during inference:")),
    "browser_use": Entry(name="browser-use", needs=(b'"model_output"',)),
    "camel_memory": Entry(name="camel-memory", needs=(b'"role_at_backend"',)),
    "chat_log": Entry(name="chat-log"),
    "chatgpt_export": Entry(name="chatgpt-export", needs=(b'"mapping"',)),
    "claude_ai_export": Entry(name="claude-ai-export", needs=(b'"chat_messages"',)),
    "claude_code": Entry(name="claude-code", needs=(b'"sessionId"', b'"leafUuid"', b'"file-history-snapshot"'), has_others_beside=True, main_files=("../{name}.jsonl",), parts=(("(.+)/subagents/(?:.+/)?agent-[^/]+\\.jsonl", "\\1.jsonl"),)),
    "claude_stream": Entry(name="claude-stream", needs=(b'"session_id"', b'"parent_tool_use_id"')),
    "claude_text": Entry(name="claude-text", needs=(b"\xe2\x8e\xbf", b"Claude Code")),
    "cline": Entry(name="cline", needs=(b'"ts"', b'"modelInfo"', b'"metrics"'), has_others_beside=True, parts=(("(.*/)?ui_messages\\.json", "\\1api_conversation_history.json"),)),
    "codex": Entry(name="codex", needs=(b'"payload"', b'"message"', b'"reasoning"', b'"function_call"', b'"function_call_output"', b'"instructions"')),
    "codex_early": Entry(name="codex-early", needs=(b'"session"', b'"msg"')),
    "codex_stream": Entry(name="codex-stream", needs=(b'"thread.started"', b'"item.started"', b'"item.updated"', b'"item.completed"')),
    "continue_session": Entry(name="continue-session", needs=(b'"contextItems"',)),
    "copilot_session": Entry(name="copilot-session", needs=(b'"data"',)),
    "crewai_output": Entry(name="crewai-output", needs=(b'"tasks_output"', b'"task_name"')),
    "crush_session": Entry(name="crush-session", needs=(b'"parts"',)),
    "cursor_stream": Entry(name="cursor-stream", needs=(b'"session_id"',)),
    "dify_run": Entry(name="dify-run", needs=(b'"node_type"',)),
    "droid_stream": Entry(name="droid-stream", needs=(b'"session_id"',)),
    "elevenlabs_call": Entry(name="elevenlabs-call", needs=(b'"time_in_call_secs"',)),
    "flowise_chat": Entry(name="flowise-chat", needs=(b'"userMessage"', b'"apiMessage"')),
    "gemini_cli": Entry(name="gemini-cli", needs=(b'"parts"', b'"generateContent"', b'"generateContentStream"', b'"sessionId"')),
    "gemini_stream": Entry(name="gemini-stream", needs=(b'"init"', b'"tool_id"')),
    "google_adk": Entry(name="google-adk", needs=(b'"evalCases"', b'"eval_cases"', b'"expected_tool_use"', b'"invocationId"', b'"invocation_id"', b'"appName"', b'"app_name"')),
    "goose_session": Entry(name="goose-session", needs=(b'"working_dir"', b'"created"')),
    "grok_session": Entry(name="grok-session", needs=(b'"model_id"', b'"tool_call_id"', b'"prompt_index"', b'"synthetic_reason"', b'"backend_tool_call"')),
    "haystack_messages": Entry(name="haystack-messages", needs=(b'"meta"', b'"_meta"')),
    "inspect_log": Entry(name="inspect", needs=(b"PK\x03\x04", b'"eval"', b'"epoch"', b'"event"')),
    "kimi_cli": Entry(name="kimi-cli", needs=(b'"ApprovalRequest"', b'"ApprovalRequestResolved"', b'"ApprovalResponse"', b'"BtwBegin"', b'"BtwEnd"', b'"CompactionBegin"', b'"CompactionEnd"', b'"ContentPart"', b'"HookResolved"', b'"HookTriggered"', b'"MCPLoadingBegin"', b'"MCPLoadingEnd"', b'"Notification"', b'"PlanDisplay"', b'"QuestionRequest"', b'"StatusUpdate"', b'"SteerInput"', b'"StepBegin"', b'"StepInterrupted"', b'"StepRetry"', b'"SubagentEvent"', b'"ToolCall"', b'"ToolCallPart"', b'"ToolCallRequest"', b'"ToolResult"', b'"TurnBegin"', b'"TurnEnd"', b'"_checkpoint"', b'"_system_prompt"', b'"_usage"', b'"session.resume_hint"', b'"think"'), has_others_beside=True, parts=(("(.*/)?context\\.jsonl", "\\1wire.jsonl"),)),
    "kimi_session": Entry(name="kimi-session", needs=(b'"context.append_message"', b'"context.append_loop_event"', b'"tools.set_active_tools"', b'"turn.prompt"'), has_others_beside=True, main_files=("agents/main/wire.jsonl",), parts=(("(.*/agents)/[^/]+/wire\\.jsonl", "\\1/main/wire.jsonl"),)),
    "langchain_events": Entry(name="langchain-events", needs=(b'"on_chain_', b'"on_chat_model_', b'"on_llm_', b'"on_tool_', b'"on_retriever_', b'"on_prompt_', b'"on_parser_', b'"on_custom_event"')),
    "langchain_messages": Entry(name="langchain-messages", needs=(b'"lc"', b'"data"', b'"additional_kwargs"', b'"response_metadata"', b'"human"', b'"ai"', b'"AIMessageChunk"')),
    "langfuse": Entry(name="langfuse", needs=(b'"parentObservationId"', b'"parent_observation_id"', b'"usageDetails"', b'"usage_details"', b'"AGENT"', b'"CHAIN"', b'"EMBEDDING"', b'"EVALUATOR"', b'"EVENT"', b'"GENERATION"', b'"GUARDRAIL"', b'"RETRIEVER"', b'"SPAN"', b'"TOOL"', b'"projectId"', b'"bookmarked"', b'"htmlPath"')),
    "langsmith": Entry(name="langsmith", needs=(b'"dotted_order"', b'"run_type"')),
    "letta": Entry(name="letta", needs=(b'"message_type"', b'"agent_type"')),
    "libre_chat": Entry(name="libre-chat", needs=(b'"isCreatedByUser"',)),
    "llama_index_chat": Entry(name="llama-index-chat", needs=(b'"additional_kwargs"', b'"additional_kwargs\\"', b'"chat_store"')),
    "llm_log": Entry(name="llm-log", needs=(b'"datetime_utc"',)),
    "managed_agents": Entry(name="managed-agents", needs=(b'"processed_at"',)),
    "markdown_chat": Entry(name="markdown-chat", needs=(b"Generated by SpecStory", b"_**", b"_Exported on ")),
    "mini_swe_agent": Entry(name="mini-swe-agent", needs=(b'"trajectory_format"', b'"exit_status"', b"<returncode>")),
    "mistral_vibe": Entry(name="mistral-vibe", needs=(b'"injected"', b'"start_time"'), has_others_beside=True, parts=(("(.*/)?meta\\.json", "\\1messages.jsonl"),)),
    "mlflow": Entry(name="mlflow", needs=(b'"info"', b'"trace_info"', b'"mlflow.')),
    "n8n_execution": Entry(name="n8n-execution", needs=(b'"resultData"',)),
    "native": Entry(name="native", needs=(b'"replaydbg.kind"',)),
    "open_webui": Entry(name="open-webui", needs=(b'"parentId"',)),
    "openai_agents": Entry(name="openai-agents", needs=(b'"trace"', b'"trace.span"')),
    "openai_pages": Entry(name="openai-pages", needs=(b'"custom_id"', b'"list"', b'"response"', b'"chat.completion"', b'"stop_reason"', b'"candidates"')),
    "openai_realtime": Entry(name="openai-realtime", needs=(b'"conversation.item.added"', b'"conversation.item.added\\"', b'"conversation.item.create"', b'"conversation.item.create\\"', b'"conversation.item.created"', b'"conversation.item.created\\"', b'"conversation.item.done"', b'"conversation.item.done\\"', b'"session.created"', b'"session.created\\"', b'"session.update"', b'"session.update\\"', b'"session.updated"', b'"session.updated\\"', b'"response.done"', b'"response.done\\"')),
    "openai_run_state": Entry(name="openai-run-state", needs=(b'"$schemaVersion"',)),
    "openai_threads": Entry(name="openai-threads", needs=(b'"thread.message"', b'"thread.run.step"', b'"thread.run"')),
    "opencode": Entry(name="opencode"),
    "openhands": Entry(name="openhands", needs=(b'"source"', b'"instance_id"')),
    "openhands_events": Entry(name="openhands-events", needs=(b'"ActionEvent"', b'"AgentErrorEvent"', b'"Condensation"', b'"CondensationRequest"', b'"CondensationSummaryEvent"', b'"ConversationErrorEvent"', b'"ConversationStateUpdateEvent"', b'"HookExecutionEvent"', b'"InterruptEvent"', b'"LLMCompletionLogEvent"', b'"MessageEvent"', b'"ObservationEvent"', b'"PauseEvent"', b'"ServerErrorEvent"', b'"StreamingDeltaEvent"', b'"SystemPromptEvent"', b'"TokenEvent"', b'"UserRejectObservation"'), has_others_beside=True, main_files=("events/event-*.json", "event[-_][0-9]*.json"), parts=(("(.*/)?event([-_])\\d+\\2[^/]*\\.json", "\\1event\\2[0-9]*.json"),)),
    "osworld_trajectory": Entry(name="osworld-trajectory", needs=(b'"step_num"',)),
    "otlp": Entry(name="otlp", needs=(b'"resourceSpans"', b'"resource_spans"', b'"scopeSpans"', b'"scope_spans"', b'"start_time_unix_nano"', b'"startTimeUnixNano"'), has_others_beside=True),
    "otlp_console": Entry(name="otel-console", needs=(b'"context.span_id"', b'"context"', b'"spanContext"')),
    "otlp_logs": Entry(name="otlp-logs", needs=(b'"resourceLogs"', b'"resource_logs"')),
    "otlp_protobuf": Entry(name="otlp-protobuf", needs=(b"\x12",)),
    "patronus": Entry(name="patronus", needs=(b'"span_name"', b'"span_attributes"')),
    "pi_session": Entry(name="pi-session", needs=(b'"message"', b'"session"', b'"session_start"')),
    "platform_spans": Entry(name="platform-spans", needs=(b'"parent_span_id"', b'"start_ns"', b'"ml_app"', b'"timestamps"', b'"root_span_id"', b'"op_name"', b'"parentUuid"', b'"$ai_', b'"baseSpans"', b'"isEvent"', b'"trace_id"', b'"spanType"', b'"thread_id"')),
    "pydantic_ai_messages": Entry(name="pydantic-ai", needs=(b'"parts"',)),
    "reply_stream": Entry(name="reply-stream", needs=(b'"message_start"', b'"content_block_', b'"message_delta"', b'"message_stop"', b'"ping"', b'"response.', b'"delta"', b"chat.completion.chunk", b'"prompt_filter_results"', b'"candidates"', b'"usageMetadata"', b'"messageStart"', b'"contentBlock', b'"messageStop"', b'"metadata"', b'"done"')),
    "semantic_kernel": Entry(name="semantic-kernel", needs=(b'"$type"', b'"content_type"', b'"Content_type"')),
    "sharegpt": Entry(name="sharegpt", needs=(b'"conversations"',)),
    "smolagents_steps": Entry(name="smolagents", needs=(b'"step_number"',)),
    "span_rows": Entry(name="span-rows", needs=(b'"operationName"', b'"SpanId"', b'"spanId"', b'"span_id"', b'"spanID"', b"trace.span_id", b'"localEndpoint"', b'"parentId"', b'"operation_Id"', b'"OperationId"', b'"trace.id"', b"span_id", b"spanId", b'"numeric_labels"', b'"labels"', b'"Segments"', b'"1-')),
    "strands_session": Entry(name="strands-session", needs=(b'"message_id"', b'"schema_version"', b'"schemaVersion"'), has_others_beside=True, main_files=("messages/message_*.json", "message_*.json"), parts=(("(.*/)?message_\\d+\\.json", "\\1message_*.json"),)),
    "swe_agent": Entry(name="swe-agent", needs=(b'"trajectory"',)),
    "tau2": Entry(name="tau2", needs=(b'"agent_info"', b'"termination_reason"')),
    "tau_bench": Entry(name="tau-bench", needs=(b'"task_id"',)),
    "toolbench_answer": Entry(name="toolbench-answer", needs=(b'"answer_generation"', b'"trys"')),
    "unknown_json": Entry(name="unknown-json"),
    "vcr": Entry(name="vcr", needs=(b"interactions:",)),
    "vscode_chat": Entry(name="vscode-chat", needs=(b'"v"', b'"requests"')),
    "zed_thread": Entry(name="zed-thread", needs=(b'"User"', b'"Agent"', b'"Resume"', b'"segments"')),
}
