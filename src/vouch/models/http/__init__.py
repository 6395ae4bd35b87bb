"""One small HTTP/1.1 client for everything that calls a model.

It does not know what is asked, of whom, or in which format.
"""
