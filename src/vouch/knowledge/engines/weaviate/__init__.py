"""Weaviate as an index engine.

It does not know versions; `engines.engine` keeps them.
"""
