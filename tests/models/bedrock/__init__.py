"""The tests of the bedrock models."""
