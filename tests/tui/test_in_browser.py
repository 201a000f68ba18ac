"""The program on the pipes that a server of browsers gives it."""

from __future__ import annotations

import json
import subprocess
import sys

from replaydbg.actions.demo import incident_path


def test_it_ends_when_its_server_says_nothing_any_more() -> None:
    asked = json.dumps({"path": incident_path(), "read_only": "only a look"})
    done = subprocess.run(
        [sys.executable, "-P", "-m", "replaydbg.cli.visitor", asked, "80", "24"],
        input=b"",
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"__GANGLION__\n")
    assert b'{"type": "exit"}' in done.stdout
