"""Prompts and replies out of events."""

from __future__ import annotations

from replaydbg.core.message import Message, Role, Text, ToolCall, ToolResponse
from replaydbg.readers._genai_events import details, from_attribute, given, prompt, reply, returned
from replaydbg.readers._span import Event

CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}


def test_the_prompt_in_order() -> None:
    events = [
        Event("gen_ai.system.message", {"content": "be kind"}),
        Event("gen_ai.user.message", {"content": "hi"}),
        Event("llm.content.completion.chunk", {}),
        Event("gen_ai.assistant.message", {"tool_calls": [CALL, 3]}),
        Event("gen_ai.tool.message", {"id": "1", "content": "sunny"}),
        Event("gen_ai.choice", {"message": {"content": "no part of the prompt"}}),
    ]
    assert prompt(events) == (
        Message(Role.SYSTEM, (Text("be kind"),)),
        Message(Role.USER, (Text("hi"),)),
        Message(Role.ASSISTANT, (ToolCall("1", "f", {"a": 1}, '{"a":1}'),)),
        Message(Role.TOOL, (ToolResponse("1", "sunny"),)),
    )
    assert prompt([]) is None


def test_the_first_choice_is_the_reply() -> None:
    events = [
        Event("gen_ai.choice", {"index": 1, "message": {"content": "other"}}),
        Event("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": {"content": "yes"}}),
    ]
    assert reply(events) == Message(Role.ASSISTANT, (Text("yes"),), finish_reason="stop")
    assert reply([]) is None
    assert reply([Event("gen_ai.choice", {"message": "plain"})]) == Message(Role.ASSISTANT, (Text("plain"),))


def test_what_was_left_out_is_not_recorded() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f"}}
    asked = [
        Event("gen_ai.system.message", {}),
        Event("gen_ai.user.message", {}),
        Event("gen_ai.assistant.message", {"tool_calls": [call]}),
        Event("gen_ai.tool.message", {"id": "1"}),
    ]
    assert prompt(asked) is None, "four empty messages would be another prompt"
    choice = Event("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": {"role": "assistant"}})
    assert reply([*asked, choice]) is None
    again = Event("gen_ai.choice", {"finish_reason": "tool_calls", "message": {"tool_calls": [call]}})
    answer = reply([*asked, again])
    assert answer is not None
    assert answer.tool_calls == (ToolCall("1", "f"),), "arguments that nobody recorded are not empty ones"
    told = [Event("gen_ai.user.message", {"content": "hi"}), choice]
    assert reply(told) == Message(Role.ASSISTANT, (), finish_reason="stop"), "there an empty reply is one"


def test_events_in_an_attribute() -> None:
    value = [{"event.name": "gen_ai.user.message", "content": "hi"}, {"content": "nameless"}, 3]
    assert [event.name for event in from_attribute(value)] == ["gen_ai.user.message"]
    assert from_attribute("x") == []


USE = '[{"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}}]'
GOT = '[{"toolResult": {"toolUseId": "t1", "status": "success", "content": [{"text": "sunny"}]}}]'


def test_strands_writes_blocks_of_bedrock_as_text() -> None:
    events = [
        Event("gen_ai.system.message", {"content": '[{"text": "be kind"}]'}),
        Event("gen_ai.user.message", {"content": '[{"text": "hi"}]'}),
        Event("gen_ai.assistant.message", {"content": USE}),
        Event("gen_ai.tool.message", {"content": GOT}),
        Event("gen_ai.choice", {"finish_reason": "tool_use", "message": USE}),
    ]
    assert prompt(events) == (
        Message(Role.SYSTEM, (Text("be kind"),)),
        Message(Role.USER, (Text("hi"),)),
        Message(Role.ASSISTANT, (ToolCall("t1", "f", {"a": 1}),)),
        Message(Role.TOOL, (ToolResponse("t1", "sunny"),)),
    )
    assert reply(events) == Message(
        Role.ASSISTANT, (ToolCall("t1", "f", {"a": 1}),), finish_reason="tool_use"
    )


def test_texts_that_only_look_like_blocks_stay_texts() -> None:
    for text in ('[{"name": "x"}]', "[1]", '[{"type": "text", "text": "x"}]', '[{"text": "cut'):
        assert prompt([Event("gen_ai.user.message", {"content": text})]) == (
            Message(Role.USER, (Text(text),)),
        )
    list_of_a_tool = [Event("gen_ai.tool.message", {"id": "1", "content": '[{"text": "a note"}]'})]
    assert prompt(list_of_a_tool) == (Message(Role.TOOL, (ToolResponse("1", '[{"text": "a note"}]'),)),)


def test_what_a_tool_was_given_and_gave() -> None:
    events = [
        Event("gen_ai.tool.message", {"role": "tool", "content": '{"a": 1}', "id": "t1"}),
        Event("gen_ai.choice", {"message": '[{"text": "sunny"}]', "id": "t1"}),
    ]
    assert (given(events), returned(events)) == ('{"a": 1}', "sunny")
    assert (given([]), returned([])) == (None, None)
    assert returned([Event("gen_ai.choice", {"message": "plain"})]) == "plain"


def test_attributes_that_events_carry() -> None:
    name = "gen_ai.client.inference.operation.details"
    assert details([Event(name, {"a": 1}), Event("other", {"b": 2}), Event(name, {"c": 3})]) == {
        "a": 1,
        "c": 3,
    }
