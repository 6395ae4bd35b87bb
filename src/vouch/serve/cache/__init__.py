"""Answers of the gateway that are given again: to the same request, or to one that asks the same in other words.

They do not know how a request is answered the first time.
"""
