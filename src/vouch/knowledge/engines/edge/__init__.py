"""The embedded engine beyond some 20,000 chunks: the exact engine's files, and graphs of neighbours beside.

It does not know documents, embedders, or servers.
"""
