"""Models at Mistral, which speak OpenAI's chat completions with words of their own.

It does not know any other API.
"""
