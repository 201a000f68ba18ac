"""What a browser sees: one visitor's process, started by `open --web` with the options of `open` as JSON.

    python -P -m replaydbg.cli.visitor '{"path": "trace.json"}' 120 40

Standard input and output are the server's pipes. `-P`, as nothing beside the trace may be imported.
"""

from __future__ import annotations

import json
import sys

from replaydbg.cli import interactive, report


def main() -> int:
    options, width, height = sys.argv[1:]
    return report.guarded(lambda: interactive.show_visitor(json.loads(options), (int(width), int(height))))


if __name__ == "__main__":
    sys.exit(main())
