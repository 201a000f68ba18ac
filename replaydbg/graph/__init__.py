"""Derived facts of a trace: recomputed, never stored."""
