"""The plug-in for pytest: proofs as tests, one a suite or one a case.

It does not know how a verdict is reached. Only `plugin` is loaded when pytest starts, and that loads nothing of Vouch.
"""
