"""Calls that name the response before them instead of repeating the history: expanded, or refused with a word.

The recording is what OpenAI's own client sends and gets, call by call, against a server that keeps the history.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openai
import orjson

from replaydbg.actions.open import open_trace
from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.codec import make_edit
from replaydbg.core.branch import Branch, Edit
from replaydbg.core.message import Role
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.plan import plan
from tests.support.build import call
from tests.support.model_server import Asked, ModelServer, reply, serving

TOOLS: Any = [
    {"type": "function", "name": "find", "parameters": {"type": "object", "properties": {}}, "strict": False}
]


def an_agent(asked: Asked) -> Any:
    """Asks for the tool first, then says what it was told."""
    told = [item for item in asked.body["input"] if item.get("type") == "function_call_output"]
    if not told:
        return reply(call("find", {}, "c1"), finish="tool_calls")
    return reply(f"it says {told[-1]['output']}")


def record(
    path: Path, server: ModelServer, *, instructions: tuple[str, str] = ("Be brief.", "Be brief.")
) -> None:
    """Two calls through the client, the second naming the first, logged as they went."""
    lines = []
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0) as client:
        asked: Any = [{"role": "user", "content": "Where is it?"}]
        first = client.responses.create(model="m", instructions=instructions[0], input=asked, tools=TOOLS)
        (called,) = [item for item in first.output if item.type == "function_call"]
        result: Any = [{"type": "function_call_output", "call_id": called.call_id, "output": "on the shelf"}]
        second = client.responses.create(
            model="m",
            instructions=instructions[1],
            input=result,
            tools=TOOLS,
            previous_response_id=first.id,
        )
    for request, response in zip(server.requests, (first, second), strict=True):
        lines.append(orjson.dumps({"request": request.body, "response": response.model_dump(mode="json")}))
    path.write_bytes(b"\n".join(lines))
    server.requests.clear()


def recorded(path: Path) -> Trace:
    return open_trace(str(path)).trace


async def rerun_with(of: Trace, edit: Edit, server: ModelServer) -> Branch:
    options = RerunOptions(
        live=True, provider="openai-responses", base_url=f"{server.url}/v1", environ={"OPENAI_API_KEY": "k"}
    )
    return await rerun(Facts(of), [edit], options)


async def test_the_history_is_sent_whole_and_named_no_more(tmp_path: Path) -> None:
    with serving(an_agent) as server:
        record(tmp_path / "log.jsonl", server)
        of = recorded(tmp_path / "log.jsonl")
        result = next(step for step in of.steps() if step.body.has_result)
        branch = await rerun_with(of, make_edit(result, "/result", "in the cellar"), server)
        (asked,) = server.requests

    assert branch.stopped is None
    assert "previous_response_id" not in asked.body
    assert asked.body["instructions"] == "Be brief."
    sent = [item.get("type") or item["role"] for item in asked.body["input"]]
    assert [one for one in sent if one != "message"] in (
        ["user", "function_call", "function_call_output"],
        ["function_call", "function_call_output"],
    )
    assert asked.body["input"][-1]["output"] == "in the cellar"
    output = branch.trace.step(len(branch.trace) - 1).body.output
    assert output is not None
    assert output.text == "it says in the cellar"


async def test_instructions_are_those_of_the_last_call(tmp_path: Path) -> None:
    with serving(an_agent) as server:
        record(tmp_path / "log.jsonl", server, instructions=("Be brief.", "Be kind."))
    of = recorded(tmp_path / "log.jsonl")
    messages = of.step(len(of) - 1).body.messages
    assert messages is not None
    assert [message.role for message in messages] == [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL]
    assert messages[0].text == "Be kind."


async def test_a_history_that_only_the_provider_has_is_not_made_up(tmp_path: Path) -> None:
    with serving(an_agent) as server:
        record(tmp_path / "log.jsonl", server)
        second = (tmp_path / "log.jsonl").read_bytes().splitlines()[1]
        (tmp_path / "log.jsonl").write_bytes(second)
        of = recorded(tmp_path / "log.jsonl")
        last = of.step(len(of) - 1)
        named = last.body.params["previous_response_id"]
        edit = make_edit(last, "/messages/0/content", "Be kind.")
        branch = await rerun_with(of, edit, server)
        planned = plan(Facts(of), [edit])
        asked = server.requests

    assert asked == [], "a prompt without its history is another prompt"
    assert branch.stopped is not None
    assert branch.stopped.kind == "history-missing"
    assert f"goes on from the response {named}, and what was said before is not" in branch.stopped.reason
    assert any(str(named) in sentence for sentence in planned.missing)


async def test_who_knows_that_a_conversation_was_empty_takes_it_out(tmp_path: Path) -> None:
    asked: Any = {"model": "m", "input": "Where is it?", "conversation": "conv_1"}
    response: Any = {"object": "response", "id": "r", "model": "m", "status": "completed", "output": []}
    (tmp_path / "log.jsonl").write_bytes(orjson.dumps({"request": asked, "response": response}))
    of = recorded(tmp_path / "log.jsonl")
    edit = make_edit(of.step(0), "/messages/0/content", "And where is that?")
    without = make_edit(of.step(0), "/params", {})
    with serving(lambda _: reply("in the cellar")) as server:
        refused = await rerun_with(of, edit, server)
        sent = len(server.requests)
        options = RerunOptions(
            live=True,
            provider="openai-responses",
            base_url=f"{server.url}/v1",
            environ={"OPENAI_API_KEY": "k"},
        )
        went = await rerun(Facts(of), [edit, without], options)

    assert sent == 0
    assert refused.stopped is not None
    assert refused.stopped.kind == "history-missing"
    assert "the conversation conv_1" in refused.stopped.reason
    assert any("conv_1" in sentence for sentence in plan(Facts(of), [edit]).missing)
    assert plan(Facts(of), [edit, without]).missing == ()
    assert went.stopped is None
    assert "conversation" not in server.requests[0].body
