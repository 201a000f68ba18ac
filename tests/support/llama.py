"""A real model server: llama.cpp with a model of random weights, from a Python that has `llama-cpp-python[server]` and `gguf`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

NAME = "random"
_NEEDS = "llama_cpp.server", "gguf", "numpy"


def _python() -> str:
    """The one of the virtual environment that REPLAYDBG_LLAMA names, else this one."""
    named = os.environ.get("REPLAYDBG_LLAMA")
    python = str(Path(named) / "bin" / "python") if named else sys.executable
    for name in _NEEDS:
        if subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False).returncode:
            pytest.skip(
                f"{python} has no {name}: REPLAYDBG_LLAMA=VENV, with `pip install 'llama-cpp-python[server]' gguf` "
                "in it (which builds llama.cpp for some minutes)"
            )
    return python


@contextmanager
def llama_server(folder: Path) -> Iterator[str]:
    """Its base URL, while it runs."""
    python, model = _python(), folder / "random.gguf"
    subprocess.run([python, str(Path(__file__).with_name("random_gguf.py")), str(model)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--model", str(model), "--model_alias", NAME, "--host", "127.0.0.1", "--port", str(port)]
    options += ["--chat_format", "chatml-function-calling", "--n_ctx", "4096", "--n_threads", "1"]
    log = folder / "llama.log"
    with log.open("wb") as output, subprocess.Popen(
        [python, "-m", "llama_cpp.server", *options], stdout=output, stderr=subprocess.STDOUT
    ) as process:  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.get(f"{url}/v1/models", timeout=1).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not come up:\n{log.read_text(errors='replace')[-2000:]}")
