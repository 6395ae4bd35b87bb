"""Prompts: versioned files with typed variables, rendered into messages.

They do not know who asks a model, which model answers, or how an answer is judged.
"""
