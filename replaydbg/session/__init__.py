"""One sitting as immutable values: branches, pending edits, notes; changed by commands only, so that all of it undoes."""
