"""The tests of the models room."""
