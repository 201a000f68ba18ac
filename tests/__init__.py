"""Tests, a mirror of the package file for file; `support/` holds what they share."""
