"""Traces out. One output format per file; each turns a trace into bytes, piece by piece."""
