"""The door. The commands that are typed most, with nothing but paths, go straight in; all others through typer.

typer costs about eight times what `--version` does, a third of what `check` of a small trace does: a person who opens a
trace should not wait for it.
"""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line of this process and return its exit code (see `errors`)."""
    from replaydbg import limits

    sys.setrecursionlimit(limits.CALLS_DEEP_MAX)
    # Imports make no garbage, and walking what they make costs a tenth of the start. Who has imported all that it needs
    # takes that out of the collector's sight (`gc.freeze`) and turns it on.
    gc.disable()
    try:
        return _dispatch(sys.argv[1:])
    finally:
        gc.enable()


def _dispatch(arguments: list[str]) -> int:
    match arguments:
        case ["--version" | "-V"]:
            from replaydbg.cli import report

            return report.guarded(_version, reads=False)
        case ["open", path] if _is_path(path):
            from replaydbg.cli import interactive, report

            return report.guarded(lambda: interactive.look(path))
        case ["show", path] if _is_path(path):
            from replaydbg.cli import listing, report

            return report.guarded(lambda: listing.print_path(path))
        case ["check", *paths] if paths and all(map(_is_path, paths)):
            from replaydbg.cli import checking, report

            return report.guarded(lambda: checking.print_checked(paths))
        case ["demo"]:
            from replaydbg.cli import interactive, report

            return report.guarded(interactive.look_at_demo)
    from replaydbg.cli import app

    return app.run(arguments)


def _version() -> int:
    from replaydbg import __version__

    print(f"replaydbg {__version__}")  # noqa: T201 - the one line that needs no renderer
    return 0


def _is_path(word: str) -> bool:
    return word == "-" or not word.startswith("-")


if __name__ == "__main__":
    sys.exit(main())
