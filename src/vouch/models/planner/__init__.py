"""A planner that drives tools with no language model: it chooses them by meaning and fills them from their schemas.

It does not know any tool, any app, or which embedder turns texts into vectors.
"""
