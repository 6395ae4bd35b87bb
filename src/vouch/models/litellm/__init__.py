"""Models of the long tail of providers, asked through the optional litellm package.

It does not know any provider.
"""
