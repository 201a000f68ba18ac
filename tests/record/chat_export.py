"""`chat-export.zip`: a person's data export in the shape in which ChatGPT mails it, written by hand.

Two files of conversations, since large exports come so, and what lies beside them. In the first conversation the same program is
run three times and fails each time; the second has nothing to be found.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

NAME = "chat-export.zip"
TRACES = Path(__file__).resolve().parents[2] / "traces"
START = 1_780_300_800.0  # seconds: 2026-06-01 08:00 UTC
PACKED_AT = (2026, 6, 3, 7, 30, 0)
MODEL = "scripted-chat"
PROGRAM = "import pandas as pd\nfares = pd.read_csv('/mnt/data/fares.csv')\nprint(fares.groupby('country')['eur'].sum())"
MISSING = "FileNotFoundError: [Errno 2] No such file or directory: '/mnt/data/fares.csv'"


def _node(number: int, role: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": f"node-{number}",
        "parent": f"node-{number - 1}",
        "children": [],
        "message": {
            "id": f"node-{number}",
            "author": {"role": role, "name": more.get("name"), "metadata": {}},
            "create_time": START + 60 * number,
            "content": content,
            "status": "finished_successfully",
            "end_turn": None,
            "metadata": {"model_slug": MODEL} | more.get("metadata", {}),
            "recipient": more.get("recipient", "all"),
        },
    }


def _text(text: str) -> dict[str, Any]:
    return {"content_type": "text", "parts": [text]}


def _run(number: int) -> list[dict[str, Any]]:
    failed = {"aggregate_result": {"status": "failed_with_in_kernel_exception"}}
    code = {"content_type": "code", "language": "unknown", "text": PROGRAM}
    output = {"content_type": "execution_output", "text": MISSING}
    return [
        _node(number, "assistant", code, recipient="python"),
        _node(number + 1, "tool", output, name="python", metadata=failed),
    ]


def _conversation(id_: str, title: str, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    root = {"id": "node-0", "message": None, "parent": None, "children": []}
    for parent, child in zip([root, *nodes], nodes, strict=False):
        parent["children"] = [child["id"]]
    return {
        "title": title,
        "create_time": START,
        "update_time": START + 60 * len(nodes),
        "mapping": {node["id"]: node for node in (root, *nodes)},
        "current_node": nodes[-1]["id"],
        "conversation_id": id_,
        "default_model_slug": MODEL,
        "id": id_,
    }


FARES = _conversation(
    "6a1d0c00-fares",
    "Sum of fares",
    [
        _node(
            1, "user", _text("What did our trips in May cost for each country? The fares are in fares.csv.")
        ),
        *_run(2),
        *_run(4),
        *_run(6),
        _node(8, "assistant", _text("I cannot find fares.csv. Could you attach it again?")),
    ],
)
PACKING = _conversation(
    "6a1d0c00-packing",
    "Packing list",
    [
        _node(1, "user", _text("Three days in Bergen in June, with one walk. What do I pack?")),
        _node(2, "assistant", _text("Rain jacket, layers, boots that are worn in, a small rucksack.")),
    ],
)
FILES = {
    "chat.html": "<html><body>The same conversations, for people.</body></html>",
    "conversations-000.json": json.dumps([FARES]),
    "conversations-001.json": json.dumps([PACKING]),
    "user.json": json.dumps({"id": "user-invented", "email": "dana@example.org"}),
}


def record() -> Path:
    path = TRACES / NAME
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in FILES.items():
            entry = zipfile.ZipInfo(name, PACKED_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return path
