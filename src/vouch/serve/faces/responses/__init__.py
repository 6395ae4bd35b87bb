"""OpenAI's responses.

They do not know who asks or who answers.
"""
