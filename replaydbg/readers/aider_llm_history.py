"""What aider sent to models and what they replied, whole: the file of `--llm-history-file`.

Each request stands there with all of its messages, a line of a message behind the name of its role.

Get one: `aider --llm-history-file llm.log`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from replaydbg.core.finding import Notice
from replaydbg.core.message import Message, Role, Text
from replaydbg.core.trace import Source
from replaydbg.readers import _moments, _stitch, _stitched
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._chat_records import Call
from replaydbg.wire import genai, loose

FORMAT = "aider-llm-history"
_HEAD = re.compile(r"^(TO LLM|LLM RESPONSE) (\d{4}-\d\d-\d\dT[\d:.]+)$", re.MULTILINE)
_IN_BYTES = re.compile(rb"(?:^|\n)TO LLM \d{4}-\d\d-\d\dT[\d:.]+\r?\n-------\r?\n")
_RULE = "-------"


def sniff(document: Document) -> float:
    head = document.head
    return 0.95 if b"TO LLM " in head and _IN_BYTES.search(head) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    notices: list[Notice] = []
    stitcher = _stitch.Stitcher()
    asked: tuple[str, str] | None = None
    whole = bytes(document.buffer).decode("utf-8-sig", "replace").replace("\r\n", "\n")
    for kind, moment, text in _parts(whole):
        if kind == "TO LLM":
            if asked is not None:
                _add(stitcher, asked, ("", ""))
            asked = (moment, text)
        elif asked is not None:
            _add(stitcher, asked, (moment, text))
            asked = None
        else:
            notices.append(Notice("", f"a reply of {moment} without a request, left out"))
    if asked is not None:
        _add(stitcher, asked, ("", ""))
    yield Reading(_stitched.traces(Source(document.name, FORMAT), stitcher, notices), tuple(notices))


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    heads = list(_HEAD.finditer(text))
    for number, head in enumerate(heads):
        end = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        yield head[1], head[2], text[head.end() : end].strip("\n")


def _add(stitcher: _stitch.Stitcher, asked: tuple[str, str], answered: tuple[str, str]) -> None:
    messages = tuple(_messages(asked[1]))
    replies = list(_messages(answered[1]))
    facts = Facts(
        start_ns=_moments.from_iso(asked[0]),
        end_ns=_moments.from_iso(answered[0]) if answered[0] else -1,
        error="" if answered[0] else "no reply was written down",
    )
    raw = memoryview(loose.encoded({"asked": asked[1], "answered": answered[1]}).encode())
    output = replies[0] if replies else None
    stitcher.add_call(Call((), messages, output, facts), _stitched.Origin(raw, ()), group=FORMAT)


def _messages(text: str) -> Iterator[Message]:
    """Messages stand between rules; each line begins with the role in capitals."""
    for part in re.split(rf"^{_RULE}$", text, flags=re.MULTILINE):
        lines = part.strip("\n").splitlines()
        word = lines[0].partition(" ")[0] if lines else ""
        if not word.isupper():
            continue
        role = genai.role(word)
        said = "\n".join(line.removeprefix(word).removeprefix(" ") for line in lines)
        yield Message(Role.USER if role is Role.UNKNOWN else role, (Text(said),))


READER = Reader(FORMAT, "Aider's history of requests", sniff, read, needs=(b"TO LLM ",))
