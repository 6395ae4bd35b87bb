"""The tasks, one file each: how its files are read, what a model is told, and how its answers are scored.

They do not know which model is asked, nor how examples are chosen.
"""
