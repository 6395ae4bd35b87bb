"""Benchmarks: well-known labelled sets asked of any model of a project, in one table with intervals, cost and latency.

They do not know commands, and hold no data: the sets are the user's own files.
"""
