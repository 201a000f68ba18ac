"""The verbs, each a short story of calls. The only thing that faces call besides session commands."""
