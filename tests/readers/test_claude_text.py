"""Claude Code's conversations as text."""

from __future__ import annotations

import pytest

from replaydbg.readers.claude_text import READER
from tests.support.claude_sessions import told
from tests.support.readings import document, opened, outline, sniffed

TEXT = """
╭─── Claude Code v2.0.14 ───╮
│ > a hint                  │
╰───────────────────────────╯

> fix the bug
  in a.py

✻ Thinking…

  It may be
  the parser.

⏺ I'll look at it.

⏺ Read(src/a.py)
  ⎿  Read 20 lines (ctrl+r to expand)

⏺ Bash(find . -type f
      -name "*.md")
  ⎿  Error: Exit code 1
     more
     … +3 lines (ctrl+o to expand)

✻ Worked for 2m 3s

● github - search (MCP)(query: "x")
  ⎿ found

● Done.
  All of it.

❯ thanks
"""


def test_a_conversation() -> None:
    assert sniffed(READER, TEXT) == 0.9
    reading = opened(READER, TEXT)
    (trace,) = reading.traces
    assert outline(trace) == [
        "model-call chat", "tool-execution Read", "model-call chat", "tool-execution Bash!", "model-call chat",
        "tool-execution github - search (MCP)", "model-call chat", "opaque messages without a reply",
    ]  # fmt: skip
    assert told(trace, 0) == ["fix the bug\nin a.py"]
    first, _, _, ran, _, _, last, after = trace.steps()
    assert [message.text for message in after.body.messages or ()][-1] == "thanks"
    assert first.body.output is not None
    assert [type(part).__name__ for part in first.body.output.parts] == ["Reasoning", "Text", "ToolCall"]
    assert ran.body.call is not None
    assert ran.body.call.arguments == {"shown": 'find . -type f\n    -name "*.md"'}
    assert ran.body.result == "Error: Exit code 1\nmore\n… +3 lines (ctrl+o to expand)"
    assert last.body.output is not None
    assert last.body.output.text == "Done.\nAll of it."
    assert ["screen" in notice.message for notice in reading.notices] == [True]


def test_without_calls_the_name_of_the_program_is_looked_for() -> None:
    assert sniffed(READER, "Claude Code v2\n\n> hi\n\n⏺ Hello.\n") == 0.7
    assert outline(opened(READER, "Claude Code v2\n\n> hi\n\n⏺ Hello.\n").traces[0]) == ["model-call chat"]


@pytest.mark.parametrize(
    "text", ["# a title\n\n> a quote\n", '{"a": "⏺ x\\n  ⎿"}', "● a list\n● of points\n"]
)
def test_other_texts_are_not_claimed(text: str) -> None:
    assert READER.sniff(document(text)) == 0.0


def test_results_that_are_of_no_call_are_not_lost() -> None:
    text = """> /model
  ⎿  Set model to big

> go

⏺ Reading 2 files… (ctrl+o to expand)
  ⎿  a.py

⏺ Bash(ls)
  ⎿  a.py
  ⎿  a hook said no

⏺ Done.
"""
    (trace,) = opened(READER, text).traces
    assert outline(trace) == ["model-call chat", "tool-execution Bash", "model-call chat"]
    assert "/model\nSet model to big" in told(trace, 0)
    assert trace.body(0).output.text == "Reading 2 files… (ctrl+o to expand)\na.py"  # type: ignore[union-attr]
    assert trace.body(1).result == "a.py\na hook said no"


def test_what_stands_below_the_programs_own_lines_or_above_all_is_not_lost() -> None:
    text = """ of a reply that began above.

> go

✽ Churning… (12s · esc to interrupt)
  ⎿  Next: fix it
     ☐ a task

⏺ Bash(ls)
  ⎿  a.py

✻ Baked for 1m 3s · 2 shells

※ recap: it was
  the parser

✻ Conversation compacted (ctrl+o for history)

✢ Musing…
"""
    (trace,) = opened(READER, text).traces
    assert [(trace.name(row), trace.body(row).output_value) for row in range(len(trace)) if trace.kind(row) == "opaque"] == [
        ("of a reply that began above.", "of a reply that began above."),
        ("Churning… (12s · esc to interrupt)", "Churning… (12s · esc to interrupt)\nNext: fix it\n☐ a task"),
        ("recap: it was", "recap: it was\nthe parser"),
        ("Conversation compacted (ctrl+o for history)",) * 2,
    ]  # fmt: skip


SAMPLES = [TEXT.encode()]
