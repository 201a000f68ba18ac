"""Aider's chat history in Markdown, a trace for each start of the program.

What a person typed, what the model replied, and what aider said are told apart by the beginnings of lines, as aider itself
does. Edits that it applied and commands of the person are executions; what else it said is a step of its own. Of prompts
nothing but the words of the person is written down: `--llm-history-file` keeps them whole, and is read, too.

Get one: `.aider.chat.history.md` in the folder of the project
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import nan
from typing import NamedTuple

from replaydbg.core.message import Message, Role, Text, ToolCall, text_message
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _moments, _text_actions
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript

FORMAT = "aider-history"
_STARTED = "# aider chat started at "
_STARTS = re.compile(rb"(?:^|\n)# aider chat started at \d{4}-")
_MODEL = re.compile(r"(?:Main model|Models?): (\S+)")
_TOKENS = re.compile(r"Tokens: ([\d.,]+[kM]?) sent.{0,100}?, ([\d.,]+[kM]?) received")
_COST = re.compile(r"Cost: \$([\d.]+) message")
_APPLIED = re.compile(r"Applied edit to (.+)")
_COMMIT = re.compile(r"Commit ([0-9a-f]{6,40}) (.*)")
_FAILED = re.compile(
    r"litellm\.\w+|.*\b\w*(?:APIError|RateLimitError|AuthenticationError|BadRequestError|InternalServerError)\b"
    r"|.*has hit a token limit"
)
"""A model call that failed; aider tries some again and says when."""
_REFUSED = re.compile(
    r"The LLM did not conform|Only \d+ reflections|.*SEARCH/REPLACE blocks? failed to match"
)
_AGAIN = re.compile(r"Retrying in [\d.]+ seconds|\^C|Tokens: ")
_UNITS = {"k": 1e3, "M": 1e6}


class _Block(NamedTuple):
    """Lines of one speaker: `user`, `assistant` or `aider`."""

    speaker: str
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip("\n")


def sniff(document: Document) -> float:
    head = document.head
    return 0.95 if b"# aider chat started" in head and _STARTS.search(head) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    text = bytes(document.buffer).decode("utf-8-sig", "replace")
    for number, (started, lines) in enumerate(_sessions(text), start=1):
        thread = transcript.run(started or f"{document.stem}-{number}").thread(
            first_ns=_moments.from_iso(started)
        )
        _Told(thread).tell(list(_blocks(lines)))
        thread.end()
    yield transcript.whole("no reply")


def _sessions(text: str) -> Iterator[tuple[str, list[str]]]:
    """When each start was, and its lines."""
    started = ""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith(_STARTED):
            if any(lines):
                yield started, lines
            started, lines = line.removeprefix(_STARTED).strip(), []
        else:
            lines.append(line)
    yield started, lines


def _blocks(lines: list[str]) -> Iterator[_Block]:
    block = _Block("", [])
    for line in lines:
        if line.startswith("#### "):
            speaker, words = "user", line[5:].removesuffix("  ")
        elif line.startswith("> ") or line == ">":
            speaker, words = "aider", line[1:].strip()
        else:
            speaker, words = "assistant", line
        is_blank = speaker == "assistant" and not words.strip()
        if is_blank or speaker == block.speaker:
            block.lines.append(words)
            continue
        if block.text:
            yield block
        block = _Block(speaker, [words])
    if block.text:
        yield block


class _Told:
    def __init__(self, thread: Thread) -> None:
        self._thread = thread
        self._model = ""
        self._waits = False
        """Whether the model was asked and has not replied."""
        self._is_asked = False
        """Whether a reply can follow: not before a person spoke, nor behind a command to aider."""
        self._last = ""
        """What aider said last."""

    def tell(self, blocks: list[_Block]) -> None:
        for number, block in enumerate(blocks):
            following = blocks[number + 1] if number + 1 < len(blocks) else _Block("", [])
            match block.speaker:
                case "user":
                    self._user(block, following)
                case "assistant" if self._is_asked:
                    self._reply(block, following)
                case _:
                    self._aider(block)

    def _user(self, block: _Block, following: _Block) -> None:
        command, _, rest = block.text.partition(" ")
        if re.fullmatch(r"[/!][a-z-]+", command) and command not in {"/ask", "/code", "/architect"}:
            name, given = command.lstrip("/!"), {"arguments": rest} if rest else {}
            self._last = following.text if following.speaker == "aider" else ""
            _text_actions.ran(self._thread, ToolCall("", name, given), self._last)
            self._is_asked = False
            return
        self._thread.say(text_message(Role.USER, block.text))
        self._waits = self._is_asked = True

    def _reply(self, block: _Block, following: _Block) -> None:
        if not self._waits and self._last:  # the model was asked again with what aider had said of its reply
            self._thread.say(text_message(Role.USER, self._last))
        told = following.text if following.speaker == "aider" else ""
        counted, cost = _TOKENS.search(told), _COST.search(told)
        usage = Usage(_count(counted[1]), _count(counted[2])) if counted else Usage()
        facts = Facts(self._model, usage=usage, cost_usd=_cost(cost[1]) if cost else nan)
        self._thread.reply(Message(Role.ASSISTANT, (Text(block.text),)), facts=facts)
        self._waits = False

    def _aider(self, block: _Block) -> None:
        found = _MODEL.search(block.text)
        self._model = found[1] if found else self._model
        others: list[str] = []
        for line in block.lines:
            applied, commit = _APPLIED.match(line), _COMMIT.match(line)
            if self._waits and _FAILED.match(line):
                self._thread.reply(None, facts=Facts(self._model, error=line))
            elif applied:
                _text_actions.ran(self._thread, ToolCall("", "edit", {"path": applied[1]}), line)
            elif commit:
                _text_actions.ran(self._thread, ToolCall("", "commit", {"message": commit[2]}), commit[1])
            elif line and not _AGAIN.match(line):
                others.append(line)
        text = "\n".join(others)
        if text and text != self._last:
            refused = next((line for line in others if _REFUSED.match(line)), "")
            status = Status.ERROR if refused else Status.UNSET
            body = PlainBody(output_value=text, error=refused)
            self._thread.run.step(Kind.OPAQUE, "aider", body, status=status)
            self._last = text


def _cost(word: str) -> float:
    try:
        return float(word.rstrip("."))
    except ValueError:
        return nan


def _count(word: str) -> int | None:
    number, unit = (word[:-1], word[-1]) if word[-1] in _UNITS else (word, "")
    try:
        return round(float(number.replace(",", "")) * _UNITS.get(unit, 1))
    except (ValueError, OverflowError):
        return None


READER = Reader(FORMAT, "Aider's chat history", sniff, read, needs=(b"# aider chat started",))
