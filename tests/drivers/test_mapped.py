"""Files that are cut short while they are mapped. What goes wrong here ends a process, so much of it is tried in another one."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from replaydbg import limits
from replaydbg.drivers import files, mapped
from replaydbg.errors import CutShort, UsageProblem
from tests.benchmarks import otlp_traces

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there nobody can cut a mapped file short")

PAGES = 40
SIZE = PAGES * 4096
SIZES_MB = [int(size) for size in os.environ.get("REPLAYDBG_CUT_MB", "17").split(",")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes((b'["' + b"word " * SIZE)[: SIZE - 2] + b'"]')
    return path


def map_(path: Path) -> mapped.Mapped:
    with path.open("rb") as file:
        return mapped.mapped(file.fileno(), path.name)


def test_a_whole_file_is_what_it_is(file: Path) -> None:
    made = map_(file)
    with mapped.whole():
        made.ask()
        mapped.ask()
    assert bytes(made) == file.read_bytes()


def parse(view: memoryview) -> None:
    with pytest.raises(ValueError, match="line 1"):
        orjson.loads(view)


LOOKS: dict[str, Callable[[memoryview], object]] = {
    "copied": bytes,
    "parsed": parse,
    "searched": lambda view: re.search(b"nowhere", view),
    "hashed, without the interpreter's lock": lambda view: hashlib.blake2b(view).digest(),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
@pytest.mark.parametrize("left", [0, 1, 5 * 4096, SIZE // 2 + 17])
def test_who_looks_at_what_is_gone_goes_on(
    file: Path, look: Callable[[memoryview], object], left: int
) -> None:
    made, before = map_(file), file.read_bytes()
    os.truncate(file, left)
    look(memoryview(made))
    assert made.is_lost
    assert mapped.lost == ["file"]
    assert bytes(made) == before[:left] + bytes(SIZE - left)
    with pytest.raises(CutShort, match=r"^file has been cut short by its writer while it was open$"):
        made.ask()


def test_several_may_look_at_once(file: Path) -> None:
    made, found = map_(file), list[bytes]()
    os.truncate(file, 10)
    looking = [
        threading.Thread(target=lambda: found.append(hashlib.blake2b(memoryview(made)[4096:]).digest()))
        for _ in range(8)
    ]
    for one in looking:
        one.start()
    for one in looking:
        one.join()
    assert found == [hashlib.blake2b(bytes(SIZE - 4096)).digest()] * 8
    assert mapped.lost == ["file"]


MANY_AT_ONCE = """
import hashlib, os, sys, threading
from pathlib import Path
from replaydbg.drivers import mapped
path, whole = Path(sys.argv[1]), Path(sys.argv[1]).read_bytes()
def look(made, together):
    together.wait()
    hashlib.blake2b(memoryview(made)[4096:]).digest()
