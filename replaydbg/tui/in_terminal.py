"""The screen in a terminal: Textual's driver for that, which also comes back from a stop that it did not hear of."""

from __future__ import annotations

import os
import signal

from textual.drivers.linux_driver import LinuxDriver


class TerminalDriver(LinuxDriver):
    def _sigcont_application(self, *_: object) -> None:
        """After SIGTSTP the driver has let go of the terminal, and takes it again. After SIGSTOP, or where nobody stopped
        it, it has not: Textual's would read keys with a second thread, and each would get some of them.
        """
        if not self._auto_restart:  # an editor has the terminal
            return
        if self._key_thread is not None and self._key_thread.is_alive():
            if os.isatty(self.fileno) and os.tcgetpgrp(self.fileno) != os.getpgrp():
                os.kill(os.getpid(), signal.SIGSTOP)  # the shell has it: `fg` brings us back
                return
            self.suspend_application_mode()
        self.resume_application_mode()
