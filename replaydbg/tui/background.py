"""A thread for a job that nobody waits for when the program ends, and what the collector of garbage has to do with jobs."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import selectors
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_at_rest = threading.Event()
"""Set while the thread of the screen waits for something to do."""
_at_rest.set()

_WAITED_SECONDS_MAX = 0.05
"""Who has to do longer than this has left the terminal to another program, or computes as we do."""


_AWAITED_SECONDS_MAX = 1.0
"""So often those that rest for another job look whether they are wanted still."""


class _Watched(selectors.DefaultSelector):
    """Where the thread of the screen waits."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        _at_rest.set()
        try:
            return super().select(timeout)
        finally:
            _at_rest.clear()


def loop_of_screen() -> asyncio.AbstractEventLoop:
    """A loop of which one knows whether it has something to do."""
    return asyncio.new_event_loop() if sys.platform == "win32" else asyncio.SelectorEventLoop(_Watched())


_awaited: list[object] = []
_nobody_waits = threading.Event()
_nobody_waits.set()


@contextmanager
def awaited() -> Iterator[None]:
    """A person waits for what is done meanwhile, a search: jobs that give way rest until it is over."""
    job = object()
    _awaited.append(job)
    _nobody_waits.clear()
    try:
        yield
    finally:
        _awaited.remove(job)
        if not _awaited:
            _nobody_waits.set()


def give_way(_done: float = 0.0) -> None:
    """Said by jobs now and then: as long as the screen has something to do, or a person waits for another one, they rest.

    Threads share one interpreter. Without this a key waits for its turn at each of the dozen steps to its painting, and
    takes three times as long.
    """
    if threading.current_thread() is threading.main_thread():  # the screen itself
        return
    _nobody_waits.wait(_AWAITED_SECONDS_MAX)
    if not _at_rest.wait(_WAITED_SECONDS_MAX):
        _at_rest.set()


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
        from replaydbg.drivers import mapped

        problem: BaseException | None = None
        try:
            context.run(job)
            mapped.ask()  # a search does not stumble over what is there no more
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


_under_way: set[object] = set()
_under_way_lock = threading.Lock()


@contextmanager
def lasting(run_stays: bool = True) -> Iterator[None]:
    """What is made meanwhile stays as long as the run does: the collector does not walk it, now or later.

    To walk what is known of a million steps holds up the screen for a second. Of a file that is followed each reading
    takes the place of the last one: there `run_stays` is false, and the collector does as always.
    """
    if not run_stays:
        yield
        return
    job = object()
    with _under_way_lock:
        _under_way.add(job)
        gc.disable()
    try:
        yield
    finally:
        with _under_way_lock:
            _under_way.discard(job)
            if not _under_way:
                gc.freeze()
                gc.enable()


def forget() -> None:
    """A run has been left: what is no longer wanted of it goes."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
