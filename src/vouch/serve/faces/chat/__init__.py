"""OpenAI's chat completions.

It does not know who asks or who answers.
"""
