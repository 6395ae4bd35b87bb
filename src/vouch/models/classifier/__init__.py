"""A classifier that learns its labels from worked examples.

It does not know which embedder turns the texts into vectors.
"""
