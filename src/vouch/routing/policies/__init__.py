"""One policy a file, all behind the one `Router` of the contracts.

They do not know each other.
"""
