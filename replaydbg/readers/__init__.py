"""Trace formats in. One format per file; each turns bytes into traces and notices, and never raises on data."""
