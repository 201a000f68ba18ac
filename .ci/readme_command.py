"""Print the README's set-up command that contains a word: `readme_command.py README.md pytest`."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def main() -> None:
    readme, word = sys.argv[1:]
    blocks = re.findall(r"```sh\n(.*?)```", Path(readme).read_text("utf-8"), re.DOTALL)
    found = [
        line
        for block in blocks
        for line in block.splitlines()
        if line.startswith("python3 -m venv") and re.search(rf"\b{word}\b", line)
    ]
    if len(found) != 1:
        sys.exit(f"{readme} has {len(found)} set-up commands with {word!r}, not one")
    sys.stdout.write(found[0] + "\n")


main()
