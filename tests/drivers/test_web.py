"""The gate, over real connections: who is let in, what they may say, and that nobody is left running."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pyte
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from replaydbg import limits
from replaydbg.actions.demo import incident_path
from replaydbg.actions.open import open_trace
from replaydbg.actions.sitting import open_sitting
from replaydbg.codec import make_edit
from replaydbg.errors import UsageProblem
from replaydbg.session.commands import AddEdit
from tests.support.build import call
from tests.support.model_server import Slow, reply
from tests.support.model_server import serving as serving_model
from tests.support.serving import SECONDS_MAX, Serving, serving

pytest.importorskip("textual_serve", reason="the extra `web` is not installed")

from replaydbg.drivers import web


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return Path(shutil.copy(incident_path(), tmp_path / "incident.json"))


@pytest.fixture
def server(trace: Path, tmp_path: Path) -> Iterator[Serving]:
    with serving("open", str(trace), "--web", folder=tmp_path) as running:
        yield running


class Visit:
    """A WebSocket client as the page is one, and the screen that it was sent."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.screen = pyte.Screen(120, 40)
        self._terminal = pyte.ByteStream(self.screen)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def say(self, *envelope: Any) -> None:
        self.socket.send(json.dumps(envelope))

    def type(self, keys: str) -> None:
        self.say("stdin", keys)

    def until_text(self, text: str) -> None:
        end = time.monotonic() + SECONDS_MAX
        while text not in self.text:
            try:
                said = self.socket.recv(timeout=max(0.0, end - time.monotonic()))
            except TimeoutError:
                pytest.fail(f"“{text}” did not come\n{self.text}")
            if isinstance(said, bytes):
                self._terminal.feed(said)

    def until_closed(self) -> None:
        with suppress(ConnectionClosed):
            while self.socket.recv(timeout=SECONDS_MAX):
                pass


Enter = Callable[[], Visit]


@pytest.fixture
def enter(server: Serving) -> Iterator[Enter]:
    with ExitStack() as stack:
        yield lambda: Visit(stack.enter_context(knock(server)))


def knock(
    server: Serving,
    *,
    secret: str | None = None,
    origin: str | None = "",
    host: str = "",
    size: str = "width=120&height=40",
) -> ClientConnection:
    """`origin` and `host` are the server's own where they are "", and an `origin` of None is not sent."""
    path = f"/{server.secret if secret is None else secret}/ws?{size}"
    return connect(
        f"ws://{host or '127.0.0.1'}:{server.port}{path}",
        origin=f"http://127.0.0.1:{server.port}" if origin == "" else origin,  # type: ignore[arg-type]
        sock=None if not host else _socket(server),
        max_size=1 << 26,
    )


def _socket(server: Serving) -> Any:
    import socket

    return socket.create_connection(("127.0.0.1", server.port))


def get(server: Serving, path: str, **headers: str) -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS_MAX)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        return answer


def test_strangers_are_refused_and_nothing_is_started_for_them(server: Serving) -> None:
    strangers: list[dict[str, Any]] = [
        {"origin": "http://evil.example"},
        {"origin": f"http://evil.example:{server.port}"},
        {"origin": f"https://127.0.0.1:{server.port}"},
        {"origin": "http://127.0.0.1"},
        {"origin": "null"},
        {"origin": None},
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"secret": ""},
        {"secret": "x" * len(server.secret)},
        {"secret": server.secret[:-1]},
        {"secret": "%FF%FE"},
        {"secret": "static"},
    ]
    for stranger in strangers:
        with pytest.raises(InvalidStatus) as refused:
            knock(server, **stranger)
        assert refused.value.response.status_code == (404 if "secret" in stranger else 403), stranger
        assert server.secret not in str(refused.value.response.body)
    assert server.visitors == []

    with knock(server):
        server.until_visitors(1)
    with knock(server, host="localhost", origin=f"http://localhost:{server.port}"):
        pass


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost:65535", "LOCALHOST:9", "[::1]:9", "localhost"])
def test_who_comes_through_a_forwarded_port_is_let_in_with_the_port_that_is_theirs(
    server: Serving, host: str
) -> None:
    """`ssh -L 9:127.0.0.1:PORT`: the browser asks, and names as its origin, a port that the server never heard of."""
    page = get(server, f"/{server.secret}/", Host=host)
    assert page.status == 200
    assert f"ws://{host}/" in page.text  # type: ignore[attr-defined]
    assert f"ws://{host};" in page.headers["Content-Security-Policy"]
    assert get(server, f"/{server.secret}/", Host=host, Origin=f"http://{host}").status == 200
    assert (
        get(server, f"/{server.secret}/ws", Host=host, Origin=f"http://127.0.0.1:{server.port}").status == 403
    )
    assert get(server, f"/{server.secret}/ws", Host=host, Origin="http://localhost:3000").status == 403


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:9",
        "127.0.0.1:9.evil.example",
        "127.0.0.1@evil.example",
        "localhost:9;x",
        "127.0.0.1:",
        "0.0.0.0:9",
    ],
)
def test_a_name_that_merely_leads_here_is_refused_at_any_port(server: Serving, host: str) -> None:
    answer = get(server, f"/{server.secret}/", Host=host, Origin=f"http://{host}")
    assert answer.status == 403
    assert host not in answer.headers["Content-Security-Policy"]


