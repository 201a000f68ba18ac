"""Situations of which users of other tools complain, and some more to break the rules with: work that only looks like a
loop, and loops whose words, thoughts or orders vary. Labelled as those of `situations`, which counts both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.step import Status
from tests.support.build import model_call, trace, user
from tests.support.staged import Situation, done, each, said, times

NP, RC, EL = "no-progress-loop", "repeated-call", "error-loop"
TH, ND, RS, CH = "thrash", "near-duplicate-loop", "retry-storm", "chanting"
TOLD = "Validation succeeded: the document conforms to the schema, there are no warnings and nothing needs to be done."
PASSWORD = {
    "results": [
        {"id": "KB-1", "snippet": "To reset your password open Settings, then Security, and choose Reset."}
    ]
}


def _between(deeds: list[tuple[Any, ...]], *others: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The deeds, and after each of them the others."""
    for deed in deeds:
        yield deed
        yield from others


def _shell(*commands: str, result: str = "", failed: bool = False) -> list[tuple[Any, ...]]:
    return [("bash", {"command": command}, result, *([True] if failed else [])) for command in commands]


LEGITIMATE = (
    Situation("a poll that is given up on after three equal answers", lambda: done(*times(3, ("status", {"job": 7}, "pending")))),
    Situation("in progress, five times", lambda: done(*times(5, ("check_status", {"id": "x"}, {"status": "in_progress"})))),
    Situation("sleep and ask, then it is there", lambda: done(*times(4, ("sleep", {"seconds": 10}, "ok"), ("get_job", {"id": "j"}, {"state": "A"})), ("sleep", {"seconds": 10}, "ok"), ("get_job", {"id": "j"}, {"state": "B"}))),
    Situation("sleep and ask, and give up", lambda: done(*times(4, *_shell("sleep 30"), ("bash", {"command": "gh run view 7"}, "X build"))) ),
    Situation("a server that is not up yet", lambda: done(*_shell(*["sleep 2; curl -s localhost/health"] * 4, result="curl: (7) Failed to connect", failed=True), *_shell("sleep 2; curl -s localhost/health", result="ok"))),
    Situation("the output of a command that runs on", lambda: done(*times(6, ("BashOutput", {"bash_id": "1"}, "<status>on</status>")), ("BashOutput", {"bash_id": "1"}, "<status>exit 0</status>"))),
    Situation("a page that loads, looked at after each wait", lambda: done(*times(4, ("wait", {"ms": 1000}, "waited"), ("snapshot", {}, "Loading...")), ("wait", {"ms": 1000}, "waited"), ("snapshot", {}, "Welcome"))),
    Situation("a key pressed six times", lambda: done(*times(6, ("press_key", {"key": "Tab"}, "Pressed Tab")))),
    Situation("scrolled down five times", lambda: done(*times(5, ("scroll", {"direction": "down"}, "Scrolled down.")))),
    Situation("five thoughts in a row", lambda: done(*each("think", "thought", ["a refund?", "14 days", "so it is 4 left", "the card", "all is well"], ""))),
    Situation("files removed by number, in silence", lambda: done(*_shell(*(f"rm /data/part-{n}" for n in (7, 3, 9, 1, 4))))),
    Situation("files added, in silence", lambda: done(*_shell(*(f"git add src/{name}.py" for name in ("parser", "lexer", "ast", "emit", "main"))))),
    Situation("folders by number, in silence", lambda: done(*each("mkdir", "path", [f"/data/{n}" for n in (7, 3, 9, 1)], ""))),
    Situation("cells that are set, in silence", lambda: done(*each("set_cell", "cell", [f"A{n}" for n in range(1, 9)], None))),
    Situation("words sought in the code that are not there", lambda: done(*_shell(*(f'grep -rn "{word}" src/' for word in ("parse_args", "TokenBucket", "flush_all", "retry_policy"))))),
    Situation("hosts, all well", lambda: done(*each("ping", "host", [f"web-{n}.example.com" for n in (3, 1, 4, 2)], TOLD))),
    Situation("documents, all valid", lambda: done(*each("validate", "path", [f"configs/{name}.yaml" for name in ("dev", "prod", "test", "stage")], TOLD))),
    Situation("the weather day by day", lambda: done(*each("weather", "date", [f"the {n} of May" for n in range(1, 7)], TOLD))),
    Situation("a free room day by day", lambda: done(*each("rooms", "date", [f"2026-02-{n:02}" for n in range(1, 7)], {"available": []}))),
    Situation("numbers that the task names, none of them known", lambda: done(*each("track", "number", [f"1Z99{n}8A7" for n in (3, 1, 7, 5)], "not found"), task="Track 1Z9938A7, 1Z9918A7, 1Z9978A7 and 1Z9958A7.")),
    Situation("orders from a list, none can be cancelled", lambda: done(("orders", {}, ["W811001", "W204001", "W990001", "W377001"]), *each("cancel", "order", ["W811001", "W204001", "W990001", "W377001"], "Error: delivered", True))),
    Situation("ports that are tried, the fifth is open", lambda: done(*each("connect", "port", [21, 443, 22, 25], "Error: connection refused", True), ("connect", {"port": 8080}, "open"))),
    Situation("the culprit is halved down", lambda: done(*each("run_at", "revision", [512, 256, 128, 64, 32], "Error: assertion failed", True), ("run_at", {"revision": 16}, "ok"))),
    Situation("four wordings, the fifth hits", lambda: done(*each("search", "q", ["refund lamp", "refund lamps", "refunds lamp", "refund a lamp"], "no results"), ("search", {"q": "refund my lamp"}, TOLD))),
    Situation("the same failing test after each like edit", lambda: done(*_between([("edit", {"old": f"x = {c}()", "new": f"x = {c}(1)"}, "edited") for c in "abcd"], ("test", {}, "1 failed: test_total", True)))),
    Situation("the same command after each installation", lambda: done(*_between(_shell(*(f"pip install {c}" for c in "abcd"), result="Successfully installed"), *_shell("python main.py", result="ModuleNotFoundError: no x")))),
    Situation("it fails to compile at another place each time", lambda: done(*_between([("write", {"path": "m.c", "content": f"return {n};"}, "written") for n in range(5)], ("make", {}, "m.c: error: expected ;", True)))),
    Situation("votes, one after another", lambda: trace(*(model_call(f"m{n}", [user("Yes or no?")], "yes", start_ms=n * 100, duration_ms=50) for n in range(6)))),
    Situation("one test after another, each with an error of its own", lambda: done(*(("bash", {"command": f"pytest tests/test_{name}.py"}, f"1 failed: {name}", True) for name in ("parse", "emit", "lexer", "ast")))),
    Situation("queries for numbers that the task names", lambda: done(*each("sql", "query", [f"SELECT * FROM orders WHERE id = {n}" for n in (48213, 11842, 90321, 55510)], []), task="Check orders 48213, 11842, 90321 and 55510.")),
    Situation("nothing but the time", lambda: done(*(("clock", {}, f"2026-02-03T10:0{n}:00Z") for n in range(5)))),
    Situation("undone four times", lambda: done(*times(4, ("undo", {}, "undone")))),
    Situation("a video that is rendered second by second", lambda: done(*(("render_status", {"id": 7}, f"rendered {n * 4}s of 60s") for n in range(1, 13)))),
    Situation("what is left goes down", lambda: done(*(("eta", {"job": 7}, f"pending, {120 - n * 10}s left") for n in range(12)))),
    Situation("trains by the hour, asked nine times", lambda: done(*(("next_train", {"to": "Bern"}, f"leaves at {8 + n:02}:05:00") for n in range(9)))),
    Situation("one of two polls moves", lambda: done(*(deed for n in range(6) for deed in (("pod", {"n": "a"}, "up"), ("pod", {"n": "b"}, f"{n}0 % up")))),
              excuse="a hint, since nobody knows that both are asked together"),
)  # fmt: skip

