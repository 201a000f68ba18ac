"""What lies over the list of steps."""

from __future__ import annotations

from replaydbg.graph.facts import Facts
from replaydbg.tui.widgets.filtered import FilteredChain
from tests.support.runs import loop_findings, looping
from tests.tui.host import running

RUN = looping(6)


async def test_a_filter_and_what_was_found_outlive_new_findings() -> None:
    chain = FilteredChain()
    async with running(chain) as (_, pilot):
        facts = Facts(RUN)
        chain.load(RUN, facts)
        chain.pick([1, 4])
        chain.find([4])
        chain.remark({1: "here"}, {4})
        chain.load(RUN, facts, loop_findings(RUN))
        await pilot.pause()
        assert chain.count == 2
        assert chain.view is not None
        assert list(chain.view.hits) == [4]
        assert chain.view.noted == {1: "here"}
        assert set(chain.stops(chain.view)) <= {1, 4}
        chain.load(RUN, Facts(RUN))
        assert chain.count == 2, "lanes are laid anew"


async def test_another_trace_is_shown_whole() -> None:
    chain = FilteredChain()
    async with running(chain):
        chain.load(RUN, Facts(RUN))
        chain.pick([1])
        other = looping(3, trace_id="other")
        chain.load(other, Facts(other))
        assert chain.picked is None
        assert chain.count > 1


async def test_what_is_hidden_lifts_the_filter() -> None:
    chain = FilteredChain()
    async with running(chain) as (host, pilot):
        chain.load(RUN, Facts(RUN))
        chain.pick([1])
        chain.go_to(3)
        await pilot.pause()
        assert chain.row == 3
        assert host.all_posted(FilteredChain.Lifted)
