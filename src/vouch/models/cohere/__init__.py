"""Models that speak Cohere's chat API, version 2.

It does not know any other API.
"""
