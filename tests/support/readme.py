"""The tables of the README, made from the program itself. `python -m tests.support.readme` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def rules_table() -> str:
    from replaydbg.rules._registry import table

    return table().rstrip()


def formats_table() -> str:
    from replaydbg.readers._registry import readers

    lines = ["| `--format` | what it is |", "|---|---|"]
    lines += [f"| `{reader.name}` | {reader.title} |" for reader in readers()[0]]
    return "\n".join(lines)


TABLES = {"rules": rules_table, "formats": formats_table}


def with_tables(text: str) -> str:
    """The text of the README with each table as it should be."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}: made by python -m tests.support.readme -->\n", f"<!-- end of {name} -->"
        before, found, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not found or not ended:
            raise LookupError(f"the README has no place for the table of {name}")
        text = f"{before}{begin}{table()}\n{end}{after}"
    return text


def commands(text: str) -> list[tuple[str, int]]:
    """Every command of the shell blocks with the exit code that its comment tells, 0 where it tells none."""
    found = []
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip():
                command, _, comment = line.partition("  #")
                told = re.search(r"exit code (\d+)", comment)
                found.append((command.strip(), int(told[1]) if told else 0))
    return found


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text("utf-8")), "utf-8")
