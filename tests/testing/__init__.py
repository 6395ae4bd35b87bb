"""The tests of the stand-in provider."""
