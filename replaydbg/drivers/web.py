"""The screen served to browsers of this machine: a process of the program for each visitor, behind a gate of our own.

textual-serve speaks with the process and brings the script of the page. It has no gate: whatever page a browser of this
machine has open could drive the program. So nothing is answered unless the Host is ours, the path begins with the secret
of this run, and an Origin, where there is one, is ours; a visitor's socket must have one. The Host is ours at any port:
`ssh -L` gives the browser one of its own. What is served asks nobody else for anything, and the Content-Security-Policy
holds the browser to that.
"""

from __future__ import annotations

import asyncio
import html
import re
import secrets
import signal
import socket
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from string import Template

import orjson
import textual_serve
from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from replaydbg import limits
from replaydbg.errors import UsageProblem

LOOPBACK = "127.0.0.1"
_OURS = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
"""Hosts of a browser that asked for its own machine. A name of somebody else's that leads here is none of them, whatever
its port; and a page from another port of this machine has another Origin than the Host that it asks.
"""
_SECRET_BYTES = 24
_STATIC = Path(textual_serve.__file__).parent / "static"
_FILES = {
    "textual.js": _STATIC / "js" / "textual.js",
    "xterm.css": _STATIC / "css" / "xterm.css",
    "page.js": Path(__file__).with_suffix(".js"),
}
_PAGE = Template(Path(__file__).with_suffix(".html").read_text("utf-8"))
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self' ws://{host}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-same-origin"
)
"""The terminal of the page writes its own styles. Without `allow-popups` a link in a trace leads nowhere."""
_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Visitor(AppService):
    """One browser and its process. `command` is an argument list: no shell, and nothing of it comes from the visitor."""

    def __init__(self, command: Sequence[str], browser: web.WebSocketResponse) -> None:
        super().__init__(
            "",
            write_bytes=browser.send_bytes,
            write_str=browser.send_str,
            close=self._close_page,
            download_manager=DownloadManager(),
        )
        self.argv = tuple(command)
        self._browser = browser

    async def _close_page(self) -> None:
        await self._browser.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """In a process group of its own, since it is for us to end it. What it says on standard error, it says to the
        person at the server at once; AppService would keep it and print it to standard output.
        """
        process = self._process = await asyncio.create_subprocess_exec(
            *self.argv,
            str(width),
            str(height),
            stdin=PIPE,
            stdout=PIPE,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        process.stderr = asyncio.StreamReader()
        process.stderr.feed_eof()
        self._stdin = process.stdin
        return process

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        """The terminal is the browser, whatever the server was started in."""
        environment = {"REPLAYDBG_ASCII": "0", **super()._build_environment(width, height)}
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environment.pop("TMUX", None)
        return environment

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            await self.remote_close()

    async def on_meta(self, data: bytes) -> None:
        """Its end is all that it may tell the browser: no download, and no address to go to."""
        if orjson.loads(data).get("type") == "exit":
            await self.remote_close()

    async def on_packed(self, payload: bytes) -> None:
        """A piece of a download."""

    async def hear(self, text: str) -> None:
        """Pass on what the page says; anything else that comes is left aside."""
        try:
            said = orjson.loads(text)
        except ValueError:
            return
        match said:
            case ["stdin", str(keys)]:
                await self.send_bytes(keys.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await self.set_terminal_size(cells(width), cells(height))
            case ["ping", str(moment)]:
                await self._browser.send_json(["pong", moment])
            case ["focus", *_]:
                await self.focus()
            case ["blur", *_]:
                await self.blur()

    async def end(self) -> None:
        """Ask the process to end; one that does not is killed."""
        process = self._process
        if process is None:
            return
        try:
            async with asyncio.timeout(limits.WEB_STOP_SECONDS):
                await self.stop()
                await process.wait()
        except TimeoutError:
            pass
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()


class WebServer:
    """`command` is what each visitor gets; width and height are added to it."""

    def __init__(self, command: Sequence[str], title: str, bound: socket.socket) -> None:
        self.command = tuple(command)
        self.title = title
        self.visitors: set[Visitor] = set()
        self._bound = bound
        self._secret = secrets.token_urlsafe(_SECRET_BYTES)
        port = bound.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{port}/{self._secret}/"

    def serve(self) -> None:
        """Until the process is interrupted or told to end; then every visitor's process ends, too."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        told_to_end = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(each, told_to_end.set)
        runner = web.AppRunner(
            self.application(),
            access_log=None,
            handler_cancellation=True,  # a tab that was closed is noticed, too, while its process takes no more keys
            shutdown_timeout=limits.WEB_STOP_SECONDS,
        )
        await runner.setup()
        try:
            await web.SockSite(runner, self._bound).start()
            await told_to_end.wait()
        finally:
            await asyncio.gather(*(visitor.end() for visitor in self.visitors))
            await runner.cleanup()

    def application(self) -> web.Application:
        application = web.Application(middlewares=[self._gate])
        application.on_response_prepare.append(self._guard)
        application.add_routes(
            [web.get("/{secret}/", self._page), web.get("/{secret}/ws", self._visit)]
            + [web.get(f"/{{secret}}/{name}", _file(path)) for name, path in _FILES.items()]
        )
        return application

    @web.middleware
    async def _gate(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        secret = request.path.split("/")[1].encode("utf-8", "replace")
        origin = request.headers.get("Origin")
        if not _OURS.fullmatch(request.host):
            return web.Response(status=403, text="this host is not served here")
        if not secrets.compare_digest(secret, self._secret.encode()):
            return web.Response(
                status=404, text="nothing is here: the address that was printed is the whole of it"
            )
        if origin != f"http://{request.host}" and (origin is not None or request.path.endswith("/ws")):
            return web.Response(status=403, text="another page may not come in here")
        return await handler(request)

    async def _guard(self, request: web.Request, response: web.StreamResponse) -> None:
        """The headers of every answer, a refusal's too."""
        host = request.host if _OURS.fullmatch(request.host) else LOOPBACK
        response.headers.update(_HEADERS | {"Content-Security-Policy": _POLICY.format(host=host)})

    async def _page(self, request: web.Request) -> web.Response:
        words = {
            "title": html.escape(self.title),
            "socket": f"ws://{request.host}/{self._secret}/ws",
            "visitors": str(limits.WEB_VISITORS_MAX),
        }
        return web.Response(text=_PAGE.substitute(words), content_type="text/html")

    async def _visit(self, request: web.Request) -> web.StreamResponse:
        if len(self.visitors) >= limits.WEB_VISITORS_MAX:
            return web.Response(
                status=503, text=f"{limits.WEB_VISITORS_MAX} visitors are here, which is the most"
            )
        browser = web.WebSocketResponse(
            heartbeat=limits.WEB_HEARTBEAT_SECONDS, max_msg_size=limits.WEB_MESSAGE_BYTES_MAX
        )
        visitor = Visitor(self.command, browser)
        self.visitors.add(visitor)
        try:
            await browser.prepare(request)
            await visitor.start(*(cells(request.query.get(side, "")) for side in ("width", "height")))
            async for message in browser:
                if message.type is WSMsgType.TEXT:
                    await visitor.hear(message.data)
        except ConnectionError:
            pass  # the tab was closed while something was sent to it
        finally:
            await visitor.end()
            self.visitors.discard(visitor)
        return browser


def listener(port: int) -> socket.socket:
    """A socket that only this machine reaches. Raises UsageProblem."""
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageProblem(
            f"{LOOPBACK}:{port} cannot be listened on: {why}", "name another --port, or 0 for a free one"
        ) from error


def cells(said: object) -> int:
    """Columns or rows as the page says them, within reason."""
    number = int(str(said)[:_DIGITS_MAX]) if str(said).isdecimal() else 0
    return max(1, min(number or _SIDE_UNKNOWN, limits.WEB_SIDE_CELLS_MAX))


_SIDE_UNKNOWN = 40
_DIGITS_MAX = 9


def _file(path: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def send(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(path)

    return send