DRIFTING = (
    Situation("one call, three answers that come again", lambda: done(*(("flip", {}, "THT"[n % 3]) for n in range(6)), ("flip", {}, "E")), (RC,)),
    Situation("a question that a program asks twelve times", lambda: trace(*(model_call(f"m{n}", [user("Go.")], "I will now start.") for n in range(12))), (NP,)),
    Situation("two models asked in turn, and neither answers", lambda: trace(*(model_call(f"m{n}", [user("Go.")], model=f"gpt-{n % 2}", error="429", status=Status.ERROR, start_ms=n * 500, duration_ms=50) for n in range(8))), (RS,)),
    Situation("a numbered list of one sentence", lambda: said("".join(f"{n}. I will check the order now.\n" for n in range(200))), (CH,)),
    Situation("one sentence in a script without spaces", lambda: said("我会检查订单。" * 400), (CH,)),
    Situation("one test with other switches", lambda: done(*_shell(*(f"pytest {switch}" for switch in ("-q", "-x", "-v", "-vv", "--tb=short")), result="1 failed", failed=True)), (ND,)),
    Situation("an edit of what was read that never fits", lambda: done(("read", {"path": "a.py"}, "def total(a, b):\n    return a + b"), *each("edit", "old", ["def total(a, b):", "def total(a, b):  #", "   def total(a, b):", "def total( a, b ):"], "not found in the file", True)), (ND,)),
    Situation("a poll without end", lambda: done(*times(12, ("check_status", {"id": "x"}, {"status": "in_progress"}))), (NP,)),
    Situation("sleep and ask without end", lambda: done(*times(12, ("sleep", {"seconds": 5}, "ok"), ("status", {}, "pending"))), (NP,)),
    Situation("a record with a pending order, again and again", lambda: done(*times(4, ("get_order", {"id": "W1"}, {"id": "W1", "status": "pending", "address": {"street": "Main Street 1", "zip": "12345"}, "items": ["Lamp", "Cup", "Shade"]}))), (NP,)),
    Situation("scrolled twelve times", lambda: done(*times(12, ("scroll", {"direction": "down"}, "Scrolled down."))), (NP,)),
    Situation("the end of the page, again and again", lambda: done(*times(4, ("scroll", {"direction": "down"}, "The end of the page is reached; there is no more content. In view: footer, imprint, contact."))), (NP,)),
    Situation("26 listings, each described otherwise", lambda: done(*(("run_shell_command", {"command": "ls -la", "description": f"{'abcdefghijklmnopqrstuvwxyz'[n]} listing"}, "a.py") for n in range(26))), (NP,)),
    Situation("an explanation beside each reading", lambda: done(*(("read_file", {"target_file": "a.ts", "explanation": why}, "x = 1") for why in ("To read it", "Look again", "I need it", "Verify"))), (NP,)),
    Situation("a comment in each command", lambda: done(*_shell("# list\nls", "# list again\nls", "ls # once more", "ls  # verify", result="a.py"))  , (NP,)),
    Situation("a new thought before each payment that fails", lambda: done(*(deed for why in ("retry", "it may work now", "again", "once more") for deed in (("think", {"thought": why}, ""), ("pay", {"card": 7}, "declined: no funds", True)))), (EL,)),
    Situation("the same thought", lambda: done(*times(4, ("think", {"thought": "I should check the order."}, ""))), (NP,)),
    Situation("one listing with other switches", lambda: done(*_shell("ls", "ls -a", "ls -l", "ls -1", "ls .", "ls ./", result="\n".join(f"module_{n}.py" for n in range(9)))), (ND,)),
    Situation("one article whatever is asked", lambda: done(*each("kb_search", "query", ["reset mfa", "reset my mfa", "mfa reset", "how to reset mfa", "reset mfa token"], PASSWORD)), (ND,)),
    Situation("a package that is not there, installed in every way", lambda: done(*_shell("apt install foo", "apt-get install foo", "sudo apt install foo", "sudo apt-get install foo", "apt-get install -y foo", result="E: Unable to locate package foo")), (ND,)),
    Situation("words in another order", lambda: done(*each("search", "q", ["TypeError pandas merge fix", "fix merge pandas TypeError", "pandas fix TypeError merge", "merge TypeError fix pandas"], "no results")), (ND,)),
    Situation("behind the last page, beside a count", lambda: done(*(("orders", {"page": n}, {"orders": [], "total": 3}) for n in range(2, 8))), (TH,)),
    Situation("behind the last page, as text", lambda: done(*(("orders", {"page": n}, '{"orders": [], "total": 3}') for n in range(2, 8))), (TH,)),
    Situation("ten ports and more, though one is open in the end", lambda: done(*each("connect", "port", [21, 443, 22, 25, 80, 90, 70, 11, 12, 13], "Error: connection refused", True), ("connect", {"port": 8080}, "open")), (TH,)),
    Situation("a session that expires before it is used", lambda: done(*times(4, ("create_session", {}, "created"), ("query", {"q": "x"}, "Error: session expired", True))), (EL,)),
    Situation("seconds are all that is new in what a poll says", lambda: done(*(("status", {"id": 1}, f"pending, waited {n * 5}s") for n in range(30))), (RC,)),
    Situation("a clock before the same word", lambda: done(*(("bash", {"command": "date; cat state"}, f"Tue Feb  3 10:00:{n:02} UTC 2026\npending") for n in range(12))), (RC,)),
    Situation("an uptime beside the same status", lambda: done(*(("health", {}, {"status": "starting", "uptime_seconds": 17 + n * 4}) for n in range(12))), (RC,)),
    Situation("one error, however the subject is put", lambda: done(*each("send_mail", "subject", ["Hello", "Hello!", "Hello again", "Hello there"], "Error: login failed", True)), (ND,)),
    Situation("nothing left of a quota, whatever is asked", lambda: done(*each("search", "q", ["weather Oslo", "capital of France", "lamp", "train to Bern"], "Error: quota exceeded", True)), (ND,)),
    Situation("one error of what is asked, whatever it is", lambda: done(*each("create_ticket", "title", ["Printer", "The login page is slow", "Refund W7", "New chair"], "Error: project OPS is archived", True)), (ND,),
              excuse="calls that differ this much are as often work through a list, of which each fails for the same reason"),
)  # fmt: skip
