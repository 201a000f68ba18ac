"""Settings of the test run."""

from __future__ import annotations

from hypothesis import settings

# Machines that test are busy: an example that takes longer than usual is no mistake.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
