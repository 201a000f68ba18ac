"""Jobs in threads that nobody waits for at the end."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from replaydbg.tui import background
from replaydbg.tui.background import apart, awaited, forget, give_way, lasting, loop_of_screen, worker


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


class _Ring:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.myself = self


@pytest.fixture
def collector() -> Iterator[None]:
    gc.enable()
    yield
    gc.unfreeze()
    gc.collect()


@pytest.mark.usefixtures("collector")
def test_the_collector_does_not_walk_what_lasts() -> None:
    """Not even once, when it comes back: that would be the walk that holds up the screen."""
    with lasting():
        assert not gc.isenabled()
        kept = [[number] for number in range(20_000)]
    assert gc.isenabled()
    assert not any(each is kept for generation in range(3) for each in gc.get_objects(generation))
    assert gc.get_freeze_count() > len(kept)


@pytest.mark.usefixtures("collector")
def test_of_two_jobs_at_once_the_last_one_brings_the_collector_back() -> None:
    begun, go = threading.Event(), threading.Event()

    def other() -> None:
        with lasting():
            begun.set()
            go.wait(5)

    thread = threading.Thread(target=other)
    with lasting():
        thread.start()
        assert begun.wait(5)
    assert not gc.isenabled()
    go.set()
    thread.join(5)
    assert gc.isenabled()


@pytest.mark.usefixtures("collector")
def test_of_a_file_that_is_followed_the_collector_does_as_always() -> None:
    frozen = gc.get_freeze_count()
    with lasting(False):
        assert gc.isenabled()
    assert gc.get_freeze_count() == frozen


@pytest.mark.usefixtures("collector")
def test_what_lasted_goes_when_the_run_is_left() -> None:
    with lasting():
        ring = _Ring()
    gone = weakref.ref(ring)
    del ring
    gc.collect()
    assert gone() is not None
    forget()
    assert gone() is None


def test_a_job_rests_while_the_screen_has_something_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on as soon as the loop waits again."""
    monkeypatch.setattr(background, "_WAITED_SECONDS_MAX", 30)
    told: list[str] = []

    def job() -> None:
        give_way()
        told.append("job")

    async def screen() -> None:
        await asyncio.sleep(0.01)
        thread = threading.Thread(target=job)
        thread.start()
        thread.join(0.02)  # holds the loop, as what computes does
        told.append("screen")
        await asyncio.to_thread(thread.join, 30)

    with asyncio.Runner(loop_factory=loop_of_screen) as runner:
        runner.run(screen())
    assert told == ["screen", "job"]


def test_a_job_does_not_rest_for_ever() -> None:
    async def screen() -> None:
        await asyncio.sleep(0.01)
        thread = threading.Thread(target=give_way)
        thread.start()
        thread.join(30)  # holds the loop, as `$EDITOR` does
        assert not thread.is_alive()

    with asyncio.Runner(loop_factory=loop_of_screen) as runner:
        runner.run(screen())
    give_way()


def test_jobs_rest_while_a_person_waits_for_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_AWAITED_SECONDS_MAX", 30)
    told: list[str] = []

    def job() -> None:
        give_way()
        told.append("job")

    thread = threading.Thread(target=job)
    with awaited():
        with awaited():
            thread.start()
        time.sleep(0.02)
        told.append("search")
    thread.join(30)
    assert told == ["search", "job"]
    give_way()


def test_the_screen_itself_never_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_AWAITED_SECONDS_MAX", 60)
    with awaited():
        began = time.perf_counter()
        give_way()
        assert time.perf_counter() - began < 30
