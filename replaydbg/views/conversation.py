"""A model call as a conversation: who said what, what is new since the call before, and the reply."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from replaydbg import limits
from replaydbg.core import pointer
from replaydbg.core.message import (
    Json,
    Media,
    Message,
    OtherPart,
    ParseProblem,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.size import tokens_estimate, tokens_of_first
from replaydbg.core.step import Body, Kind
from replaydbg.views.blocks import (
    Block,
    Folds,
    fold_sign,
    folded_in,
    json_blocks,
    one_line,
    shown,
    size_words,
    value_blocks,
)
from replaydbg.views.pictures import described
from replaydbg.views.subject import Subject
from replaydbg.views.text import count_words, plural
from replaydbg.wire import genai
from replaydbg.wire.arguments import REDACTED, TOO_DEEP

_ROLE_LOOKS = {
    Role.SYSTEM: "role-system",
    Role.DEVELOPER: "role-system",
    Role.USER: "role-user",
    Role.ASSISTANT: "role-assistant",
    Role.TOOL: "role-tool",
    Role.UNKNOWN: "dim",
}
_SHORT_JSON_CHARS = 72

Prose = Callable[[str], Iterator[Block]]
"""How the text of a message is shown: as it was written, or laid out."""


def as_written(text: str) -> Iterator[Block]:
    yield Block(shown(text) or "(empty)", "" if text else "dim")


def conversation(subject: Subject, folds: Folds, prose: Prose = as_written) -> Iterator[Block]:
    """The Messages tab, whatever the kind of the step."""
    if subject.step.kind is Kind.MODEL_CALL:
        yield from _model_call(subject, folds, prose)
    elif subject.step.kind is Kind.TOOL_EXECUTION:
        yield from _tool_execution(subject, folds)
    else:
        yield from _other(subject, folds)


def _model_call(subject: Subject, folds: Folds, prose: Prose) -> Iterator[Block]:
    messages = subject.step.body.messages
    if messages is None:
        yield Block("the messages of this call were not recorded", "dim")
        yield Block()
    else:
        yield from _prompt(subject, messages, folds, prose)
    yield from reply_blocks(subject, folds, prose)


def _prompt(subject: Subject, messages: Sequence[Message], folds: Folds, prose: Prose) -> Iterator[Block]:
    known = subject.link.new_from if subject.link is not None and subject.link.previous is not None else 0
    known = min(known, len(messages))
    if known and subject.link is not None and subject.link.previous is not None:
        edited = any(subject.edited_at(pointer.join(("messages", index))) for index in range(known))
        is_open = folds.is_open("earlier", usual=edited)
        noun = "message" if known == 1 else "messages"
        told = subject.step.body.usage.input_tokens
        estimate = tokens_of_first(messages, known, limits.COUNTED_BYTES_MAX)
        # What came from a cache is not always counted: a part is no larger than its whole.
        of = f" of {count_words(told)}" if told is not None and told >= (estimate or 0) else ""
        tokens = f"~{count_words(estimate)}{of} tokens" if estimate is not None else "much text"
        yield Block(
            f"{fold_sign(is_open)}{known} earlier {noun}, {tokens}, known since #{subject.link.previous + 1}",
            "dim",
            fold="earlier",
            row=subject.link.previous,
        )
        yield Block()
        if is_open:
            for index in range(known):
                yield from folded_in("earlier", message_blocks(subject, messages[index], index, folds, prose))
    if not messages:
        yield Block("nothing was recorded of what was said before", "dim")
    elif known == len(messages):
        yield Block("nothing new was said: the same messages as the call before", "dim")
        yield Block()
    for index in range(known, len(messages)):
        yield from message_blocks(subject, messages[index], index, folds, prose, new=bool(known))


def message_blocks(
    subject: Subject,
    message: Message,
    index: int,
    folds: Folds,
    prose: Prose = as_written,
    *,
    new: bool = False,
) -> Iterator[Block]:
    place = pointer.join(("messages", index))
    # Some providers let the user's turn carry what tools returned.
    only_results = bool(message.parts) and message.parts == message.tool_responses
    role = Role.TOOL if only_results else message.role
    look = _ROLE_LOOKS[role]
    # What a tool result answers says more than the word "tool".
    names = [subject.call_name(response.id, index) or response.name for response in message.tool_responses]
    who = " ".join(dict.fromkeys(name for name in (message.name, *names) if name))
    title = f"{role}" + (f"  {shown(who)}" if who else "")
    extra = "  new" if new else ""
    title += f"  ~{plural(tokens_estimate((message,)), 'token')}"
    spans = [(0, len(role), look), (len(role), len(title), "dim")]
    if new:
        spans.append((len(title), len(title) + len(extra), "new"))
    edited = subject.edited_at(place)
    if edited:
        mark = "  ✎ edited"
        spans.append((len(title) + len(extra), len(title) + len(extra) + len(mark), "edited"))
        extra += mark
    yield Block(title + extra, "strong", spans=tuple(spans), place=place, mark="▍", mark_look=look)
    for block in part_blocks(message, place, folds, prose):
        yield replace(block, mark="▍", mark_look="edited" if subject.edited_at(block.place) else look)
    yield Block()


def part_blocks(message: Message, place: str, folds: Folds, prose: Prose = as_written) -> Iterator[Block]:
    """The parts of one message; each is of the place in the step document that an edit would change."""
    if not message.parts:
        yield Block("(empty)", "dim", place=place)
        return
    plain = _is_plain(message)
    call_number = 0
    for number, part in enumerate(message.parts):
        at = f"{place}/content" if plain else f"{place}/parts/{number}"
        match part:
            case Text(text):
                yield from _text_at(at if plain else at + "/text", text, prose)
            case Reasoning(text):
                yield from _folded_text("reasoning", text, f"{place}/reasoning/{number}", folds)
            case ToolCall():
                at = f"{place}/tool_calls/{call_number}" if plain else at
                call_number += 1
                yield from call_blocks(part, at, folds)
            case ToolResponse():
                if part.is_error:
                    yield Block("the tool reported an error:", "error", place=at)
                yield from value_blocks(
                    part.result, folds, place=at if plain else at + "/result", fold="result"
                )
            case Media():
                yield Block(described(part), "dim", place=at)
            case OtherPart({"type": str(kind), **rest}) if not rest:
                yield Block(f"({shown(kind)}: what it said was not recorded)", "dim", place=at)
            case OtherPart(value):
                yield Block(f"(a part of a kind of its own) {shown(one_line(value))}", "dim", place=at)


ARGUMENTS_UNKNOWN = "its arguments were not recorded"


def what_is_wrong(problem: ParseProblem, said: str) -> tuple[str, str]:
    """A line about arguments that are not there as a value, and its look. Redacted ones are nobody's mistake."""
    if problem.message == REDACTED:
        return f"arguments {REDACTED}", "dim"
    if problem.message == TOO_DEEP:
        return f"✗ arguments {TOO_DEEP}", "error"
    return f"✗ {said}: {shown(problem.message)}", "error"


