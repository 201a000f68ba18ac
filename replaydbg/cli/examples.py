"""What people type, under the `--help` of each command."""

from __future__ import annotations

from collections.abc import Sequence

EXAMPLES: dict[str, Sequence[tuple[str, str]]] = {
    "": (
        ("demo", "a bundled incident; needs no key"),
        ("open run.json", "yours"),
        ("check runs/", "for CI: exit code 1 where something was found"),
        ("open --help", "examples of each command"),
    ),
    "open": (
        ("open run.json", "see it, find what went wrong, edit, re-run"),
        ("open runs/", "a folder: choose from a list"),
        ("open branch.json --against run.json", "two traces side by side"),
        ("open run.jsonl --follow", "an agent that still runs"),
        ("open run.json --web --port 8000", "in a browser of this machine"),
    ),
    "demo": (("demo", "needs no key and asks no model"),),
    "show": (
        ("show run.json", "the steps, one a line"),
        ("show run.json --step '#8'", "one of them, whole"),
        ("show run.json --output json", "for programs"),
        ("show - < run.json", "from a pipe"),
    ),
    "check": (
        ("check runs/", "exit code 1: something was found"),
        ("check run.json -v", "where, and what would mend it"),
        ("check runs/ --output sarif", "also junit, github, json"),
        ("check runs/ --baseline known.json", "only what is new since"),
    ),
    "suppress": (
        ("suppress run.json a1b2c3d4 --reason 'a poll, as it should be'", "as `check -v` names it"),
        ("suppress run.json a1b2c3d4 --again", "hear of it again"),
    ),
    "explain": (("explain", "all rules"), ("explain schema-violation", "the page of one")),
    "replay": (
        ("replay run.json --edit '#8:/tool_calls/0/arguments/region=EU' --dry-run", "what would be asked"),
        ("replay run.json --edit '#8:/messages/0=Be brief.' --live -o branch.json", "ask the model, keep it"),
        ("replay run.json --resume branch-1 --live", "go on where it stopped"),
    ),
    "diff": (
        ("diff run.json branch.json", "findings lost and gained, where they part"),
        ("diff run.json branch.json --output json", "for programs"),
    ),
    "pin": (("pin run.json 'ids as strings' -o case.json", "a branch becomes a test"),),
    "verify": (
        ("verify case.json", "offline"),
        ("verify cases/*.json --live --output junit", "asks the model anew; for CI"),
    ),
    "providers": (("providers --local", "which keys are set, which servers run here"),),
    "receive": (("receive -o run.jsonl", "then, elsewhere: open run.jsonl --follow"),),
    "convert": (
        ("convert run.json --to markdown --findings -o report.md", "an incident report"),
        ("convert run.json --to native", "OTLP JSON; also atif, openai-chat"),
    ),
    "formats": (
        ("formats", "what is read, and where to get it"),
        ("formats jaeger", "only what names Jaeger"),
    ),
}
"""Of each command ("" for them all) what is typed after `replaydbg`, and what it is for; the likeliest first."""


def epilog(command: str) -> str:
    """For click, which keeps the lines of a paragraph that begins with a backspace."""
    lines = [f"  replaydbg {typed}\n      {why}" for typed, why in EXAMPLES[command]]
    return "\n".join(("\b", "Examples:", *lines))
