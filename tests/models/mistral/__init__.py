"""The tests of the mistral models."""
