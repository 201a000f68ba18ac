"""What an agent was told in a stretch."""

from __future__ import annotations

from replaydbg.graph.facts import Facts
from replaydbg.graph.threads import Link
from tests.support.build import assistant, call, chat, response, user

UUID = "3f2b8c1e-0d4a-4c57-9a53-6d6f0f1c2a3b"
RUN = chat(
    [
        user("Go."),
        assistant("", call("f", {}, "1")),
        response("1", [UUID]),
        assistant("", call("g", {"id": UUID}, "2")),
        response("2", "ok"),
        assistant("Done."),
    ]
)


def test_an_id_is_known_from_the_result_that_told_it() -> None:
    (stretch,) = Facts(RUN).turns.stretches
    told = stretch[0].stretch
    assert not told.knew(UUID, stretch[0].at)
    assert told.knew(UUID, stretch[1].at)
    assert not told.knew("another", stretch[1].at)


def test_what_is_heard_in_prompts_and_in_results() -> None:
    (turns,) = Facts(RUN).turns.stretches
    texts = turns[0].stretch.texts
    assert list(texts(turns[0])) == [f'["{UUID}"]']
    assert list(texts(Link(turns[0].row, None, 0))) == ["Go."]
