"""OpenAI's models at Azure: the same chat completions, at a deployment's own path and version.

It does not know any other API.
"""
