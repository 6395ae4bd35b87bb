"""Qdrant as an index engine: a server, or its client's own small engine in one process.

It does not know versions; `engines.engine` keeps them.
"""
