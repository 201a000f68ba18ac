"""A program as a tool: an argument list, never a line for a shell, in a folder that is thrown away.

It sees no more of the environment than PATH, the language and what the person names; it has a bound of time and of
memory, and no network where the system can take it away. What cannot be confined here is said (`unconfined`).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from replaydbg import limits
from replaydbg.core.message import ToolCall
from replaydbg.core.outcome import Failed, ToolResult
from replaydbg.drivers.python_name import described
from replaydbg.drivers.tools import _templates
from replaydbg.wire import loose

_PASSED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT")
_ERROR_CHARS_MAX = 2000
_PROBE_SECONDS_MAX = 5.0

_BOUNDED = """
import os, resource, sys
memory, seconds = int(sys.argv[1]), int(sys.argv[2])
for what, bound in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
    try:
        resource.setrlimit(what, (bound, bound))
    except (ValueError, OSError):
        pass
try:
    os.execvp(sys.argv[3], sys.argv[3:])
except OSError as error:
    sys.exit(f"{sys.argv[3]} cannot be run: {error.strerror}")
"""
"""Runs as the program until it is replaced by it: bounds hold for what comes after. Data, not address space: programs
like node reserve far more of that than they use."""


@dataclass(frozen=True, slots=True)
class CommandTool:
    """Satisfies `ToolBinding`."""

    command: tuple[str, ...]
    folder: str = ""
    env: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    seconds: float = limits.TOOL_TIMEOUT_SECONDS
    memory_mb: int = limits.TOOL_MEMORY_MB

    async def run(self, call: ToolCall) -> ToolResult | Failed:
        started = time.monotonic()
        try:
            arguments = _templates.arguments_of(call)
            argv = [_templates.filled(word, call) for word in self.command]
            with tempfile.TemporaryDirectory(prefix="replaydbg-", ignore_cleanup_errors=True) as scratch:
                inside = await asyncio.to_thread(self._copied, Path(scratch))
                if not self._is_there(
                    argv[0], inside
                ):  # no answer of a tool, so the model must not hear of it
                    return Failed("tool", f"{argv[0]} cannot be run: there is no such program")
                code, said, complained = await self._run(argv, loose.encoded(dict(arguments)), inside)
        except _templates.Unfilled as problem:
            return Failed("arguments", str(problem))
        except TimeoutError:
            return Failed(
                "timeout", f"{self.command[0]} did not end within {self.seconds:g} s, and was ended"
            )
        except (OSError, ValueError) as error:
            return Failed("tool", f"{self.command[0]} cannot be run: {described(error)}")
        took = (time.monotonic() - started) * 1000
        if code != 0:
            words = (complained or said).decode("utf-8", "replace").strip()[-_ERROR_CHARS_MAX:]
            ended = f"signal {-code}" if code < 0 else f"exit code {code}"
            return ToolResult(f"{words}\n({ended})".strip(), is_error=True, duration_ms=took)
        return ToolResult(_result(said), duration_ms=took)

    def _copied(self, scratch: Path) -> Path:
        if not self.folder:
            return scratch
        size = 0
        for root, _, files in os.walk(self.folder):
            size += sum((Path(root) / name).lstat().st_size for name in files)
            if size > limits.TOOL_FOLDER_BYTES_MAX:
                raise ValueError(f"{self.folder} is larger than {limits.TOOL_FOLDER_BYTES_MAX >> 20} MB")
        inside = scratch / "folder"
        shutil.copytree(self.folder, inside, symlinks=True)
        return inside

    def _is_there(self, program: str, inside: Path) -> bool:
        """By its name on the path, or by a path of its own that begins in the copied folder."""
        here = str(inside / program) if Path(program).name != program else program
        return shutil.which(here, path=self.environ.get("PATH")) is not None

    async def _run(self, argv: list[str], stdin: str, inside: Path) -> tuple[int, bytes, bytes]:
        env = {name: self.environ[name] for name in (*_PASSED, *self.env) if name in self.environ}
        env |= {"HOME": str(inside), "TMPDIR": str(inside)}
        process = await asyncio.create_subprocess_exec(
            *_network_off(),
            *self._bounds(),
            *argv,
            cwd=inside,
            env=env,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self.seconds):
                said, complained = await _exchanged(process, stdin.encode())
                return await process.wait(), said, complained
        finally:
            _end(process)
            if process.stdin is not None:
                process.stdin.close()
            await process.communicate()  # what was left in the pipes, so that they are closed

    def _bounds(self) -> tuple[str, ...]:
        if sys.platform == "win32":
            return ()
        memory, seconds = str(self.memory_mb << 20), str(int(self.seconds) + 1)
        return (sys.executable, "-I", "-S", "-c", _BOUNDED, memory, seconds)


async def _exchanged(process: asyncio.subprocess.Process, stdin: bytes) -> tuple[bytes, bytes]:
    """Input, output and errors at the same time, each bounded: a pipe that nobody empties stops the program."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.TaskGroup() as group:
        out = group.create_task(_bounded(process.stdout))
        err = group.create_task(_bounded(process.stderr))
        group.create_task(_write(process.stdin, stdin))
    return out.result(), err.result()


async def _write(pipe: asyncio.StreamWriter, data: bytes) -> None:
    try:
        pipe.write(data)
        await pipe.drain()
        pipe.close()
    except (BrokenPipeError, ConnectionResetError):
        pass  # it does not read its input, and need not


async def _bounded(pipe: asyncio.StreamReader) -> bytes:
    kept = bytearray()
    while piece := await pipe.read(1 << 16):
        kept += piece[: max(limits.TOOL_OUTPUT_BYTES_MAX - len(kept), 0)]
    return bytes(kept)


def _end(process: asyncio.subprocess.Process) -> None:
    """The program and all that it started, as far as they stayed together."""
    try:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def unconfined() -> str:
    """What a program may do here that a person might think it may not."""
    network = "" if _network_off() else "it reaches the network; "
    return f"{network}it may read and change files of yours by their full names"


def _result(said: bytes) -> object:
    text = said.decode("utf-8", "replace").strip()
    try:
        import orjson

        return orjson.loads(text)
    except ValueError:
        return text


@cache
def _network_off() -> tuple[str, ...]:
    """The words before a command that take the network from it; none where the system has none that work."""
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return ()
    import subprocess

    words = ("unshare", "--map-root-user", "--net", "--")
    try:
        done = subprocess.run(  # noqa: S603 - these very words
            (*words, "true"), capture_output=True, timeout=_PROBE_SECONDS_MAX, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return words if done.returncode == 0 else ()