for _ in range(60):
    path.write_bytes(whole)
    with path.open("rb") as file:
        made = mapped.mapped(file.fileno(), "file")
    for left in (len(whole) // 2, 4096):
        os.truncate(path, left)
        together = threading.Barrier(12)
        looking = [threading.Thread(target=look, args=(made, together)) for _ in range(12)]
        for one in looking: one.start()
        for one in looking: one.join()
        assert bytes(made) == whole[:left] + bytes(len(whole) - left)
"""


def test_many_at_once_lose_no_more_than_is_gone_and_the_next_is_heard(file: Path) -> None:
    """All of them are at fault in the same place; the first who comes mends it for all."""
    done = subprocess.run(
        [sys.executable, "-c", MANY_AT_ONCE, file], capture_output=True, timeout=120, check=False, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_it_may_be_cut_again(file: Path) -> None:
    made = map_(file)
    for pages in (30, 20, 3, 0):
        os.truncate(file, pages * 4096)
        assert not any(bytes(made)[pages * 4096 :])


def test_one_of_two_is_lost(file: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(file, tmp_path / "other"))
    first, second = map_(file), map_(other)
    os.truncate(file, 0)
    assert bytes(first) == bytes(SIZE)
    second.ask()
    assert bytes(second) == other.read_bytes()


def test_where_it_has_grown_again_that_is_told(file: Path) -> None:
    made = map_(file)
    with file.open("r+b") as writer:
        writer.truncate(0)
        writer.write(b"another\n" * SIZE)
    with pytest.raises(CutShort):
        made.ask()


@pytest.mark.parametrize(("kept", "added"), [(0, b"more"), (2, b',"more"]'), (40, b'"after":1}' * 9)])
def test_who_appends_to_it_does_no_harm(file: Path, kept: int, added: bytes) -> None:
    """Also where the closing brackets are written anew."""
    made = map_(file)
    with file.open("r+b") as writer:
        writer.seek(-kept, os.SEEK_END)
        writer.write(added)
    made.ask()
    with mapped.whole():
        pass


def test_what_comes_of_it_is_not_told(file: Path) -> None:
    def look() -> int:
        with mapped.whole():
            made = map_(file)
            os.truncate(file, file.stat().st_size // 2)
            return len(orjson.loads(memoryview(made)))

    def only_cut() -> None:
        with mapped.whole():
            made.append(map_(file))
            os.truncate(file, 4096)

    made: list[mapped.Mapped] = []
    with pytest.raises(CutShort) as told:
        look()
    assert isinstance(told.value.__cause__, orjson.JSONDecodeError)
    with pytest.raises(CutShort):
        only_cut()
    assert mapped.lost == [], "each is told once"
    with mapped.whole():
        assert made[0].is_lost


def test_what_comes_of_it_is_not_written(file: Path, tmp_path: Path) -> None:
    made, target = map_(file), tmp_path / "target"
    target.write_text("as it was")

    def pieces() -> Iterator[bytes]:
        yield made[:4096]
        os.truncate(file, 4096)
        yield made[4096:]

    with pytest.raises(CutShort):
        files.write_whole(str(target), pieces())
    assert target.read_text() == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "target"]
    with pytest.raises(UsageProblem):
        files.write_whole(str(tmp_path), [b""])


def test_without_the_library_files_are_copied(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped, "_system", lambda: None)
    monkeypatch.setattr(limits, "MAPPED_BYTES_MIN", 10)
    before, opened = file.read_bytes(), files.open_document(str(file))
    assert not isinstance(opened.document.buffer.obj, mapped.Mapped)
    os.truncate(file, 0)
    assert bytes(opened.document.buffer) == before


def test_a_file_that_was_emptied_just_now_is_empty(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAPPED_BYTES_MIN", 10)
    real = mapped.mapped

    def emptied(number: int, name: str) -> mapped.Mapped:
        os.truncate(file, 0)
        return real(number, name)

    monkeypatch.setattr(mapped, "mapped", emptied)
    assert bytes(files.open_document(str(file)).document.buffer) == b""


NOT_OURS = """
import mmap, os, sys
from pathlib import Path
from replaydbg.drivers import mapped
ours, theirs = Path(sys.argv[1]), Path(sys.argv[2])
with ours.open("rb") as one, theirs.open("rb") as other:
    made, strange = mapped.mapped(one.fileno(), "ours"), mmap.mmap(other.fileno(), 0, access=mmap.ACCESS_READ)
os.truncate(theirs, 0)
print(bytes(strange)[:5])
"""


def test_a_fault_that_is_not_ours_ends_the_process(file: Path, tmp_path: Path) -> None:
    """It is not looked at for ever."""
    other = shutil.copy(file, tmp_path / "other")
    done = subprocess.run(
        [sys.executable, "-c", NOT_OURS, file, other], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGBUS
    assert done.stdout == b""


COMMANDS = {
    "show": ["show", "t.json"],
    "show, as JSON": ["show", "t.json", "--output", "json"],
    "check": ["check", "t.json"],
    "check of a folder": ["check", "."],
    "convert": ["convert", "t.json", "--to", "native", "-o", "out.json"],
    "diff": ["diff", "t.json", "t.json"],
}


@pytest.fixture(scope="module", params=SIZES_MB)
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / f"{request.param}.json"
    with path.open("wb") as writer:
        writer.writelines(otlp_traces.document("delta", request.param * 1_000_000))
    return path


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="what a process has mapped is asked of /proc"
)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_commands_say_so_whenever_it_comes(command: list[str], large: Path, tmp_path: Path) -> None:
    """The file is cut at some moment after it was mapped. Either all was done before, or one sentence says that it was cut.

    A busy machine may be late each time but one of many.

    Other sizes: `REPLAYDBG_CUT_MB=17,100,1000`.
    """
    chance, path, size = random.Random(len(command)), tmp_path / "t.json", large.stat().st_size

    def cut(after: float) -> int:
        shutil.copy(large, path)
        (tmp_path / "out.json").unlink(missing_ok=True)
        running = subprocess.Popen(
            [sys.executable, "-P", "-m", "replaydbg", *command],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while path.name not in Path(f"/proc/{running.pid}/maps").read_text() and running.poll() is None:
            time.sleep(0.01)
        time.sleep(after)
        os.truncate(path, chance.choice([1, size // 2, chance.randrange(size)]))
        told = running.communicate(timeout=60 + size / 1e6)[1]
        assert (running.returncode, told.count("has been cut short by its writer")) in {(0, 0), (3, 1)}, told
        assert "fault of replaydbg" not in told
        return running.returncode

    cut(chance.uniform(0, size / 1e8))
    assert any(cut(0.0) == 3 for _ in range(20)), "it was always too late: nothing was tried"
