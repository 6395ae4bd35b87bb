"""OpenAI's embeddings.

They do not know who asks or who answers.
"""
