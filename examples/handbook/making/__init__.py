"""How the pages and the cases of the handbook example are made.

It does not know the app.
"""
