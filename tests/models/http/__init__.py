"""The tests of the HTTP client."""
