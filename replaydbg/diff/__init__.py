"""Two runs side by side: which step is which, what changed, which findings were gained and lost."""
