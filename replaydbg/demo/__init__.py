"""The bundled incident: a support agent that breaks a tool's JSON Schema and then loops, with all its parts runnable.

`agent` is the loop, `tools` are its real tools over a small read-only database, and `model` is a rule-based stand-in
that reads the conversation it is given. The stand-in is not a language model and is labelled so in every reply, but
because it reads, editing a prompt, an argument or a tool response really changes what follows.
"""
