"""Payload shapes of model providers, JSON to core and back. One shape per file; used by readers and by drivers."""
