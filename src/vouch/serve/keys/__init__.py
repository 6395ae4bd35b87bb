"""Virtual keys: who may ask for what, how often, and for how much money.

They do not know formats or providers.
"""
