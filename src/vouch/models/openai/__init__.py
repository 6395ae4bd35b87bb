"""Models behind OpenAI's chat-completions and embeddings format, at OpenAI and at every compatible server.

It does not know which model is asked for what, nor what an answer is worth.
"""
