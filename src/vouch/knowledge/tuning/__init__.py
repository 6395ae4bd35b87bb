"""Which engine, with which parameters, an index should have: tried out on its own vectors with its own questions.

It does not know any app, or what is done with an answer.
"""
