"""How the data of the support example are made: the shop's goods, people and orders, and the cases with what is right.

It does not know the agent, its tools or its policies in code: what is right follows from the data and the written
policy alone. Only the standard library is needed.
"""
