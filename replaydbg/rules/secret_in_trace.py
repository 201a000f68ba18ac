"""Secret in the trace.

What it finds:
    A key or token of a known kind in a prompt, a reply, a tool call, a result or what a retrieval found: of cloud providers, code
    hosts, models, payment and chat services, private keys, and as a hint passwords in addresses and keys of Google, which web
    pages may show to everybody. Each is told once, masked; what
    documents write in place of one (`AKIA...EXAMPLE`, `user:password@`) is left alone. Needs the
    extra `secrets` (detect-secrets); without it nothing is looked for. Nothing is sent anywhere to find out whether a
    key is valid.

Why it matters:
    Whoever gets the trace gets the key, and so does the provider of the model, with every turn. Most arrive as results
    of tools that print an environment or a file.

Example:
    A result of read_file with a token that begins with ghp_.

What to do:
    Revoke the key. Keep the trace to yourself until the place is edited, and make the tool leave such lines out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import orjson

from replaydbg import limits
from replaydbg.core.digest import canonical
from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Json, Part, Reasoning, Text, ToolCall, ToolResponse
from replaydbg.core.size import PACKED_CHARS_MIN, without_packed
from replaydbg.core.step import KINDS, Kind
from replaydbg.graph.answers import PromptPlace
from replaydbg.graph.facts import Facts
from replaydbg.rules import _secrets
from replaydbg.rules._api import Rule
from replaydbg.rules._places import part_pointer

_WORDS = {_secrets.BASIC_AUTH: "password in an address", "NPM tokens": "NPM token"}
"""What the detectors name after more than one."""

_HINTS = frozenset({_secrets.BASIC_AUTH, _secrets.GOOGLE})

_TEXT_CHARS_MIN = 20
"""No key is shorter."""
_GLANCE_CHARS = 32_000
"""Looked at together: what stays in the processor's cache."""

_BLOB_CHARS_MIN = 4096
_MODEL_CALL, _TOOL_EXECUTION = KINDS.index(Kind.MODEL_CALL), KINDS.index(Kind.TOOL_EXECUTION)
_OTHERS = frozenset(map(KINDS.index, (Kind.RETRIEVAL, Kind.HANDOFF, Kind.OPAQUE)))
"""Steps of which what went in and came out is looked at, where nothing is inside of them: else the steps inside say it."""

_Place: TypeAlias = str | int | tuple[int, int]
"""A pointer, the number of a call, or a message of the prompt and a part of it."""
_Said: TypeAlias = tuple[int, _Place, str]


def check(facts: Facts) -> Iterator[Finding]:
    if not _secrets.can_be_found():
        return
    first: dict[_secrets.Secret, tuple[int, _Place]] = {}
    rows: dict[_secrets.Secret, list[int]] = {}
    glances = _Glances()
    looked_at = 0
    for batch, chars in _texts(facts):
        looked_at += chars
        if looked_at > limits.SECRET_CHARS_MAX:
            yield _ended(facts, batch[-1][0])
            break
        for row, place, text in glances.suspicious(batch):
            for secret in _secrets.secrets_in(text):
                first.setdefault(secret, (row, place))
                rows.setdefault(secret, []).append(row)
    for secret, (row, place) in first.items():
        yield _finding(facts, secret, row, place, rows[secret])


