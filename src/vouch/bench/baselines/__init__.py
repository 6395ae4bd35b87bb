"""Simple models to hold others against: they learn from worked examples, with neither network nor key.

They do not know which task they are taught.
"""
