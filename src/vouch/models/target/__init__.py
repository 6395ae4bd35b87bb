"""Targets: any function, object of another framework, or HTTP endpoint in a model's place, so that it can be proven.

They do not know how what they ask comes to its answer.
"""
