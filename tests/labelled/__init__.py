"""Labelled sets: what the rules find is held against what is known to be there, and the score is printed."""
