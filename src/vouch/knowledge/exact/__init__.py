"""The index engine that needs nothing but a folder: it looks at every chunk, so that its answers are exact.

It does not know what documents are read from, how they are cut, or who embeds them.
"""
