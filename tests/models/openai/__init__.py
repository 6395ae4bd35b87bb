"""The tests of the OpenAI adapter."""
