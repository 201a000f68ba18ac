"""Who answered the live calls of a branch, against who was asked and who was recorded: never swapped without a word."""

from __future__ import annotations

from replaydbg.core.branch import Branch, ModelUse
from replaydbg.views.text import one_line, plural

_NAME_CELLS, _USES_SHOWN = 60, 3


def use_words(use: ModelUse) -> str:
    """`gpt-4o`; or `recorded gpt-4o, asked gpt-4o-mini, answered by gpt-4o-mini-2024-07-18`."""
    recorded, requested, answered = (_name(one) for one in (use.recorded, use.requested, use.answered))
    if use.recorded == use.requested:
        words = requested or "a model without a name"
        return f"asked {words}, answered by {answered}" if use.answered not in {"", use.requested} else words
    told = f", answered by {answered}" if use.answered not in {"", use.requested} else ""
    return f"recorded {recorded or 'no name'}, asked {requested or 'no name'}{told}"


def short_words(use: ModelUse) -> str:
    """`gpt-4o>gpt-4o-mini`: each name once."""
    names = [_name(one) for one in (use.recorded, use.requested, use.answered) if one]
    return "→".join(dict.fromkeys(names))


def is_another(use: ModelUse) -> bool:
    """Whether somebody else answered than was recorded; a snapshot that is named after the model is the model."""
    return use.requested != use.recorded or bool(use.answered and not use.answered.startswith(use.requested))


def models_words(branch: Branch) -> tuple[str, str, str]:
    """In words, in few words, and the look; all "" where nobody was asked."""
    uses = branch.models
    if not uses:  # an earlier version kept one name
        return branch.model, branch.model, ""
    several = len(uses) > 1
    said = [f"{use_words(use)} ({plural(use.calls, 'call')})" if several else use_words(use) for use in uses]
    more = f"; and {len(uses) - _USES_SHOWN} more" if len(uses) > _USES_SHOWN else ""
    return (
        "; ".join(said[:_USES_SHOWN]) + more,
        short_words(uses[0]) + (f" +{len(uses) - 1}" if several else ""),
        "warning" if any(map(is_another, uses)) else "",
    )


def _name(model: str) -> str:
    return one_line(model, _NAME_CELLS)
