"""What stands in for the outside world in tests: a provider of models over real HTTP.

It does not know the product's clients; it speaks a provider's published format, and any client may ask it.
"""
