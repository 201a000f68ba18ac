"""Work in threads, done here without them where that is possible."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from replaydbg.actions.convert import save_trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.suspects import suspects
from replaydbg.rules._registry import check
from replaydbg.tui import workers
from replaydbg.tui.messages import (
    Compared,
    ComparisonMoved,
    Found,
    Known,
    OtherRead,
    Planned,
    ReadSoFar,
    SatDown,
    SearchMoved,
    TraceRead,
    WorkFailed,
)
from replaydbg.tui.setup import Setup
from replaydbg.views.query import About
from tests.benchmarks import otlp_traces, session_traces
from tests.support.build import assistant, call, chat, model_call, response, trace, user
from tests.support.desk import shown_of
from tests.support.drive import edit

ASKED = call("search", {"q": "x"}, "c1")
LOOP = [message for _ in range(6) for message in (assistant("", ASKED), response("c1", "none"))]
RUN = chat([user("hi"), *LOOP, assistant("sorry")])


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Any:
    it = SimpleNamespace(is_cancelled=False)
    monkeypatch.setattr(workers, "get_current_worker", lambda: it)
    return it


def test_reading_ends_with_the_whole(tmp_path: Path, worker: Any) -> None:
    posted: list[Any] = []
    save_trace(RUN, str(tmp_path / "r.json"))
    workers.read(Setup(str(tmp_path / "r.json")), posted.append)
    assert isinstance(posted[-1], TraceRead)
    assert posted[-1].reading.complete
    assert len(posted[-1].reading.traces[0]) == len(RUN)
    assert "subtree_ends" in vars(posted[-1].reading.traces[0]), (
        "else the screen's thread makes them of a long trace"
    )


def test_how_far_reading_is_is_told_now_and_then(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, worker: Any
) -> None:
    posted: list[Any] = []
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"".join(otlp_traces.lines("delta", 500_000)))
    monkeypatch.setattr(workers, "_BETWEEN_READINGS_SECONDS", 0)
    workers.read(Setup(str(path)), posted.append)
    told = [message.fraction for message in posted if isinstance(message, ReadSoFar)]
    assert told
    assert told == sorted(told)
    assert all(message.reading.traces for message in posted if isinstance(message, TraceRead))
    assert posted[-1].reading.complete


def test_a_file_that_nobody_wants_any_more_is_not_read_on(tmp_path: Path, worker: Any) -> None:
    """Also where there is nothing to show before its end."""
    posted: list[Any] = []
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"".join(session_traces.claude_code(2_000_000)))

    def post(message: Any) -> None:
        posted.append(message)
        worker.is_cancelled = True

    workers.read(Setup(str(path)), post)
    assert [message.reading.complete for message in posted] == [False]


def test_a_check_that_nobody_wants_any_more_ends(worker: Any) -> None:
    posted: list[Any] = []
    worker.is_cancelled = True
    workers.check(shown_of(Facts(RUN)), posted.append)
    assert posted == []


def test_what_cannot_be_read_is_posted(tmp_path: Path, worker: Any) -> None:
    posted: list[Any] = []
    workers.read(Setup(str(tmp_path / "no.json")), posted.append)
    assert isinstance(posted[0], WorkFailed)
    assert posted[0].fatal


def test_a_session_that_cannot_be_opened_leaves_one_to_look(tmp_path: Path) -> None:
    posted: list[Any] = []
    (tmp_path / "r.json").write_bytes(b"{}")
    (tmp_path / "dir").mkdir()
    setup = Setup(str(tmp_path / "r.json"), session_path=str(tmp_path / "dir"))
    workers.sit_down(setup, RUN, posted.append)
    assert isinstance(posted[0], SatDown)
    assert posted[0].sitting is None
    assert posted[0].problem


def test_facts_are_known_before_the_rules_and_findings_come_rule_by_rule(worker: Any) -> None:
    posted: list[Any] = []
    workers.check(shown_of(Facts(RUN)), posted.append)
    assert isinstance(posted[0], Known)
    assert all(isinstance(message, Found) for message in posted[1:])
    assert {finding.name for message in posted[1:] for finding in message.findings} >= {"no-progress-loop"}
    assert [message.last for message in posted[1:]] == [False] * (len(posted) - 2) + [True]


def test_a_check_that_is_given_up_posts_no_end(worker: Any) -> None:
    worker.is_cancelled = True
    posted: list[Any] = []
    workers.check(shown_of(Facts(RUN)), posted.append)
    assert not any(isinstance(message, Found) for message in posted)


def test_plans_and_edits_that_do_not_fit() -> None:
    posted: list[Any] = []
    shown = shown_of(Facts(RUN))
    good = edit(RUN, "m1", "/model", "gpt")
    workers.make_plan(shown, (good,), {}, "", posted.append)
    workers.make_plan(shown_of(Facts(trace(model_call("z", [], "1")))), (good,), {}, "", posted.append)
    assert isinstance(posted[0], Planned)
    assert posted[0].plan is not None
    assert posted[1].plan is None
    assert posted[1].problem


def test_search_posts_all_rows_in_the_end(worker: Any) -> None:
    posted: list[Any] = []
    workers.search(shown_of(Facts(RUN)), "step>0", About(RUN), len(RUN) - 1, posted.append, filtering=False)
    assert isinstance(posted[-1], SearchMoved)
    assert posted[-1].last
    assert list(posted[-1].rows) == list(range(len(RUN))), "in order, wherever the search began"


def test_the_first_hit_is_posted_at_once(worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replaydbg.tui.workers.time.monotonic", lambda: 0.0)
    run = chat([*[user("hello"), assistant("hi")] * 200, user("sorry"), assistant("sorry")])
    posted: list[Any] = []
    workers.search(shown_of(Facts(run)), "step>70", About(run), 0, posted.append, filtering=False)
    assert [len(one.rows) for one in posted] == [58, len(run) - 70]


def test_a_search_that_is_given_up_posts_nothing_more(worker: Any) -> None:
    worker.is_cancelled = True
    posted: list[Any] = []
    workers.search(shown_of(Facts(RUN)), "sorry", About(RUN), 0, posted.append, filtering=True)
    assert posted == []


def test_comparing(worker: Any) -> None:
    posted: list[Any] = []
    before, after = shown_of(Facts(RUN)), shown_of(Facts(chat([user("hi"), assistant("sorry")])))
    workers.compare(("", "b1"), before, after, lambda _before, _after: {}, posted.append)
    assert isinstance(posted[0], Compared)
    assert (posted[0].before, posted[0].after) == ("", "b1")
    assert [finding.name for finding in posted[0].comparison.lost] == ["no-progress-loop"]
    before.checked = True  # the rules have been over it, and told nothing
    workers.compare(("", "b1"), before, after, lambda _before, _after: {}, posted.append)
    assert posted[1].comparison.lost == ()


def test_the_trace_to_compare_with(tmp_path: Path, worker: Any) -> None:
    posted: list[Any] = []
    path = tmp_path / "other.json"
    save_trace(RUN, str(path))
    workers.read_other(str(path), None, posted.append)
    workers.read_other(str(tmp_path / "nowhere.json"), None, posted.append)
    assert isinstance(posted[0], OtherRead)
    assert len(posted[0].trace) == len(RUN)
    assert isinstance(posted[1], WorkFailed)


def test_a_comparison_tells_how_far_it_is_and_is_given_up(
    tmp_path: Path, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_BETWEEN_READINGS_SECONDS", -1.0)
    posted: list[Any] = []
    before, after = shown_of(Facts(RUN)), shown_of(Facts(chat([user("hi"), assistant("sorry")])))
    path = tmp_path / "other.json"
    save_trace(RUN, str(path))

    def compare() -> None:
        workers.compare(("", "b1"), before, after, lambda _before, _after: {}, posted.append)
        workers.read_other(str(path), None, posted.append)

    compare()
    told = {each.what for each in posted if isinstance(each, ComparisonMoved)}
    assert told >= {"looking for findings", "what differs in each", "reading other.json"}
    posted.clear()
    worker.is_cancelled = True
    compare()
    assert posted == []


def test_what_a_finding_rests_on_is_posted() -> None:
    posted: list[Any] = []
    facts = Facts(RUN)
    finding = next(one for heard in check(facts) for one in heard.findings)
    workers.look_up(shown_of(facts), finding, posted.append)
    assert posted[0].exhibit.finding is finding
    assert posted[0].exhibit.rounds


def test_suspects_are_posted() -> None:
    posted: list[Any] = []
    facts = Facts(RUN)
    shown = shown_of(facts)
    shown.add([one for heard in check(facts) for one in heard.findings])
    workers.suspect(shown, posted.append)
    assert posted[0].suspects == suspects(facts, shown.findings)
    assert posted[0].suspects
