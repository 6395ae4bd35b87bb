"""Larkhill, a small shop: its database, what can be done in it, and the HTTP API through which others do it.

It does not know the agent, nor the policy by which the agent must act: it does what it is told, once per key.
"""
