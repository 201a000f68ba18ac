"""Findings of many traces for other programs: one format a file, found by walking the folder."""
