"""The same small agents in other projects' ways, each run in an environment of its own (`scripts/peers`).

They do not import Vouch.
"""
