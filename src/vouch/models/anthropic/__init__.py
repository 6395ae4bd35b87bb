"""Models that speak Anthropic's Messages API.

It does not know any other API.
"""
