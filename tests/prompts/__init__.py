"""The tests of the prompts room."""
