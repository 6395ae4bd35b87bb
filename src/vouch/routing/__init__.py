"""Choosing the model that answers: policies, the learned chance of a good answer, cascades, and what is certified.

It does not know how models are asked.
"""