class _Glances:
    """Which texts may hold a secret: most hold none, and a look costs a fixed time. What a tool gave stands in a prompt again.

    At most `limits.SECRET_CHARS_MAX` characters are known here.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._doubted: set[str] = set()

    def suspicious(self, batch: list[_Said]) -> list[_Said]:
        new = {text for _, _, text in batch}
        new -= self._seen
        self._seen |= new
        if new and _secrets.may_be_in("\n".join(new)):
            self._doubted.update(filter(_secrets.may_be_in, new))
        doubted = self._doubted
        return [one for one in batch if one[2] in doubted] if doubted else []


def _ended(facts: Facts, row: int) -> Finding:
    message = f"the search for secrets ended here, after {limits.SECRET_CHARS_MAX:,} characters"
    return Finding(RULE.code, RULE.name, Severity.HINT, message, (facts.trace.ids[row],))


def _finding(facts: Facts, secret: _secrets.Secret, row: int, place: _Place, rows: list[int]) -> Finding:
    trace = facts.trace
    if isinstance(place, tuple):
        where = part_pointer(trace, PromptPlace(row, *place))
    else:
        where = place if isinstance(place, str) else f"/tool_calls/{place}"
    steps = tuple(trace.ids[one] for one in dict.fromkeys((row, *rows)))
    kind = _WORDS.get(secret.kind, secret.kind)
    article = "an" if kind[:1] in "AEIO" else "a"
    message = f"{article} {kind} stands in the trace: {_secrets.masked(secret.value)}"
    severity = Severity.HINT if secret.kind in _HINTS else RULE.severity
    return Finding(RULE.code, RULE.name, severity, message, steps, (Evidence(steps[0], where, "here first"),))


def _texts(facts: Facts) -> Iterator[tuple[list[_Said], int]]:
    """Every text of the run once, with the step and the place where it first stands, some at a time; and how long they are."""
    trace, links, calls_of = facts.trace, facts.threads.links, facts.index.calls_by_row
    kinds, parents, last, body_of = trace.kinds, trace.parents, len(trace) - 1, trace.body
    batch: list[_Said] = []
    chars = 0
    for row in facts.index.in_time:
        body, kind = body_of(row), kinds[row]
        new: list[tuple[_Place, str]] = []
        if kind != _TOOL_EXECUTION:
            link, output = links.get(row), body.output
            if link is not None:
                first = link.new_from if link.previous is not None else 0
                for number, message in enumerate((body.messages or ())[first:], first):
                    for at, part in enumerate(message.parts):
                        new.append(((number, at), part.text if isinstance(part, Text) else _text_of(part)))
            if output is not None:
                new.append(("/output/content", output.text))
            for number, call in enumerate(calls_of.get(row, ())):
                new.append((number, _as_text(call.raw or call.arguments)))
        if kind != _MODEL_CALL and (result := body.result) is not None:
            new.append(("/result", _as_text(result)))
        new.append(("/error", body.error))
        if kind in _OTHERS and (row == last or parents[row + 1] != row):
            for pointer, value in (("/input", body.input), ("/output", body.output_value)):
                if value is not None:
                    new.append((pointer, _said_in(value)))
        for place, text in new:
            if len(text) >= _TEXT_CHARS_MIN:
                batch.append((row, place, text))
                chars += len(text)
        if chars >= _GLANCE_CHARS:
            yield batch, chars
            batch, chars = [], 0
    yield batch, chars


def _text_of(part: Part) -> str:
    if isinstance(part, ToolResponse):
        return part.result if isinstance(part.result, str) else _as_text(part.result)
    if isinstance(part, ToolCall):
        return _as_text(part.raw or part.arguments)
    return part.text if isinstance(part, Reasoning) else ""


def _as_text(value: Json) -> str:
    """The value in some spelling; pictures, which would use up what is searched, left out."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    text = _spelled(value)
    return text if len(text) < PACKED_CHARS_MIN else _spelled(without_packed(value))


def _spelled(value: Json) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # lone surrogates, integers beyond 64 bits, keys that are no text
        return canonical(value)


def _said_in(value: Json) -> str:
    """All texts in the value; pictures, which have no spaces in them, left out."""
    waiting, found = [value], []
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if len(one) <= _BLOB_CHARS_MIN or " " in one[:_BLOB_CHARS_MIN]:
                found.append(one)
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return "\n".join(found)


def _lacks() -> str:
    return "" if _secrets.can_be_found() else "secrets were not looked for: pip install 'replaydbg[secrets]'"


RULE = Rule("R009", "secret-in-trace", Severity.WARNING, since="0.1", check=check, lacks=_lacks)
