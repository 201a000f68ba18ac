"""Replay, sans-IO: what an edit touches, which requests its branch needs, and the branch made of the answers."""
