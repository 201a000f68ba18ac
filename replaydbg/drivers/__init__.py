"""The world: files, the session store, providers, tools. The only room that touches it; failures come back as values."""
