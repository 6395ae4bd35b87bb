"""Anthropic's messages.

They do not know who asks or who answers.
"""
