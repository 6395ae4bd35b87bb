"""Recorded traffic of model providers: loaded, compared, and checked for what is lost.

It does not know any dialect's reader or writer.
"""
