"""What is true of spans whatever their dialect."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Message, Role, Text
from replaydbg.core.step import Usage
from replaydbg.readers._attributes import Attributes
from replaydbg.readers._span import Event, Span, SpanBody, is_glue, merged, python_literal


def body(message: str = "", *events: Event, **attributes: str) -> SpanBody:
    return SpanBody(Span("n", Attributes(attributes), message, events, {"raw": 1}))


def test_a_span_that_no_dialect_knows() -> None:
    plain = body()
    assert (plain.messages, plain.output, plain.tools, plain.call) == (None, None, None, None)
    assert (plain.params, plain.usage, plain.has_result, plain.result) == ({}, Usage(), False, None)
    assert (plain.input, plain.output_value, plain.error, plain.raw) == (None, None, "", {"raw": 1})


def test_errors_in_the_words_of_the_recording() -> None:
    exception = Event("exception", {"exception.type": "KeyError", "exception.message": "'x'"})
    assert body("told", exception).error == "told"
    assert body("", Event("log", {}), exception).error == "KeyError: 'x'"
    assert body("", Event("exception", {"exception.type": "E"})).error == "E"
    assert SpanBody(Span("n", Attributes({"error.type": "timeout"}))).error == "timeout"


def test_merged() -> None:
    one, two = (
        Message(Role.ASSISTANT, (Text("a"),)),
        Message(Role.ASSISTANT, (Text("b"),), finish_reason="stop"),
    )
    assert merged([]) is None
    assert merged([one]) is one
    assert merged([one, two]) == Message(Role.ASSISTANT, (Text("a"), Text("b")), finish_reason="stop")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{'a': (1, True)}", {"a": [1, True]}),
        ("['x']", ["x"]),
        ("{1: None}", {"1": None}),
        ("{'a': {1, 1}}", {"a": "{1}"}),
        ("{'a': b'x'}", {"a": "b'x'"}),
        ("{'a': open('x')}", None),
        ("'text'", None),
        ("{", None),
        ("[" * 5_000, None),
        ("[" + "1," * 60_000 + "]", None),
        ("{[]: 1}", None),
    ],
)
def test_python_literals(text: str, expected: object) -> None:
    assert python_literal(text) == expected


def test_glue() -> None:
    assert is_glue("RunnableSequence")
    assert is_glue("Agent Workflow")
    assert is_glue("ToolsAgentOutputParser")
    assert not is_glue("Researcher")
