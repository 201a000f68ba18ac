"""What the person gave on the command line. Imported before the screen is, so it imports next to nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replaydbg.config import Settings
    from replaydbg.core.tool import ToolSpec


@dataclass(frozen=True, slots=True)
class Setup:
    """`path` is a file, or a folder of them. `tools` are specs of bindings by name of tool."""

    path: str
    format_name: str | None = None
    trace_id: str | None = None
    session_path: str | None = None
    side_tools: tuple[ToolSpec, ...] = ()
    told: tuple[str, ...] = ()
    """What of their file is no tool, and other things that were bent before the trace was read: sentences."""
    settings: Settings | None = None
    """None for the defaults."""
    follow: bool = False
    """The file is still being written: go on with what comes."""
    demo: bool = False
    provider: str = ""
    model: str = ""
    base_url: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    against: str = ""
    """The file of another trace to compare with: what was before."""
    against_trace: str | None = None
    """Which trace of that file."""
    hints: bool = False
    """Whether hints are shown to somebody who has not used the program yet."""
    keeps_shares: bool = False
    """Whether the sizes of panes are those of the last time, and kept for the next."""
    in_browser: bool = False
    """Whoever looks is not at this machine's keyboard: no editor, no file, and no answerer that was not named here."""
    read_only: str = ""
    """Why nothing may be changed; "" where it may."""

    @property
    def instead(self) -> str:
        """Who is asked instead of the recorded models unless the terms say otherwise, "" for those themselves."""
        from replaydbg.drivers.python_name import PREFIX

        if self.demo:
            return "the rule-based stand-in"
        return self.model or (self.provider if self.provider.startswith(PREFIX) else "")

    def may_run(self, always: Iterable[str] = ()) -> frozenset[str]:
        """Tools that run unasked; `always` were allowed for good on the screen."""
        by_settings = self.settings.tools if self.settings is not None else {}
        allowed = (name for name, setting in by_settings.items() if setting.policy == "allow")
        return frozenset((*(self.allowed & self.tools.keys()), *allowed, *always))
