"""The face in the terminal. Screens wire panes together, panes paint rows of `views/`, `actions.py` owns every key."""

import os

# Textual reads it when it is first imported. What a key changes is painted at the next tick of a clock: with the usual sixty a second
# a key that comes right after another change waits for seventeen milliseconds, while nothing is done.
os.environ.setdefault("TEXTUAL_FPS", "120")
