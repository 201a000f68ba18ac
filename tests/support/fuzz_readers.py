"""Looks for files that break a reader or a rule, guided by the coverage that each damaged file adds (atheris).

In an environment that has `atheris` besides this project (it is no dependency of it, and is for CPython up to some version):

    python -m tests.support.fuzz_readers WORK FORMAT FILE... -- -max_total_time=600

WORK is a folder for what is found: `WORK/seeds` (small files made of FILE...), `WORK/corpus` (what added coverage) and
`WORK/broken` (the first file for each way to break, with its traceback). FORMAT is a reader's name, or `any` for the one
that is chosen by the content. With `REPLAYDBG_FUZZ_RULES=1` every rule is asked about every trace as well. What follows
`--` is for libFuzzer. A run goes on after a break; it ends at its time, or at one that hangs or takes too much memory.

`tests/readers/test_fuzzed.py` looks at a few thousand files without atheris.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.support import damage

SECONDS_MAX = 10
MEMORY_MIB_MAX = 2048


class Run:
    """What libFuzzer calls: `one` for each file, `mutated` for a new one."""

    def __init__(self, work: Path, examine: Callable[[bytes], int]) -> None:
        self.broken = work / "broken"
        self.broken.mkdir(parents=True, exist_ok=True)
        self.examine = examine
        self.files = 0
        self.read = 0
        self.slowest = 0.0

    def one(self, data: bytes) -> None:
        started = time.process_time()
        try:
            self.read += bool(self.examine(data))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a panic of a library in Rust is no Exception
            self.keep(data, f"{type(error).__name__} {_where(error)}", traceback.format_exc())
        took = time.process_time() - started
        if took > self.slowest:
            self.slowest = took
            if took > 1:
                self.keep(data, f"slow {took:.0f}", f"{took:.2f} seconds")
        self.files += 1
        if self.files % 2000 == 0:
            print(f"{self.files} files, {self.read} with steps, slowest {self.slowest:.2f} s", flush=True)

    def keep(self, data: bytes, name: str, said: str) -> None:
        path = self.broken / name.replace("/", "_").replace(" ", "-")[:150]
        if not path.exists():
            path.write_bytes(data)
            path.with_name(path.name + ".txt").write_text(said, "utf-8", "backslashreplace")
            print("BROKEN", path.name, flush=True)

    def mutated(
        self, data: bytes, size_max: int, number: int, mutate: Callable[[bytes, int], bytes]
    ) -> bytes:
        chance = random.Random(number)
        if chance.random() < 0.35:
            return mutate(data, size_max)
        return damage.twist(data, chance)[:size_max]


def _where(error: BaseException) -> str:
    """The innermost line of ours, which tells one way to break from another."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "replaydbg/" in frame.filename] or list(frames)
    word = str(error)[:60] if isinstance(error, AssertionError) else ""
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}{word and ' ' + word}"


def main(arguments: Sequence[str]) -> None:
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]  # no dependency of the project

    with atheris.instrument_imports(include=["replaydbg"]):
        from replaydbg.readers import _registry as readers
        from replaydbg.rules import _registry as rules
        from tests.support import examined

        readers.readers()
        rules.all_rules()
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    (folder, format_name), paths = arguments[:2], arguments[2:cut]
    work = Path(folder)
    for name in ("seeds", "corpus"):
        (work / name).mkdir(parents=True, exist_ok=True)
    for path in paths:
        data = damage.seed(Path(path).read_bytes())
        (work / "seeds" / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    examine = partial(
        examined.examine,
        format_name=None if format_name == "any" else format_name,
        with_rules=bool(os.environ.get("REPLAYDBG_FUZZ_RULES")),
    )
    run = Run(work, examine)
    atheris.Setup(
        [
            sys.argv[0],
            f"-max_len={4 * damage.SEED_BYTES_MAX}",
            f"-rss_limit_mb={MEMORY_MIB_MAX}",
            f"-timeout={3 * SECONDS_MAX}",
            "-len_control=0",
            f"-artifact_prefix={work}/broken/",
            *arguments[cut + 1 :],
            str(work / "corpus"),
            str(work / "seeds"),
        ],
        run.one,
        custom_mutator=lambda data, size, number: run.mutated(data, size, number, atheris.Mutate),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