def call_blocks(call: ToolCall, place: str, folds: Folds) -> Iterator[Block]:
    """A tool call as it stands in a message: short arguments on its line, longer ones below."""
    name = shown(call.name)
    head = f"→ {name}"
    if call.problem is not None:
        yield Block(head, spans=((0, len(head), "role-tool"),), place=place)
        yield Block(*what_is_wrong(call.problem, "arguments are not JSON"), indent=2, place=place)
        yield Block(shown(call.raw or ""), indent=2, place=place + "/arguments_raw")
        return
    if not call.has_arguments:
        unknown = f"{head}  {ARGUMENTS_UNKNOWN}"
        spans = ((0, len(head), "role-tool"), (len(head), len(unknown), "dim"))
        yield Block(unknown, spans=spans, place=place)
        return
    text = shown(one_line(call.arguments))
    if len(text) <= _SHORT_JSON_CHARS and "\\n" not in text:
        yield Block(f"{head}  {text}", spans=((0, len(head), "role-tool"),), place=place + "/arguments")
        return
    yield Block(head, spans=((0, len(head), "role-tool"),), place=place)
    yield from json_blocks(call.arguments, folds, place=place + "/arguments", indent=2)


def reply_blocks(
    subject: Subject, folds: Folds, prose: Prose = as_written, *, title: str = ""
) -> Iterator[Block]:
    """The reply of a model call, with its error where it has one. What comes after two spaces in `title` is less."""
    body = subject.step.body
    yield from notice_blocks(body)
    finish = body.output.finish_reason if body.output else ""
    if not title:
        model = body.response_model or subject.step.model
        title = f"reply  {shown(model)}" if subject.step.model else "reply"
    title += f"  ({shown(finish)})" if finish else ""
    edited = "  ✎ edited" if subject.edited_at("/output") or subject.edited_at("/tool_calls") else ""
    who = len(title.partition("  ")[0])
    spans = (
        (0, who, "role-assistant"),
        (who, len(title), "dim"),
        (len(title), len(title) + len(edited), "edited"),
    )
    yield Block(title + edited, "strong", spans=spans, mark="▍", mark_look="role-assistant", place="/output")
    if body.error:
        yield Block(f"✗ {shown(body.error)}", "error", mark="▍", mark_look="error")
    if body.output is None:
        yield Block(
            "no reply was recorded", "dim", mark="▍", mark_look="role-assistant", place="/output/content"
        )
        return
    number = 0
    for part in body.output.parts:
        blocks: Iterator[Block]
        match part:
            case ToolCall():
                blocks = _marked_call(subject, part, f"/tool_calls/{number}", folds)
                number += 1
            case Text(text):
                blocks = _text_at("/output/content", text, prose)
            case _:
                blocks = part_blocks(replace(body.output, parts=(part,)), "/output", folds)
        for block in blocks:
            bar = "edited" if subject.edited_at(block.place) else "role-assistant"
            yield replace(block, mark=block.mark or "▍", mark_look=block.mark_look or bar)
    if not body.output.parts:
        yield Block("(empty)", "dim", mark="▍", mark_look="role-assistant", place="/output/content")


