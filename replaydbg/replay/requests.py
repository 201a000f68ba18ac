"""What the recording asked, and what the same call asks once its thread has been edited."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from replaydbg.core.digest import canonical
from replaydbg.core.message import Json, Message, Role, ToolResponse
from replaydbg.core.request import ModelRequest, Sent
from replaydbg.core.step import Step
from replaydbg.core.tool import ToolSpec
from replaydbg.graph.facts import Facts
from replaydbg.readers import _chat_records
from replaydbg.wire.conversation import is_instruction
from replaydbg.wire.openai_responses import conversation_id

_ABSENT = object()

WAYS_OUT = (
    "Record the calls before it too, or write the history into its prompt; where nothing had been said in a conversation, "
    "take the parameter out"
)
"""Of a history that only the provider has."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything of a model request but its messages."""

    model: str
    provider: str = ""
    tools: tuple[ToolSpec, ...] = ()
    params: Mapping[str, Json] = field(default_factory=dict)

    def request(self, messages: tuple[Message, ...]) -> ModelRequest:
        return ModelRequest(self.model, messages, self.tools, self.params, self.provider)


def recorded_settings(facts: Facts, row: int) -> Settings:
    body = facts.trace.body(row)
    return Settings(facts.trace.model(row), body.provider, _offered(facts, row, body.tools), body.params)


def _offered(facts: Facts, row: int, recorded: tuple[ToolSpec, ...] | None) -> tuple[ToolSpec, ...]:
    """The tools of a side file go to threads that call one of them, and where only names were recorded."""
    side = {tool.name: tool for tool in facts.side_tools}
    if not side:
        return recorded or ()
    if recorded is None:
        return () if side.keys().isdisjoint(facts.called_in_thread(row)) else tuple(side.values())
    return tuple(side.get(tool.name, tool) if tool.schema is None else tool for tool in recorded)


def recorded_prompt(facts: Facts, row: int) -> tuple[Message, ...] | None:
    """The whole prompt of the model call, also where only its new messages were recorded; None where none was."""
    if row not in facts.threads.links:
        return None
    return facts.threads.prompt(row)


def sent(facts: Facts, row: int) -> Sent | None:
    """The request of the call as it went over the wire, where the recording has that."""
    return _chat_records.sent(facts.trace.body(row).raw)


def unexpanded(facts: Facts, row: int, request: ModelRequest) -> str:
    """What the call's thread goes on from and the trace does not hold: "the response r"; "" for nothing.

    Only the provider has the history before it. A prompt in which the model has spoken has one. A conversation of the
    provider's may have been empty when the thread began: who knows that takes the parameter out of the request.
    """
    root = facts.threads.root(row)
    prompt = request.messages
    began = prompt[: max(len(recorded_prompt(facts, root) or ()), 1)] if root != row else prompt
    if any(message.role is Role.ASSISTANT for message in began):
        return ""
    named = facts.trace.body(root).params.get("previous_response_id")
    if isinstance(named, str):
        return f"the response {named}"
    held = conversation_id(request.params)
    return f"the conversation {held}" if held else ""


def edited_prompt(facts: Facts, row: int, step: Step) -> tuple[Message, ...] | None:
    """The whole prompt of the model call with its recorded messages replaced by those of the edited step."""
    if step.body.messages is None:
        return None
    messages = tuple(step.body.messages)
    link = facts.threads.links.get(row)
    if link is None:
        return messages
    if not link.delta or link.previous is None:
        return messages
    before = facts.threads.prompt(link.previous)
    if link.new_from == 0:
        reply = facts.trace.body(link.previous).output
        before += (reply,) if reply is not None else ()
    return before + messages


def restated(facts: Facts, prompt: tuple[Message, ...], row: int) -> tuple[Message, ...]:
    """The prompt with the instructions that the call at `row` was recorded with, where they are worded anew for each call.

    A clock in the system prompt is the commonest. Instructions that a person edited stay as they were edited.
    """
    link = facts.threads.links.get(row)
    if link is None or link.previous is None:
        return prompt
    before, after = recorded_prompt(facts, link.previous) or (), recorded_prompt(facts, row) or ()
    messages = list(prompt)
    for at, (old, new) in enumerate(zip(before, after, strict=False)):
        if not (is_instruction(old) and is_instruction(new)) or at >= len(messages):
            break
        if messages[at] == old:
            messages[at] = new
    return tuple(messages)


