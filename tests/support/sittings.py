"""Sittings to test with: a small recording, branches of it, and every command that can be made of them."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from replaydbg.codec import step_document
from replaydbg.core.branch import Branch, BranchStep, Edit, Provenance, Stop
from replaydbg.core.trace import Trace
from replaydbg.replay.sampling import Arm, Judged, Tally
from replaydbg.session import commands
from replaydbg.session.commands import Command
from replaydbg.session.state import found_at
from tests.support.build import assistant, call, model_call, tool_execution, trace, user


def recording() -> Trace:
    asked = call("search", {"q": "x", "n": 1}, "c1")
    return trace(
        model_call("m1", [user("hi")], assistant("", asked), params={"temperature": 0.5}),
        tool_execution("t1", asked, {"hits": []}),
        model_call("m2", [user("hi"), assistant("", asked)], "nothing found"),
    )


def branch(
    id_: str = "b1", parent: str = "", edits: tuple[Edit, ...] = (), trace_: Trace | None = None
) -> Branch:
    trace_ = trace_ or recording()
    steps = tuple(
        BranchStep(step_id, step_id, Provenance.RECORDED, "equal request") for step_id in trace_.ids
    )
    return Branch(
        id_, parent, edits, trace_, steps, Stop("offline", "give a model", trace_.ids[-1]), "", "m-2"
    )


def tally(parent: str = "", edits: Iterable[Edit] = ()) -> Tally:
    """Five runs with the edits that came out as wanted, beside five as it was that did not."""
    rows = (Judged("gone:schema-violation", Arm(5, 5), Arm(0, 5), "the edit helps"),)
    return Tally(parent, tuple(edits), rows, (5, 5), (5, 5), calls=30, tokens=4000, seconds=12.5)


TEXT = st.text(max_size=5)
PLACES = {
    "m1": [
        "/messages/0/content",
        "/messages/-",
        "/messages/0",
        "/model",
        "/params",
        "/params/temperature",
        "/params/new",
        "/tool_calls/0/arguments",
        "/tool_calls/0/arguments/q",
        "/tool_calls/0/arguments_raw",
        "/output/content",
        "/nowhere/at/all",
    ],
    "t1": ["/result", "/result/hits", "/result/hits/-"],
    "no such step": ["/result"],
}
_RECORDING = recording()


def _before(id_: str, place: str) -> object:
    if id_ not in _RECORDING.ids:
        return None
    return found_at(step_document(_RECORDING.step(_RECORDING.row(id_))), place)


VALUES = TEXT | st.integers() | st.none() | st.just({"role": "user", "content": "x"}) | st.just({"q": "z"})
EDITS = st.sampled_from([(id_, place) for id_, places in PLACES.items() for place in places]).flatmap(
    lambda at: VALUES.map(lambda value: Edit(at[0], at[1], _before(*at), value))
)
BRANCH_IDS = st.sampled_from(["", "b1", "b2", "b3"])
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    EDITS.map(commands.AddEdit),
    st.lists(EDITS, min_size=1, max_size=3).map(lambda edits: commands.AddEdits(tuple(edits))),
    st.sampled_from([("m1", "/messages/0/content"), ("t1", "/result")]).map(
        lambda at: commands.RemoveEdit(*at)
    ),
    st.just(commands.ClearEdits()),
    BRANCH_IDS.map(lambda parent: commands.AddBranch(branch("", parent))),
    st.tuples(BRANCH_IDS, BRANCH_IDS).map(lambda ids: commands.ContinueBranch(branch(*ids))),
    BRANCH_IDS.map(commands.DropBranch),
    BRANCH_IDS.map(commands.SelectBranch),
    st.builds(tally, BRANCH_IDS, st.lists(EDITS, max_size=2)).map(commands.AddTally),
    st.integers(-1, 2).map(commands.DropTally),
    st.builds(
        commands.SetChoice,
        st.sampled_from(["m1", "m2", "t1", "nobody"]),
        st.sampled_from(["keep", "rerun", "", "maybe"]),
    ),
    st.builds(commands.SetLabel, BRANCH_IDS, TEXT),
    st.builds(commands.SetNote, st.sampled_from(["m1", "t1"]), TEXT),
    st.builds(commands.SetMark, st.sampled_from(["m1", "t1", "b1"]), st.booleans()),
    st.builds(commands.Suppress, st.sampled_from(["f00d", "beef"]), TEXT),
)
