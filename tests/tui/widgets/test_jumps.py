"""Going through the list of steps. Findings, parents and reveals are in test_chain; here is what must not grow."""

from __future__ import annotations

from replaydbg.tui.widgets.chain import ChainList
from tests.support.build import model_call, trace, user
from tests.support.runs import loop_findings, looping
from tests.tui.host import running


async def test_loops_are_put_in_order_once() -> None:
    chain = ChainList()
    async with running(chain):
        run = looping(6)
        chain.load(run, None, loop_findings(run))
        assert chain.view is not None
        known = chain._loops(chain.view)
        assert known
        assert chain._loops(chain.view) is known
        chain.load(run, None, ())
        assert chain._loops(chain.view) is not known, "findings that come may name others"


async def test_no_jump_asks_for_all_siblings() -> None:
    run = trace(*(model_call(f"m{number}", [user("q")], "a") for number in range(50)))
    chain = ChainList()
    async with running(chain):
        chain.load(run)
        chain.action_unfold_all()
        chain.go_to(20)
        run.children = None  # type: ignore[method-assign, assignment]
        chain.action_sibling(1)
        assert chain.row == 21
        chain.action_sibling(-1)
        assert chain.row == 20
