"""Embedders that wrap another, or a model of sentence-transformers.

They do not know what vectors are used for.
"""
