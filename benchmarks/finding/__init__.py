"""What the benchmark of retrieval is made of: collections, their outcomes, and the peers beside us.

It does not know which figures are wanted.
"""
