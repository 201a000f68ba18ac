"""A session of Claude Code that grows while it is on the screen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from replaydbg.tui.setup import Setup
from tests.support.desk import Sitting, open_setup


def turn(number: int) -> list[dict[str, Any]]:
    """A call of a tool and its failure, as Claude Code writes them."""
    asked = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": "pytest -x"}}
    answer = {"type": "tool_result", "tool_use_id": f"t{number}", "content": "exit code 1", "is_error": True}
    said = {"type": "text", "text": f"this is turn {number}"}
    reply = {"role": "assistant", "model": "claude", "id": f"m{number}", "content": [said, asked]}
    common = {"sessionId": "s", "version": "2.0.0", "timestamp": f"2026-11-27T08:{number:02}:00.000Z"}
    return [
        {
            **common,
            "type": "assistant",
            "uuid": f"a{number}",
            "parentUuid": f"u{number - 1}",
            "message": reply,
        },
        {
            **common,
            "type": "user",
            "uuid": f"u{number}",
            "parentUuid": f"a{number}",
            "message": {"role": "user", "content": [answer]},
        },
    ]


def grow(path: Path, first: int, last: int) -> None:
    with path.open("a") as file:
        for number in range(first, last + 1):
            file.writelines(json.dumps(line) + "\n" for line in turn(number))


@asynccontextmanager
async def followed(tmp_path: Path, turns: int, *, against: str = "") -> AsyncIterator[tuple[Sitting, Path]]:
    path = tmp_path / "session.jsonl"
    first = {"type": "user", "uuid": "u0", "parentUuid": None, "sessionId": "s", "version": "2.0.0"}
    message = {"role": "user", "content": "mend the test"}
    path.write_text(json.dumps({**first, "timestamp": "2026-11-27T08:00:00.000Z", "message": message}) + "\n")
    grow(path, 1, turns)
    async with open_setup(Setup(str(path), follow=True, against=against)) as sitting:
        desk = sitting.main.desk

        def checked() -> bool:
            return desk.shown is not None and len(desk.shown.trace) == 2 * turns and desk.shown.checked

        await sitting.until(checked, "the findings")
        yield sitting, path
