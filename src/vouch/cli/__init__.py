"""Commands: what people type, and what they read.

They do not know how anything is done: they call the rooms below and show what comes back.
"""
