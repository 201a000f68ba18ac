"""The face in the terminal. Screens wire panes together, panes paint rows of `views/`, `actions.py` owns every key."""
