"""What a re-run has spent, and the bound at which it asks no more."""

from __future__ import annotations

from dataclasses import dataclass

from replaydbg.core.branch import ModelUse
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.size import tokens_estimate
from replaydbg.core.step import Usage
from replaydbg.replay.api import Policy


@dataclass(slots=True)
class Budget:
    policy: Policy
    live_calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    model: str = ""
    """The first model that answered."""
    models: tuple[ModelUse, ...] = ()
    under_way: int = 0
    """Tokens of the prompts that are not answered yet, estimated."""

    def bound(self) -> tuple[str, str] | None:
        """Kind and sentence of the bound that is reached, or None."""
        policy = self.policy
        if self.live_calls >= policy.calls_max:
            return (
                "calls",
                f"the bound of {policy.calls_max} live model calls is reached; allow more to go on",
            )
        if self.tokens >= policy.tokens_max:
            return "tokens", f"the bound of {policy.tokens_max} tokens is reached; allow more to go on"
        if policy.cost_max_usd is not None and self.cost_usd >= policy.cost_max_usd:
            return "cost", f"the bound of {policy.cost_max_usd:.2f} USD is reached; allow more to go on"
        return None

    def over(self, model: str, prompt: int) -> tuple[str, str] | None:
        """The same of the bound that a prompt of so many tokens would pass, whatever is said to it: a bound is passed by no
        more than the length of the last replies.
        """
        policy, asked = self.policy, self.under_way + prompt
        if self.tokens + asked > policy.tokens_max:
            return (
                "tokens",
                f"the next prompt, about {prompt:,} tokens, would pass the bound of {policy.tokens_max} tokens; allow more to go on",
            )
        cost = policy.price(model, Usage(asked, 0)) if policy.cost_max_usd is not None else None
        if policy.cost_max_usd is not None and self.cost_usd + (cost or 0.0) > policy.cost_max_usd:
            return (
                "cost",
                f"the next prompt would pass the bound of {policy.cost_max_usd:.2f} USD; allow more to go on",
            )
        return None

    def ask(self, prompt: int) -> None:
        """A call is made whose prompt has about so many tokens."""
        self.live_calls += 1
        self.under_way += prompt

    def answered(self, prompt: int, *, live: bool) -> None:
        """It has been answered; not `live` where it was not made, or a person answered it."""
        self.live_calls -= not live
        self.under_way -= prompt

    def note_use(self, recorded: str, requested: str, answered: str) -> None:
        calls = {(one.recorded, one.requested, one.answered): one.calls for one in self.models}
        use = (recorded, requested, answered)
        calls[use] = calls.get(use, 0) + 1
        self.models = tuple(ModelUse(*names, count) for names, count in calls.items())

    def count(self, request: ModelRequest, reply: Reply, *, paid: bool = False) -> float | None:
        """What a reply took: as reported, else estimated from the length of what was said. Gives its cost, if known.

        What was paid in an earlier re-run is not counted again.
        """
        self.model = self.model or request.model
        usage = reply.usage
        if usage.input_tokens is None and usage.output_tokens is None:
            usage = Usage(tokens_estimate(request.messages), tokens_estimate((reply.message,)))
        cost = self.policy.price(request.model, usage)
        if paid:
            return cost
        self.tokens += (usage.input_tokens or 0) + (usage.output_tokens or 0)
        self.cost_usd += cost or 0.0
        return cost
