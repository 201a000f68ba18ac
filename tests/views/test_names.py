"""What rows are called that stand for several steps."""

from __future__ import annotations

from replaydbg.graph.facts import Facts
from replaydbg.graph.lanes import Chain
from replaydbg.graph.zoom import Level, Stretches, Zoomed
from replaydbg.rules import _registry
from replaydbg.views.chain import ChainView
from tests.graph.test_zoom import two_agents


def names(level: Level, lines: int = 3, width: int = 110) -> list[str]:
    run = two_agents()
    chain = Zoomed(Chain(run), Stretches(run).of(level, lines), level)
    facts = Facts(run)
    view = ChainView(chain, [finding for heard in _registry.check(facts) for finding in heard.findings])
    columns = view.columns(width, 1)
    return ["".join(span.text for span in view.line(laid, columns)) for laid in chain.window(0, 9)]


def test_by_round_by_agent_and_the_whole_run() -> None:
    rounds = names(Level.ROUND)
    assert "2 steps" in rounds[1]
    assert "find" in rounds[1]
    agents = names(Level.AGENT)
    assert "planner  3 steps, 1 call, 1 execution" in agents[0]
    assert "searcher  3 steps, 1 call, 1 execution" in agents[1]
    run = names(Level.RUN, 2)
    assert len(run) == 2
    assert "planner" in run[0]
    assert "searcher … planner" in run[1]
    for line in (*rounds, *agents, *run):
        assert len(line) == 110
