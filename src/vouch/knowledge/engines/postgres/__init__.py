"""Postgres with the extension pgvector as an index engine.

It does not know versions; `engines.engine` keeps them.
"""
