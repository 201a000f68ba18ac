"""A thread for a job that nobody waits for when the program ends."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any


async def apart(job: Callable[[], None]) -> None:
    """Do the job in a thread of its own that nobody waits for when the program ends: q must leave at once, also while
    the rules are in the middle of a million steps. (The usual pool of threads is waited for.)
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    context = contextvars.copy_context()

    def ended(problem: BaseException | None) -> None:
        if done.done():
            return
        if problem is None:
            done.set_result(None)
        else:
            done.set_exception(problem)

    def body() -> None:
        problem: BaseException | None = None
        try:
            context.run(job)
        except Exception as error:  # noqa: BLE001 - raised again where the job is waited for
            problem = error
        with suppress(RuntimeError):  # the program has ended meanwhile
            loop.call_soon_threadsafe(ended, problem)

    threading.Thread(target=body, daemon=True).start()
    await done


def worker(job: Callable[[], None]) -> Callable[[], Any]:
    """The same for `run_worker`: nothing is begun before the worker begins, so one that is given up sooner leaves nothing."""

    async def at_work() -> None:
        await apart(job)

    return at_work
