"""Panes: each paints plain rows of `views/` on the line API and computes nothing about traces."""
