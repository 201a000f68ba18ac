"""What `msgspec` decodes into is made known while modules are imported, when no other thread can see a class half known."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from collections.abc import Iterator

from tests.house.source import Module, modules

AT_IMPORT = {"replaydbg.readers._langfuse_observation._shape", "replaydbg.readers._otlp_shapes._shape"}
"""Functions that only their own module calls, while it is imported."""
KNOWN_BEFORE = {"replaydbg.wire.genai._read_exact", "replaydbg.wire.genai.read_tools"}
"""Functions that convert to classes which their module has made known."""
THREADS = """
    import sys, threading
    sys.setswitchinterval(1e-6)
    from replaydbg.wire import genai
    exact = {"part": "ToolCall", "id": "a", "name": "b", "raw": "{}", "arguments": {}}
    part = {"type": "tool_call", "id": "a", "name": "b", genai.EXACT: exact}
    start = threading.Barrier(8)
    def read():
        start.wait()
        for _ in range(20):
            genai.read_parts([part])
    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


def meetings(module: Module) -> Iterator[str]:
    """Functions that may be the first to show a class to `msgspec`."""
    for function in module.tree.body:
        inside = function.body if isinstance(function, ast.ClassDef) else [function]
        for each in inside:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(meets, ast.walk(each))):
                yield f"{module.name}.{each.name}"


def meets(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    return called in ("msgspec.convert", "msgspec.json.Decoder") or (
        called.startswith("msgspec.") and any(keyword.arg == "type" for keyword in node.keywords)
    )


def test_classes_are_shown_to_msgspec_at_import() -> None:
    """Two threads that show it one class at a time end the process: it happened where a branch was compared and checked."""
    found = {name for module in modules() for name in meetings(module)}

    assert found == AT_IMPORT | KNOWN_BEFORE


def test_threads_that_read_exact_parts_first_do_not_end_the_process() -> None:
    for _ in range(6):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(THREADS)], check=False, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
