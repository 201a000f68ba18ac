"""Jobs in threads that nobody waits for at the end."""

from __future__ import annotations

import asyncio
import threading

import pytest

from replaydbg.tui.background import apart, worker


async def test_nobody_waits_for_a_job_at_the_end() -> None:
    """The thread is a daemon, and a job that is given up raises nothing when it ends after all."""
    begun, go = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def job() -> None:
        threads.append(threading.current_thread())
        begun.set()
        go.wait(5)

    task = asyncio.ensure_future(apart(job))
    await asyncio.to_thread(begun.wait, 5)
    assert threads[0].daemon
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    threads[0].join(5)
    await asyncio.sleep(0)


def _breaks() -> None:
    raise ZeroDivisionError


async def test_what_a_job_raises_is_raised_where_it_is_waited_for() -> None:
    with pytest.raises(ZeroDivisionError):
        await apart(_breaks)


async def test_a_worker_that_is_given_up_before_it_begins_leaves_nothing() -> None:
    """A coroutine that was made and not awaited is a warning, and a warning is a failure."""
    done: list[str] = []
    given_up = worker(lambda: done.append("no"))
    del given_up
    await worker(lambda: done.append("yes"))()
    assert done == ["yes"]
