"""Model providers: who answers a model call. One file each; `make_provider` finds the one that a person asks for."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Protocol

from replaydbg.core.outcome import Failed, Reply
from replaydbg.core.request import ModelRequest

OnText = Callable[[str], None]
"""Told each piece of text as it comes, for the screen."""

waiting: ContextVar[OnText | None] = ContextVar("waiting", default=None)
"""Told in a sentence why a provider waits before it asks once more; set by who drives the call. No part of `complete`,
which providers of others write.
"""


class Provider(Protocol):
    """Answers model calls. A refusal is a `Failed`, a reply that was cut off a `Reply` marked interrupted."""

    @property
    def name(self) -> str:
        """As it stands beside a branch: openai, openai-responses, anthropic, google, python:module:function."""

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Reply | Failed: ...
