"""Engines by name: one small file a family of models, loaded when one of its models is first asked for.

They do not know which app asks.
"""
