"""What makes the files of `traces/`; see `make_traces.py`."""
