"""The promises between rooms, one Protocol a file.

They do not know any implementation.
"""
