"""OpenAI's completions of a text, as they were before there were chats.

They do not know who asks or who answers.
"""
