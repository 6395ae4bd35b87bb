"""Faces: the formats in which clients ask and are answered, a folder each.

They do not know keys, routes or providers.
"""
