"""The triage example."""
