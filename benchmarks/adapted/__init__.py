"""Five payments by agents of other frameworks, killed and run again: with their own tools, and with Vouch's.

They run in an environment that has Vouch and the frameworks: `scripts/peers adapters`.
"""
