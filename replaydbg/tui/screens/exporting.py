"""Taking away what is on the screen: as text, Markdown, JSON, or as a picture."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from textual import work

from replaydbg.tui.screens.noting import Noting

_TEXT_COLUMNS = 120


class Exporting(Noting):
    @work
    async def do_export(self) -> None:
        from replaydbg.drivers import files
        from replaydbg.errors import UsageProblem
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
        try:
            files.write_whole(
                path, (piece.encode("utf-8", "replace") for piece in self._pieces(form, picture))
            )
        except UsageProblem as problem:
            self.say(problem.message, "error")
            return
        self.say(f"written: {path}", "good")

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
            shown.trace.source.name,
            branch.label or branch.id if branch else "",
            headline,
            shown.suppressed,
        )
