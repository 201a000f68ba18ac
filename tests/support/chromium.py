"""A real headless Chromium, driven over the DevTools protocol: keys in, pictures out, and all that it asked the network for."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte
from websockets.sync.client import ClientConnection, connect

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECONDS_MAX = 60.0
_CODES = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), "ArrowDown": (40, "")}


class Tab:
    """One tab. `asked_for` are the addresses of all requests, `complaints` what the console and the policy said."""

    def __init__(self, devtools: ClientConnection, columns: int, rows: int) -> None:
        self._devtools = devtools
        self._number = 0
        self.asked_for: list[str] = []
        self.complaints: list[str] = []
        self.cells = (0, 0)
        """Columns and rows, as the page told them to the program."""
        self.screen = pyte.Screen(columns, rows)
        """What the page's socket was sent, as a terminal shows it."""
        self._terminal = pyte.ByteStream(self.screen)
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        self._number += 1
        self._devtools.send(json.dumps({"id": self._number, "method": method, "params": given}))
        while True:
            said = json.loads(self._devtools.recv(timeout=SECONDS_MAX))
            if said.get("id") == self._number:
                assert "error" not in said, said["error"]
                result: dict[str, Any] = said["result"]
                return result
            self._hear(said)

    def listen(self, seconds: float = 0.05) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self._hear(json.loads(self._devtools.recv(timeout=left)))
            except TimeoutError:
                return

    def _hear(self, event: dict[str, Any]) -> None:
        given = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.asked_for.append(given["request"]["url"])
            case "Network.webSocketCreated":
                self.asked_for.append(given["url"])
            case "Network.webSocketFrameReceived" if given["response"]["opcode"] == 2:
                self._terminal.feed(base64.b64decode(given["response"]["payloadData"]))
            case "Network.webSocketFrameSent" if given["response"]["payloadData"].startswith('["resize"'):
                size = json.loads(given["response"]["payloadData"])[1]
                self.cells = (size["width"], size["height"])
                self.screen.resize(size["height"], size["width"])
            case "Log.entryAdded":
                self.complaints.append(given["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(given["exceptionDetails"]["text"])

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def until(self, condition: Callable[[], Any], what: str) -> None:
        end = time.monotonic() + SECONDS_MAX
        while not condition():
            assert time.monotonic() < end, f"{what} did not come\n{self.text}\n{self.complaints}"
            self.listen()

    def until_text(self, text: str) -> None:
        self.until(lambda: text in self.text, f"“{text}”")

    def go(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        return self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)[
            "result"
        ].get("value")

    def press(self, key: str, *, ctrl: bool = False) -> None:
        code, text = _CODES.get(key, (ord(key.upper()[0]), "" if ctrl else key))
        given = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 2 if ctrl else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", **given, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **given)

    def click(self, text: str) -> None:
        """On the first place that shows the text."""
        y, line = next((y, line) for y, line in enumerate(self.screen.display) if text in line)
        left, top, width, height = self.evaluate(
            "(() => { const at = document.querySelector('.xterm-screen').getBoundingClientRect();"
            " return [at.left, at.top, at.width, at.height]; })()"
        )
        at = {
            "x": left + (line.index(text) + 0.5) * width / self.cells[0],
            "y": top + (y + 0.5) * height / self.cells[1],
        }
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **at)

    def resize(self, width: int, height: int) -> None:
        """The page, in pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def picture(self, path: Path) -> bytes:
        png = base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        path.write_bytes(png)
        return png


@contextmanager
def chromium(
    folder: Path, size: tuple[int, int] = (1200, 800), cells: tuple[int, int] = (200, 80)
) -> Iterator[Tab]:
    """`cells` is at least what fits into `size`: the screen that the tests read grows no further."""
    assert PROGRAM is not None
    profile = folder / "profile"
    command = [
        PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--remote-debugging-port=0", f"--user-data-dir={profile}",
        f"--window-size={size[0]},{size[1]}", "about:blank",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with connect(_address(profile, process), max_size=1 << 26) as devtools:
                yield Tab(devtools, *cells)
        finally:
            process.terminate()


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """Of the one tab that is open."""
    from urllib.request import urlopen

    told = profile / "DevToolsActivePort"
    end = time.monotonic() + SECONDS_MAX
    while not (told.exists() and told.read_text().strip()):
        assert process.poll() is None, "Chromium ended"
        assert time.monotonic() < end, "Chromium did not start"
        time.sleep(0.05)
    port = told.read_text().splitlines()[0]
    while True:
        with urlopen(f"http://127.0.0.1:{port}/json") as answer:
            for target in json.load(answer):
                if target["type"] == "page":
                    return str(target["webSocketDebuggerUrl"])
        assert time.monotonic() < end, "Chromium opened no tab"
        time.sleep(0.05)
