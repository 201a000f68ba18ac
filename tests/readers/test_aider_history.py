"""Aider's chat history: who says what is told by the beginnings of lines."""

from __future__ import annotations

import pytest

from replaydbg.readers.aider_history import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, document, opened, outline

START = "\n# aider chat started at 2026-02-03 10:00:00\n\n"
HISTORY = (
    START
    + """> /usr/bin/aider --message # Task
of two lines

> Aider v0.86.1
> Main model: big with diff edit format, infinite output

#### add a function
#### to a.py

Sure:

a.py
```python
<<<<<<< SEARCH
=======
def f(): pass
>>>>>>> REPLACE
```

> Tokens: 2.1k sent, 1,200 cache hit, 120 received. Cost: $0.01 message, $0.01 session.
> The LLM did not conform to the edit format.

Again.

> Applied edit to a.py
> Commit abc1234 feat: add f

#### /run pytest
> 1 failed

and what it printed
"""
)
RETRIED = (
    START
    + """#### go
> litellm.APIConnectionError: too long
> Retrying in 0.2 seconds...
> litellm.APIConnectionError: too long
> ^C again to exit

#### go

Done.
"""
)


def test_a_session() -> None:
    trace = clear(READER, HISTORY)
    assert trace.id == "2026-02-03 10:00:00"
    assert outline(trace) == [
        "opaque aider", "opaque aider", "opaque aider", "model-call chat big", "opaque aider!", "model-call chat big",
        "tool-execution edit", "tool-execution commit", "tool-execution run", "opaque aider",
    ]  # fmt: skip
    first, again = trace.body(3), trace.body(5)
    assert (first.usage.input_tokens, first.usage.output_tokens, list(trace.steps())[3].cost_usd) == (
        2100,
        120,
        0.01,
    )
    assert told(trace, 3) == ["add a function\nto a.py"]
    assert told(trace, 5)[-1] == "The LLM did not conform to the edit format.", "aider asks again by itself"
    assert again.output is not None
    assert again.output.text == "Again."
    assert (trace.body(6).call.arguments, trace.body(8).result) == ({"path": "a.py"}, "1 failed")  # type: ignore[union-attr]


def test_calls_that_failed() -> None:
    trace = clear(READER, RETRIED)
    assert outline(trace) == ["model-call chat!", "model-call chat!", "model-call chat"]
    assert trace.body(0).error == "litellm.APIConnectionError: too long"


def test_each_start_is_a_trace() -> None:
    twice = RETRIED + RETRIED.replace("10:00:00", "11:00:00")
    assert [len(trace) for trace in opened(READER, twice).traces] == [3, 3]


@pytest.mark.parametrize(
    "text", ["# aider", "#### go\n\nok\n", '{"a": 1}', "see # aider chat started at 2026-02-03"]
)
def test_other_texts_are_not_claimed(text: str) -> None:
    assert READER.sniff(document(text)) == 0.0


SAMPLES = [HISTORY.encode(), RETRIED.encode()]
