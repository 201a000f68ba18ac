"""Runs staged in few words, for what rules say about loops: what an agent does and what comes of it, deed by deed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from replaydbg.core.message import Json, Message
from replaydbg.core.step import Status
from replaydbg.core.trace import Trace
from tests.support import build
from tests.support.build import assistant, call, response, system, user


@dataclass(frozen=True)
class Situation:
    name: str
    run: Callable[[], Trace]
    rules: tuple[str, ...] = ()
    """What should be found, each loop once; () for a run that is fine."""
    excuse: str = ""
    """Why the rules do otherwise."""


def done(*deeds: tuple[Any, ...], task: str = "Do it.") -> Trace:
    """One agent at work: each deed is (tool, arguments, result) or (tool, arguments, result, is_error)."""
    messages = [system("You help."), user(task)]
    for number, (tool, arguments, result, *failed) in enumerate(deeds):
        id_ = f"c{number}"
        messages += [
            assistant(f"Thought {number}.", call(tool, arguments, id_)),
            response(id_, result, is_error=bool(failed)),
        ]
    return build.chat([*messages, assistant("Done.")])


def talk(*words: str) -> Trace:
    """One agent that talks with a person."""
    messages: list[Message] = [user("Hello.")]
    for word in words:
        messages += [assistant(word), user("No.")]
    return build.chat(messages)


def agents(*turns: tuple[str, str]) -> Trace:
    """Agents that take turns: each turn is (agent, what it says)."""
    return build.trace(
        *(
            build.agent(
                f"a{number}", name, build.model_call(f"m{number}", [system(f"You are {name}.")], text)
            )
            for number, (name, text) in enumerate(turns)
        )
    )


def asked(
    *gaps_ms: int, error: str = "429 Too Many Requests", answered: bool = True, same: bool = True
) -> Trace:
    """A request that fails and is sent again after each gap."""
    at, steps = 0, []
    for number, gap in enumerate((0, *gaps_ms)):
        at += gap
        prompt = [user("Go." if same else f"Go {number}.")]
        last = answered and number == len(gaps_ms)
        steps.append(
            build.model_call(f"m{number}", prompt, "Done." if last else None, error="" if last else error,
                             status=Status.UNSET if last else Status.ERROR, start_ms=at, duration_ms=5)
        )  # fmt: skip
    return build.trace(*steps)


def said(text: str) -> Trace:
    return build.chat([user("Go."), assistant(text)])


def times(count: int, *deeds: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
    return deeds * count


def each(
    tool: str, key: str, values: Iterable[Json], result: Json | Callable[[int], Json], *failed: bool
) -> Iterator[tuple[Any, ...]]:
    """The tool called with one value after another."""
    for number, value in enumerate(values):
        yield tool, {key: value}, result(number) if callable(result) else result, *failed
