"""Vouch: the system around the model."""
