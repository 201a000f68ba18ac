"""The door. The two commands that are typed most, with nothing but a path, go straight in; all others through typer.

typer costs about eight times what `--version` does, and a person who opens a trace should not wait for it.
"""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line of this process and return its exit code (see `errors`)."""
    from replaydbg import limits

    sys.setrecursionlimit(limits.CALLS_DEEP_MAX)
    gc.disable()  # imports make no garbage, and walking what they make costs a tenth of the start
    try:
        return _dispatch(sys.argv[1:])
    finally:
        gc.enable()


def _dispatch(arguments: list[str]) -> int:
    match arguments:
        case ["--version" | "-V"]:
            from replaydbg import __version__

            print(f"replaydbg {__version__}")  # noqa: T201 - the one line that needs no renderer
            return 0
        case ["open", path] if path == "-" or not path.startswith("-"):
            from replaydbg.cli import interactive, report

            return report.guarded(lambda: interactive.look(path))
        case ["demo"]:
            from replaydbg.cli import interactive, report

            return report.guarded(interactive.look_at_demo)
    from replaydbg.cli import app

    return app.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