def edits_on_top(
    prompt: tuple[Message, ...], recorded: tuple[Message, ...], edited: tuple[Message, ...]
) -> tuple[Message, ...] | None:
    """A prompt that has come out otherwise, with the person's edits of the recorded one; None where they do not fit.

    A changed message is looked for at its own place; it fits where the thread still says what the edit was made for.
    Messages added at the end are added.
    """
    if prompt == recorded:
        return edited
    if len(edited) < len(recorded):
        return None
    messages = list(prompt)
    for at, (before, after) in enumerate(zip(recorded, edited, strict=False)):
        if before == after:
            continue
        if at >= len(messages) or messages[at] != before:
            return None
        messages[at] = after
    return (*messages, *edited[len(recorded) :])


def told_beside(
    edited: tuple[Message, ...] | None,
    recorded: tuple[Message, ...] | None,
    told: tuple[Message, ...] | None,
) -> tuple[Message, ...] | None:
    """The edited prompt, with what is told now in those messages of the recorded one that the person left as they were."""
    if edited is None or recorded is None or told is None or told == recorded or len(told) != len(recorded):
        return edited
    messages, at = [], 0
    for message in edited:
        place = next((n for n in range(at, len(recorded)) if recorded[n] == message), None)
        if place is None:
            messages.append(message)
        else:
            messages.append(told[place])
            at = place + 1
    return tuple(messages)


@dataclass(frozen=True, slots=True)
class Override:
    """An edit of a call's model, parameters or tools. It holds for the rest of the thread, for calls that had the same."""

    before: Settings
    after: Settings

    def applied(self, settings: Settings) -> Settings:
        before, after = self.before, self.after
        params = dict(settings.params)
        for name in before.params.keys() | after.params.keys():
            old, new = before.params.get(name, _ABSENT), after.params.get(name, _ABSENT)
            if old == new or params.get(name, _ABSENT) != old:
                continue
            if new is _ABSENT:
                del params[name]
            else:
                params[name] = new
        return replace(
            settings,
            model=after.model if settings.model == before.model else settings.model,
            tools=after.tools if settings.tools == before.tools else settings.tools,
            params=params,
        )


def override_of(facts: Facts, row: int, step: Step) -> Override | None:
    """What the edited step sets for itself and its followers; None where it is only messages that were edited."""
    before, recorded = recorded_settings(facts, row), facts.trace.body(row).tools
    tools = before.tools if step.body.tools == recorded else step.body.tools or ()
    after = replace(before, model=step.model, tools=tools, params=step.body.params)
    return Override(before, after) if after != before else None


def paired(calls: Iterable[str], responses: Iterable[ToolResponse]) -> list[ToolResponse | None]:
    """For each call id of one turn its response: the next one with that id, else the next that names no call of the turn.

    Ids repeat, within a turn too, and some formats have none; so place decides among equals.
    """
    ids = list(calls)
    left = list(responses)
    found: list[ToolResponse | None] = [None] * len(ids)
    for at, id_ in enumerate(ids):
        match = next((response for response in left if response.id == id_), None)
        if match is not None:
            left.remove(match)
            found[at] = match
    strays = [response for response in left if response.id not in ids]
    for at, response in enumerate(found):
        if response is None and strays:
            found[at] = strays.pop(0)
    return found


def answered(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages with every tool response under the id of the call it answers, by place where the ids differ.

    Some recorders (OpenAI Agents over OpenLLMetry) write one id with the call and another with its response: providers
    would take the call for unanswered.
    """
    mended = list(messages)
    for at, message in enumerate(messages):
        if not message.tool_calls:
            continue
        end = next((n for n in range(at + 1, len(messages)) if messages[n].tool_calls), len(messages))
        ids = [call.id for call in message.tool_calls]
        responses = [part for later in messages[at + 1 : end] for part in later.tool_responses]
        new_id = {
            id(response): id_
            for id_, response in zip(ids, paired(ids, responses), strict=True)
            if response is not None and response.id != id_
        }
        for n in range(at + 1, end):
            parts = tuple(
                replace(part, id=new_id[id(part)])
                if isinstance(part, ToolResponse) and id(part) in new_id
                else part
                for part in messages[n].parts
            )
            mended[n] = replace(mended[n], parts=parts)
    return tuple(mended)


def as_told(result: Json, *, as_text: bool) -> Json:
    """A tool's result as it is told to the model: as text where the thread tells text."""
    if not as_text or isinstance(result, str):
        return result
    return json.dumps(result, ensure_ascii=False)


def retold(told: Json, old: Json, new: Json) -> Json:
    """What the model is told of `new`, given that it was told `told` of `old`: in the same spelling where that is clear."""
    if not isinstance(told, str):
        return new
    if isinstance(new, str):
        return told.replace(old, new) if isinstance(old, str) and old and old in told else new
    if told == canonical(old):
        return canonical(new)
    return as_told(new, as_text=True)
