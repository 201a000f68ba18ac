"""What gateways and test runners write of a call in a form of their own, put into the form that most logs have.

LiteLLM's spend logs say each message twice, once as it was sent; Promptfoo's results have the prompt as text; Portkey's exports
have costs in cents. Answers of APIs keep such records under a key (`{data: [...]}`).
"""

from __future__ import annotations

from replaydbg.core.message import Json
from replaydbg.readers import _chat_facts
from replaydbg.wire import loose

_PAGES = ("data", "results", "logs", "requests", "rows")
"""Where answers of APIs keep the records."""


def page(value: dict[str, Json]) -> list[tuple[tuple[str | int, ...], dict[str, Json]]]:
    """The records of an answer, the oldest first, each with the path to it. Promptfoo has results inside of results."""
    found: list[tuple[tuple[str | int, ...], dict[str, Json]]] = []
    for key in _PAGES:
        inner = value.get(key)
        path: tuple[str | int, ...] = (key,)
        if isinstance(inner, dict) and isinstance(inner.get(key), list):
            inner, path = inner[key], (key, key)
        found += [
            ((*path, at), item) for at, item in enumerate(loose.sequence(inner)) if isinstance(item, dict)
        ]
    return found[::-1] if _chat_facts.are_newest_first(record for _, record in found) else found


def plain(record: dict[str, Json]) -> dict[str, Json]:
    """The record as most logs would have it; itself where it is one of these."""
    sent = loose.mapping(loose.parsed(record.get("proxy_server_request")))
    if isinstance(sent.get("messages"), list) and "response" in record:
        kept = {
            key: value for key, value in record.items() if key not in {"messages", "proxy_server_request"}
        }
        return {**kept, "request": sent}
    prompt = loose.mapping(record.get("prompt"))
    if isinstance(prompt.get("raw"), str) and isinstance(record.get("provider"), dict):
        return _of_promptfoo(record, prompt["raw"])
    return _of_portkey(record) if record.keys() >= _PORTKEY else record


_PORTKEY = {"ai_org", "ai_model"}


def _of_portkey(record: dict[str, Json]) -> dict[str, Json]:
    """Bodies are columns of their own, or stand within what was sent and came."""
    request, response = (
        loose.parsed(record.get(f"{key}.body", loose.mapping(record.get(key)).get("body", record.get(key))))
        for key in ("request", "response")
    )
    status = record.get("response_status_code")
    has_failed = isinstance(status, int) and status >= 400 and not loose.mapping(response).get("error")
    known = {"cost", "response_time", "request.body", "response.body", *_PORTKEY}
    return {
        **{key: value for key, value in record.items() if key not in known},
        "request": request,
        "response": response,
        "model": record["ai_model"],
        "custom_llm_provider": record["ai_org"],
        "usage": {"prompt_tokens": record.get("req_units"), "completion_tokens": record.get("res_units")},
        "start_time": record.get("created_at"),
        "latency_ms": record.get("response_time"),
        "cost": _dollars(record.get("cost")),
        "error": f"HTTP status {status}" if has_failed else None,
    }


def _dollars(cents: Json) -> float | None:
    try:
        return cents / 100 if isinstance(cents, (int, float)) else None
    except OverflowError:  # more digits than a float holds
        return None


def _of_promptfoo(record: dict[str, Json], prompt: str) -> dict[str, Json]:
    response, provider = loose.mapping(record.get("response")), loose.mapping(record.get("provider"))
    asked = loose.parsed(prompt)
    messages = asked if isinstance(asked, list) else [{"role": "user", "content": prompt}]
    name = loose.text(provider.get("id"))
    counts = loose.mapping(response.get("tokenUsage", record.get("tokenUsage")))
    return {
        "request": {"model": name.rpartition(":")[2], "messages": messages},
        "response": _reply(response.get("output")),
        "usage": {"prompt_tokens": counts.get("prompt"), "completion_tokens": counts.get("completion")},
        "custom_llm_provider": name.partition(":")[0],
        "latency_ms": record.get("latencyMs"),
        "cost": record.get("cost"),
        "error": response.get("error"),
    }


def _reply(output: Json) -> Json:
    """A text, calls alone, or what a provider of somebody's own making gave."""
    calls = loose.sequence(output)
    if calls and all("function" in loose.mapping(call) for call in calls):
        return {"role": "assistant", "content": None, "tool_calls": calls}
    if output is None:
        return None
    return {"role": "assistant", "content": output if isinstance(output, str) else loose.encoded(output)}


def is_hollow(record: dict[str, Json]) -> bool:
    """A spend log of LiteLLM that was told not to keep what was said."""
    is_one = {"spend", "call_type", "startTime", "request_id"} <= record.keys()
    return is_one and all(
        loose.parsed(record.get(key)) in (None, {}, [], "") for key in ("messages", "response")
    )
