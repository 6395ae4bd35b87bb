"""Chunking: a document is cut into the pieces that are searched as one.

It does not know where documents come from, or how chunks are embedded, stored and found.
"""
