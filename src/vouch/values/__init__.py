"""Frozen values that every room speaks with.

They hold no behaviour beyond their own arithmetic, do no input or output, and import nothing of ours.
"""