def _marked_call(subject: Subject, call: ToolCall, place: str, folds: Folds) -> Iterator[Block]:
    """The call, and under it what is wrong with it."""
    yield from call_blocks(call, place, folds)
    for where, message in subject.evidence_below(place):
        field = where.removeprefix(place).removeprefix("/arguments_raw").removeprefix("/arguments").strip("/")
        text = f"✗ {field}: {message}" if field else f"✗ {message}"
        yield Block(shown(text), "error", indent=2, place=where, mark="▍", mark_look="error")


def _tool_execution(subject: Subject, folds: Folds) -> Iterator[Block]:
    call = subject.step.body.call
    asker = subject.asked_by()
    yield from notice_blocks(subject.step.body)
    if asker is not None:
        yield Block(f"asked for by the model call #{asker.row + 1}", "link", row=asker.row)
    if call is None:
        yield Block("which call was run was not recorded", "dim")
    else:
        for block in _marked_call(subject, call, "/tool_calls/0", folds):
            yield replace(block, mark="▍", mark_look=block.mark_look or "role-assistant")
    yield Block()
    yield Block("result", "role-tool", mark="▍", mark_look="role-tool", place="/result")
    for block in result_blocks(subject, folds):
        yield replace(block, mark="▍", mark_look="edited" if subject.edited_at("/result") else "role-tool")


def result_blocks(subject: Subject, folds: Folds) -> Iterator[Block]:
    """What the tool of this execution returned."""
    body = subject.step.body
    if body.error:  # said once where it is the result as well
        yield Block(f"✗ {'it failed' if body.result == body.error else shown(body.error)}", "error")
    if not body.has_result:
        yield Block("no result was recorded", "dim", place="/result")
        return
    yield from value_blocks(body.result, folds, place="/result", fold="result")


def notice_blocks(body: Body) -> Iterator[Block]:
    """What a plug-in could not decode of the step."""
    said = getattr(body, "notice", "")
    if said:
        yield Block(shown(said), "dim", mark="·", mark_look="dim")


def _other(subject: Subject, folds: Folds) -> Iterator[Block]:
    body = subject.step.body
    yield from notice_blocks(body)
    if body.error:
        yield Block(f"✗ {shown(body.error)}", "error")
    for title, value in (("input", body.input), ("output", body.output_value)):
        if value is None:
            continue
        yield Block(title, "heading")
        messages = _as_messages(value)
        for message in messages:
            yield from _told(message, folds)
        if not messages:
            yield from value_blocks(value, folds, place="/" + title, fold=title)
            yield Block()
    if body.input is None and body.output_value is None:
        raw = "no input and no output is known of this step" + _key(
            subject, ": {tab_4} shows all that was recorded of it"
        )
        yield Block(raw if body.raw else "nothing was recorded of this step itself", "dim")
    inside = subject.inside()
    if inside:
        verb = "is" if inside == 1 else "are"
        yield Block(
            f"{plural(inside, 'step')} {verb} inside it" + _key(subject, ": {first_child} goes to the first"),
            "dim",
        )


def _key(subject: Subject, text: str) -> str:
    return subject.keys(text) if subject.keys is not None else ""


def _as_messages(value: Json) -> tuple[Message, ...]:
    """The value as messages where it plainly is a list of them; none where it is not."""
    items = value if isinstance(value, list) else [value]
    plainly = all(
        isinstance(item, dict) and "role" in item and {"parts", "content"} & item.keys() for item in items
    )
    return genai.read_messages(items) if items and plainly else ()


def _told(message: Message, folds: Folds) -> Iterator[Block]:
    look = _ROLE_LOOKS[message.role]
    yield Block(str(message.role), look, mark="▍", mark_look=look)
    for block in part_blocks(message, "", folds):
        yield replace(block, mark="▍", mark_look=look, place="")
    yield Block()


def _folded_text(title: str, text: str, name: str, folds: Folds) -> Iterator[Block]:
    is_open = folds.is_open(name, usual=False)
    yield Block(f"{fold_sign(is_open)}{title}, {size_words(len(text))}", "reasoning", fold=name)
    if is_open:
        yield Block(shown(text), "reasoning", indent=2, inside=name, value=text)


def _text_at(place: str, text: str, prose: Prose) -> Iterator[Block]:
    return (replace(block, place=place, value=text) for block in prose(text))


def _is_plain(message: Message) -> bool:
    """Whether the step document writes the message in OpenAI's chat shape, not as `parts` (codec.message_document)."""
    parts = message.parts
    if len(parts) == 1 and isinstance(parts[0], ToolResponse):
        return True
    texts = parts[: len(parts) - len(message.tool_calls)]
    return (
        len(texts) <= 1
        and all(isinstance(part, Text) for part in texts)
        and parts[len(texts) :] == message.tool_calls
    )
