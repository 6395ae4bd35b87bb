"""What the router is measured with: recorded outcomes, curves of quality against calls, and how often a promise breaks.

It does not know what is reported.
"""
