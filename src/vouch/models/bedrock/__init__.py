"""Models that speak Amazon Bedrock's Converse API.

It does not know any other API.
"""
