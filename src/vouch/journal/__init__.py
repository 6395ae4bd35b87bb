"""The one record: events in, in groups, and everything derived from them out.

It does not know what an app does, nor how a proof judges it.
"""
