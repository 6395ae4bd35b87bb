"""Models that speak OpenAI's Responses API.

It does not know any other API.
"""
