"""The handbook example."""
