"""A real Arize Phoenix server, in a virtual environment of its own: what other people's programs make of our files."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest


def _server(folder: Path) -> Path:
    """The program; the environment named by REPLAYDBG_PHOENIX, or one that is made from the package index."""
    named = os.environ.get("REPLAYDBG_PHOENIX")
    home = Path(named) if named else folder / "venv"
    program = home / "bin" / "phoenix"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        done = subprocess.run(
            [str(home / "bin" / "pip"), "install", "-q", "arize-phoenix"],
            capture_output=True, text=True, check=False, timeout=1200,
        )  # fmt: skip
        if done.returncode:
            pytest.skip(f"Arize Phoenix cannot be installed here: {done.stderr[-300:]}")
    return program


@contextmanager
def phoenix(folder: Path) -> Iterator[str]:
    """Its address, while it runs; what it keeps lies in `folder`."""
    with socket.socket() as free, socket.socket() as other:
        free.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, grpc = free.getsockname()[1], other.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(grpc),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    log = folder / "phoenix.log"
    with log.open("wb") as output, subprocess.Popen(
        [str(_server(folder)), "serve"], env=environment, stdout=output, stderr=subprocess.STDOUT, cwd=folder
    ) as process:  # fmt: skip
        try:
            _wait(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(480):
        assert process.poll() is None, log.read_text("utf-8", "replace")[-2000:]
        try:
            if httpx2.get(f"{url}/healthz", timeout=2).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.25)
    raise AssertionError("Phoenix did not start\n" + log.read_text("utf-8", "replace")[-2000:])


def send(url: str, request: bytes) -> None:
    """A request as OTLP exporters send it."""
    answer = httpx2.post(
        f"{url}/v1/traces", content=request, headers={"content-type": "application/x-protobuf"}, timeout=30
    )
    assert answer.status_code == 200, answer.text


def spans(url: str, count: int) -> list[dict[str, Any]]:
    """All spans that it shows, once there are so many: it keeps them a moment after it has answered."""
    found: list[dict[str, Any]] = []
    for _ in range(120):
        found, cursor = [], ""
        while True:
            page = httpx2.get(
                f"{url}/v1/projects/default/spans",
                params={"limit": 100, "cursor": cursor} if cursor else {"limit": 100},
                timeout=30,
            )
            body = page.json() if page.status_code == 200 else {"data": []}
            found += body["data"]
            cursor = body.get("next_cursor") or ""
            if not cursor:
                break
        if len(found) >= count:
            break
        time.sleep(0.25)
    return found
