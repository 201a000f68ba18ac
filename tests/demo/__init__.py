"""The demo of `replaydbg.demo`, tested."""
