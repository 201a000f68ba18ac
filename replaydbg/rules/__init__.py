"""Rules: one finding per file, its docstring the page that `replaydbg explain` prints."""
