"""Provenance: what text of strangers may do in a run, and what it may not. Pure rules over what the run has recorded.

It does not know how a run is driven, how people are asked, or any provider of models. Nothing here looks at what a text
says: whether a write may be made follows from where the texts before it came from.
"""
