"""Tools: typed functions that a model may call.

They do not know the model that calls them or the run they are part of.
"""
