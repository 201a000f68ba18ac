"""Functions of the person's own code, by name: finding them, and running them without stopping for them.

Code is imported only when a person named it on the command line or in the settings; a trace never can.
"""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import inspect
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from replaydbg.errors import UsageProblem

PREFIX = "python:"


class Raised(Exception):
    """The function raised. The message names the type and says what the exception said."""


def load(spec: str) -> Callable[..., Any]:
    """The function that `python:module:function` names. Raises UsageProblem.

    Modules of the current directory are found too, as they are by `python -m`; it is on the path for the import only.
    """
    module_name, _, attribute = spec.removeprefix(PREFIX).partition(":")
    hint = "name it as python:package.module:function; the current directory is looked in"
    if not module_name or not attribute:
        raise UsageProblem(f"{spec!r} names no function", hint)
    here = str(Path.cwd())
    sys.path.insert(0, here)
    importlib.invalidate_caches()
    try:
        found: Any = importlib.import_module(module_name)
        for name in attribute.split("."):
            found = getattr(found, name)
    except (Exception, SystemExit) as error:
        raise UsageProblem(f"{spec!r} cannot be imported: {described(error)}", hint) from error
    finally:
        if here in sys.path:
            sys.path.remove(here)
    if not callable(found):
        raise UsageProblem(f"{spec!r} is not a function but {type(found).__name__}", hint)
    return found  # type: ignore[no-any-return]


async def call(function: Callable[[], Any], *, timeout_seconds: float) -> Any:
    """What the function returns; awaited if it is async, else run in a thread. Raises Raised and TimeoutError.

    A thread that runs too long cannot be stopped: it is left behind, and does not keep the program from ending.
    """
    async with asyncio.timeout(timeout_seconds):
        if not inspect.iscoroutinefunction(_bare(function)):
            result = await _in_thread(function)
        else:
            result = function()
        if not inspect.isawaitable(result):
            return result
        try:
            return await result
        except (Exception, SystemExit) as error:
            raise Raised(described(error)) from error


def _bare(function: Callable[..., Any]) -> Callable[..., Any]:
    return function.func if isinstance(function, partial) else function


async def _in_thread(function: Callable[[], Any]) -> Any:
    # Not `asyncio.to_thread`: the loop would wait for its threads at the end, and one tool that hangs would hang us.
    loop = asyncio.get_running_loop()
    future: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()
    context = contextvars.copy_context()

    def settle(result: Any, error: BaseException | None) -> None:
        if not future.done():
            future.set_result((result, error))

    def target() -> None:
        result, error = None, None
        try:
            result = context.run(function)
        except BaseException as caught:  # noqa: BLE001 - also sys.exit() in a tool is an answer, not our end
            error = caught
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=target, name="replaydbg-call", daemon=True).start()
    result, error = await future
    if error is not None:
        raise Raised(described(error)) from error
    return result


def described(error: BaseException) -> str:
    """Type and words of an exception in one line."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
