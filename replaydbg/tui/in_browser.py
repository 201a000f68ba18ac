"""The screen in a browser: Textual's driver for that, which ends with the server it writes to."""

from __future__ import annotations

from textual import messages
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    def run_input_thread(self) -> None:
        """Textual's would let the program live on, unseen, when a server that was killed says nothing any more."""
        super().run_input_thread()
        self._app.post_message(messages.ExitApp())
