"""The tests of the litellm models."""
