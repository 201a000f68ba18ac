"""Taking away what is on the screen: as text, Markdown, JSON, or as a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

from textual import work

from replaydbg.tui.background import apart, give_way
from replaydbg.tui.screens.noting import Noting
from replaydbg.views.pictures import bytes_words

_TEXT_COLUMNS = 120
_UNSEEN_SECONDS = 0.15
"""Most files are written by then: a dialog would only flash up."""


class _Stopped(Exception):
    """The person wants no more of the file."""


class _Export:
    """A file as it is written, in a thread: whole histories make a trace of a megabyte a hundred of them."""

    def __init__(self, path: str, pieces: Iterable[str]) -> None:
        self._path, self._pieces = path, pieces
        self._bytes, self._unwanted = 0, False

    def so_far(self) -> str:
        return f"{self._path}, {bytes_words(self._bytes)}"

    def stop(self) -> None:
        self._unwanted = True

    def write(self) -> None:
        from replaydbg.drivers import files

        files.write_whole(self._path, self._encoded())

    def _encoded(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if self._unwanted:
                raise _Stopped
            give_way()
            encoded = piece.encode("utf-8", "replace")
            self._bytes += len(encoded)
            yield encoded


class Exporting(Noting):
    @work
    async def do_export(self) -> None:
        from replaydbg.tui.screens.dialogs import Choose, Line
        from replaydbg.views.export import FORMS

        said = {
            "text": "the steps as they are listed, and the findings",
            "Markdown": "a report: findings, notes, steps",
            "JSON": "the listed steps, whole",
            "SVG": "a picture of this screen",
        }
        picture = self.app.export_screenshot(simplify=True)  # before a dialog stands on it
        forms = list(FORMS)
        chosen = await self.app.push_screen_wait(Choose("Export", [(form, said[form]) for form in forms]))
        if chosen is None:
            return
        form = forms[chosen]
        shown = self.desk.shown
        assert shown is not None  # `why_not` of the action
        of = shown.branch.id if shown.branch is not None else "steps"
        name = f"{Path(shown.trace.source.name).name.split('.')[0] or 'trace'}-{of}{FORMS[form]}"
        path = await self.app.push_screen_wait(
            Line("write to", name, "a file; one that is there is written over")
        )
        if not path:
            self.say("nothing was written", "dim")
            return
        self.say(*await self._written(_Export(path, self._pieces(form, picture))))

    async def _written(self, export: _Export) -> tuple[str, str]:
        """What came of it, and the look of that. What takes longer has a dialog over it, where it can be stopped."""
        from replaydbg.errors import UsageProblem
        from replaydbg.tui.screens.dialogs import Writing

        writing = asyncio.ensure_future(apart(export.write))
        if not (await asyncio.wait({writing}, timeout=_UNSEEN_SECONDS))[0]:
            dialog = Writing(export.so_far, export.stop)
            self.app.push_screen(dialog)
            await asyncio.wait({writing})
            dialog.dismiss()
        try:
            await writing
        except UsageProblem as problem:
            return problem.message, "error"
        except _Stopped:
            return "nothing was written: it was stopped", "dim"
        return f"written: {export.so_far()}", "good"

    def _pieces(self, form: str, picture: str) -> Iterable[str]:
        from replaydbg.views import export

        view, shown = self.chain.view, self.desk.shown
        assert view is not None
        assert shown is not None
        if form == "SVG":
            return (picture,)
        if form == "JSON":
            return export.as_json(view, view.noted)
        if form == "text":
            return export.text(view, _TEXT_COLUMNS)
        branch = shown.branch
        headline = self.desk.headlines().get(branch.id, ("", ""))[0] if branch is not None else ""
        return export.markdown(
            view,
            Path(shown.trace.source.name).name,  # where it lies is nobody's business who reads the report
            branch.label or branch.id if branch else "",
            headline,
            shown.suppressed,
        )
