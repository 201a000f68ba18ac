"""Claude Code's conversations as text: what its `/export` writes, and what somebody copied off its screen.

What was shown is all there is: calls with what stands in their parentheses, results as far as they were unfolded, no times,
no tokens, no prompts of the program itself. Whether calls that follow each other were made at once is not to be seen:
each is told as a reply of its own. What stands below a line of the program's own, as a recap or a list of things to do, and
what stands above all marks where somebody copied from the middle, is neither's: opaque steps.

Get one: `/export conversation.txt` in Claude Code; its session file has far more: `~/.claude/projects/<project>/<session>.jsonl`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from replaydbg.core.message import Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse, text_message
from replaydbg.core.step import Kind, PlainBody
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._transcript import Thread, Transcript

FORMAT = "claude-text"
_ITEM = re.compile(r"[⏺●] ?(.*)")
_RESULT = re.compile(r"\s{0,4}⎿\s{0,2}(.*)")
_PROMPT = re.compile(r"[>❯]\s(.*)")
_THOUGHT = re.compile(r"[✻✽✢✶✳∴]\s*Thinking")
_STATUS = re.compile(r"[✻✽✢✶✳∴※]\s+(.*)")
_BUSY = re.compile(r"(?:[^.:\n]*…(?: \(.*\))?|\S+ for [\dhms ]+(?: · .*)?)?")
"""What the program did while one waited."""
_FRAME = re.compile(r"[\s─]*(?:(?:[╭│╰▐▝▘▛▜█▌▗▖]|Claude Code v).*)?")
"""What is drawn around words, and the box with the program's name."""
_CALL = re.compile(r"([A-Za-z][\w.:-]*(?: - [\w.:-]+(?: \(MCP\))?)?)(?:\((.*)\))?\s*", re.DOTALL)
_FAILED = re.compile(r"Error\b|Tool use rejected|Interrupted|\(Interrupted|API Error|Exit code [1-9]")
_HEAD = re.compile(r"(?m)^[⏺●] .*\n(?:.*\n){0,60}?\s{1,4}⎿")


def sniff(document: Document) -> float:
    head = document.head
    if head[:1] in b'{["':
        return 0.0
    text = head.decode("utf-8", "ignore")
    if "⎿" in text and _HEAD.search(text):
        return 0.9
    return 0.7 if "Claude Code" in text and re.search(r"(?m)^[⏺●] ", text) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    thread = transcript.run(document.stem).thread()
    _tell(thread, list(_items(bytes(document.buffer).decode("utf-8-sig", "replace"))))
    transcript.notice(
        "", "only what the screen showed: long results are folded, and prompts are those of the person"
    )
    thread.end()
    yield transcript.whole("no reply")


class _Item(NamedTuple):
    """`prompt`, `said`, `result`, `thought`, `status` or `above`, and its lines."""

    kind: str
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def _items(text: str) -> Iterator[_Item]:
    item = _Item("above", [])
    for line in map(str.rstrip, text.splitlines()):
        begun = _begun(line, item)
        if begun is not None:
            yield item
            item = begun
        elif item.kind != "above" or not _FRAME.fullmatch(line):
            indent = {"result": 5, "above": 0}.get(item.kind, 2)
            item.lines.append(line[indent:] if not line[:indent].strip() else line.lstrip())
    yield item


def _begun(line: str, before: _Item) -> _Item | None:
    for kind, pattern in (("said", _ITEM), ("prompt", _PROMPT)):
        found = pattern.match(line)
        if found:
            return _Item(kind, [found[1]])
    found = _RESULT.match(line)
    if found and before.kind != "above":
        return _Item("result", [found[1]])
    if _THOUGHT.match(line):
        return _Item("thought", [])
    found = _STATUS.match(line)
    return _Item("status", [found[1]]) if found else None


def _tell(thread: Thread, items: list[_Item]) -> None:
    parts: list[Part] = []
    at = 0
    while at < len(items):
        item, results = items[at], list[str]()
        at += 1
        while at < len(items) and items[at].kind == "result":
            results.append(items[at].text)
            at += 1
        call = _call(item.text) if item.kind == "said" and results else None
        # What came of a command of the person, or stands below words that name no tool, is told with these.
        text = "\n".join(filter(None, (item.text, *results)))
        if call is not None:
            _reply(thread, [*parts, call])
            parts, result = [], "\n".join(results)
            failed = _FAILED.match(result) is not None
            thread.add(Message(Role.TOOL, (ToolResponse("", result, call.name, failed),)))
        elif item.kind == "said" and text:
            if any(isinstance(part, Text) for part in parts):
                _reply(thread, parts)
                parts = []
            parts.append(Text(text))
        elif item.kind == "thought" and text:
            if any(isinstance(part, Text) for part in parts):
                _reply(thread, parts)
                parts = []
            parts.append(Reasoning(text))
        elif item.kind == "prompt" and text:
            _reply(thread, parts)
            parts = []
            thread.say(text_message(Role.USER, text))
        elif item.kind in ("status", "above") and not _BUSY.fullmatch(text):
            _reply(thread, parts)
            parts = []
            thread.run.step(Kind.OPAQUE, text.partition("\n")[0], PlainBody(output_value=text))
    _reply(thread, parts)


def _reply(thread: Thread, parts: list[Part]) -> None:
    if parts:
        thread.reply(Message(Role.ASSISTANT, tuple(parts)))


def _call(text: str) -> ToolCall | None:
    found = _CALL.fullmatch(text)
    if found is None:
        return None
    return ToolCall("", found[1], {"shown": found[2]} if found[2] else {})


READER = Reader(
    FORMAT, "Claude Code's conversations as text (/export)", sniff, read, needs=("⎿".encode(), b"Claude Code")
)