def test_the_page_is_for_those_who_have_its_address(server: Serving) -> None:
    ours = f"/{server.secret}/"
    assert get(server, ours).status == 200
    for path in ("/", "/ws", "/static/", "/download/x", "/" + "x" * 40 + "/", "//evil.example/"):
        assert get(server, path).status == 404, path
    for path in ("static/", "../", "%2e%2e/", "download/x", "web.py"):
        assert get(server, ours + path).status == 404, path
    assert get(server, ours, Host="evil.example").status == 403
    assert get(server, ours, Origin="http://evil.example").status == 403
    assert get(server, f"{ours}textual.js", Origin="http://evil.example").status == 403


def test_every_answer_says_that_nobody_else_is_to_be_asked(server: Serving) -> None:
    ours = f"/{server.secret}/"
    for path in (ours, f"{ours}textual.js", f"{ours}xterm.css", f"{ours}page.js", f"{ours}nowhere", "/"):
        headers = get(server, path).headers
        policy = dict(
            part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy["connect-src"] == f"'self' ws://127.0.0.1:{server.port}"
        assert policy["frame-ancestors"] == "'none'"
        assert "allow-popups" not in policy["sandbox"]
        assert headers["Referrer-Policy"] == "no-referrer"
    page = get(server, ours).text  # type: ignore[attr-defined]
    assert "googleapis" not in page
    assert page.count("//") == page.count(f"ws://127.0.0.1:{server.port}/") == 1


def test_it_listens_on_this_machine_only(server: Serving) -> None:
    assert "http://127.0.0.1:" in server.said
    with closing(web.listener(0)) as bound:
        assert bound.getsockname()[0] == "127.0.0.1"
    with pytest.raises(UsageProblem, match="cannot be listened on"):
        web.listener(server.port)


def _let_in(server: Serving) -> ClientConnection:
    """The server hears a moment after everybody else that a process of its own has ended."""
    end = time.monotonic() + SECONDS_MAX
    while True:
        try:
            return knock(server)
        except InvalidStatus as refused:
            if refused.response.status_code != 503 or time.monotonic() > end:
                raise
            time.sleep(0.05)


def test_visitors_are_bounded_and_a_place_that_is_left_is_free(server: Serving) -> None:
    with ExitStack() as stack:
        visits = [stack.enter_context(knock(server)) for _ in range(limits.WEB_VISITORS_MAX)]
        server.until_visitors(limits.WEB_VISITORS_MAX)
        with pytest.raises(InvalidStatus) as refused:
            knock(server)
        assert refused.value.response.status_code == 503
        visits[0].close()
        server.until_visitors(limits.WEB_VISITORS_MAX - 1)
        stack.enter_context(_let_in(server))
        server.until_visitors(limits.WEB_VISITORS_MAX)
    server.until_visitors(0)


_CHANGES = {
    "e": "Edit",
    "E": "Edit in $EDITOR",
    "M": "Mend",
    "X": "Suppress",
    "V": "Revert",
    ";": "Note",
    "m": "Mark",
    "u": "Undo",
    "U": "Redo",
    "r": "Re-run",
    "c": "Keep or re-run",
    "R": "Go on",
}


def _a_run(trace: Path) -> None:
    """Two calls with a tool between them, and a pending edit of the first prompt."""
    asked = call("find", {"id": 7}, "c1")
    function = {"name": "find", "arguments": '{"id": 7}'}
    messages = [
        {"role": "user", "content": "where is it?"},
        {"role": "assistant", "tool_calls": [{"id": asked.id, "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": asked.id, "content": "on the shelf"},
        {"role": "assistant", "content": "On the shelf."},
    ]
    tools = [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}]
    trace.write_text(json.dumps({"model": "gpt-4o", "messages": messages, "tools": tools}))
    of = open_trace(str(trace)).trace
    sitting = open_sitting(of, str(trace))
    sitting.do(AddEdit(make_edit(of.step(0), "/messages/0/content", "where is it, please?")))
    sitting.close()


def test_what_a_closed_tab_was_answered_is_there_for_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tab is closed in the middle of the second answer of a re-run; the first one was paid for."""
    trace = tmp_path / "run.json"
    _a_run(trace)
    first = reply("Let me look.", call("find", {"id": 7}, "k1"), finish="tool_calls")
    with serving_model(first, Slow(reply("never said"), 60)) as model:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{model.url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "k")
        with serving("open", str(trace), "--web", "--web-edit", folder=tmp_path) as server:
            with knock(server) as socket:
                visit = Visit(socket)
                visit.until_text("1 pending edit")
                visit.until_text("3 »")
                visit.type("r")
                visit.until_text("Who answers model calls")
                visit.type("j\r")
                visit.until_text("gpt-4o is asked about 2 times")
                visit.type("y")
                end = time.monotonic() + SECONDS_MAX
                while len(model.requests) < 2:
                    assert time.monotonic() < end, visit.text
                    with suppress(TimeoutError):
                        socket.recv(timeout=0.1)
            server.until_visitors(0)

            with knock(server) as socket:
                again = Visit(socket)
                again.until_text("branch b1")

    sitting = open_sitting(open_trace(str(trace)).trace, str(trace), look_only=True)
    (branch,) = sitting.history.sitting.branches
    assert branch.stopped is not None
    assert branch.stopped.kind in {"stopped", "cut-off"}
    output = branch.trace.step(0).body.output
    assert output is not None
    assert output.text == "Let me look."
    assert not [path.name for path in tmp_path.iterdir() if ".run-" in path.name]


def test_a_visitor_looks_and_changes_nothing(enter: Enter, trace: Path) -> None:
    """Every key that would change something, start something or write something says why not."""
    before = sorted(path.name for path in trace.parent.iterdir())
    visit = enter()
    visit.until_text("‼ 9 errors")
    visit.until_text("read-only")
    visit.until_text("#14 lookup_order is called")
    for key, what in _CHANGES.items():
        visit.type(key)
        visit.until_text(f"{key} {what}: this is served read-only: --web-edit")
    visit.type("o")
    visit.until_text("o Export: a browser writes no files here")
    visit.type("q")
    visit.until_closed()
    assert sorted(path.name for path in trace.parent.iterdir()) == before


def test_what_a_visitor_says_is_keys_and_nothing_else(server: Serving, enter: Enter) -> None:
    visit = enter()
    visit.until_text("‼ 9 errors")
    for odd in (
        "no json",
        "[]",
        "{}",
        "[1]",
        '["stdin"]',
        '["stdin", 5]',
        '["resize", {"width": "x", "height": 5}]',
    ):
        visit.socket.send(odd)
    visit.say("quit", {})
    visit.say("meta", {"type": "deliver_chunk_request", "key": "x", "size": 1})
    visit.say("resize", {"width": -5, "height": 10**12})
    visit.say("resize", {"width": 120, "height": 40})
    visit.socket.send(b"\x00" * 100)
    visit.say("stdin", "; touch stolen; $(touch stolen) `touch stolen`\r\x1b")
    visit.say("ping", "7")
    while not isinstance(said := visit.socket.recv(timeout=SECONDS_MAX), str):
        pass
    assert json.loads(said) == ["pong", "7"]
    visit.type("?")
    visit.until_text("type to filter")
    assert len(server.visitors) == 1
    visit.socket.send(json.dumps(["stdin", "x" * limits.WEB_MESSAGE_BYTES_MAX]))
    visit.until_closed()
    server.until_visitors(0)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("120", 120),
        (80, 80),
        ("", 40),
        ("x", 40),
        (-3, 40),
        (0, 40),
        ("9" * 5000, 1000),
        (10**12, 1000),
        ("٣", 3),
    ],
)
def test_a_screen_has_a_size_within_reason(said: object, taken: int) -> None:
    assert web.cells(said) == taken


def test_interrupting_it_ends_everybody(server: Serving, enter: Enter) -> None:
    visits = [enter() for _ in range(2)]
    for visit in visits:
        visit.until_text("‼ 9 errors")
    running = server.visitors
    assert len(running) == 2

    assert server.stop() == 0

    assert [process for process in running if _runs(process)] == []
    assert "Traceback" not in server.said


def test_a_server_that_is_killed_leaves_nobody_behind(server: Serving, enter: Enter) -> None:
    visit = enter()
    visit.until_text("‼ 9 errors")
    (process,) = server.visitors
    server.process.kill()
    server.process.wait()
    end = time.monotonic() + SECONDS_MAX
    while _runs(process):
        assert time.monotonic() < end, "it lives on"
        time.sleep(0.05)


def test_a_process_that_does_not_end_is_killed(server: Serving, enter: Enter) -> None:
    visit = enter()
    visit.until_text("‼ 9 errors")
    (process,) = server.visitors
    os.kill(process, signal.SIGSTOP)
    visit.socket.close()
    server.until_visitors(0)


def test_a_process_that_dies_closes_its_page(server: Serving, enter: Enter) -> None:
    visit = enter()
    visit.until_text("‼ 9 errors")
    os.kill(server.visitors[0], signal.SIGKILL)
    visit.until_closed()


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
