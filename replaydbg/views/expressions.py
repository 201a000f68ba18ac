"""Expressions that a person typed, `words` or `/a regular.expression/`: each look at a text has an end.

Some go on for ever on a text of a few dozen characters (`(a|aa)+$`). `re` cannot be stopped, and holds up every other thread
meanwhile; `regex` takes a bound, and lets the others go on. It is imported when something is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from replaydbg import limits

if TYPE_CHECKING:
    import regex


class QueryProblem(ValueError):
    """What was typed cannot be looked for; the sentence says why."""


class TooSlow(QueryProblem):
    """It takes too long on a text."""


class Expression:
    """Plain words or a regular expression. Raises QueryProblem for what is none."""

    def __init__(self, source: str, *, plain: bool = False, lines: bool = False, exact: bool = False) -> None:
        """With `lines`, ^ and $ hold at each line of a text; `exact` cares for the case, and its dot takes new lines as well."""
        import regex  # noqa: PLC0415 - a hundredth of a second that the first rows need not wait for

        self.source = source
        self._plain = plain
        self._named = source if plain else f"/{source}/"
        flags = (regex.DOTALL if exact else regex.IGNORECASE) | (regex.MULTILINE if lines else 0)
        try:
            self._compiled: regex.Pattern[str] = regex.compile(re.escape(source) if plain else source, flags)
        except (regex.error, RecursionError, OverflowError, ValueError) as problem:
            raise QueryProblem(f"{self._named} is no regular expression: {problem}") from problem

    def holds(self, text: str) -> bool:
        """Whether it is anywhere in the text. Raises TooSlow."""
        with self._bounded():
            return self._compiled.search(text, timeout=limits.EXPRESSION_SECONDS_MAX) is not None

    def stretches(
        self,
        text: str,
        begin: int = 0,
        end: int | None = None,
        seconds: float = limits.EXPRESSION_SECONDS_MAX,
    ) -> Iterator[tuple[int, int]]:
        """Where it holds, without the places where it holds for nothing at all. Raises TooSlow."""
        with self._bounded():
            for one in self._compiled.finditer(text, begin, end, timeout=seconds):
                if one.end() > one.start():
                    yield one.span()

    def put_in(self, new: str, text: str, at: int | None = None) -> tuple[str, int]:
        r"""The text with `new` in the place of the passage that begins at `at`, or of all of them; and of how many.

        After a regular expression `new` may name its groups, as in `\1`. Raises QueryProblem where it names one that is not
        there, and TooSlow.
        """
        import regex  # noqa: PLC0415 - a hundredth of a second that the first rows need not wait for

        count = 0

        def instead(found: regex.Match[str]) -> str:
            nonlocal count
            if found.end() == found.start():
                return ""
            count += 1
            return new if self._plain else found.expand(new)

        try:
            with self._bounded():
                if at is None:
                    put = self._compiled.sub(instead, text, timeout=limits.EXPRESSION_SECONDS_MAX)
                    return put, count
                found = self._compiled.match(text, at, timeout=limits.EXPRESSION_SECONDS_MAX)
                if found is None:
                    return text, 0
                return text[: found.start()] + instead(found) + text[found.end() :], count
        except (regex.error, IndexError) as problem:
            raise QueryProblem(f"“{new}” cannot be put in: {problem}") from problem

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as problem:
            raise TooSlow(f"{self._named} takes too long") from problem


def typed_expression(text: str) -> Expression | None:
    """What `words` or `/a regular.expression/` look for in a text of lines; None for nothing. Raises QueryProblem."""
    if not text.strip():
        return None
    if len(text) > 2 and text[0] == text[-1] == "/":
        return Expression(text[1:-1], lines=True)
    return Expression(text, plain=True)
