"""Apps and their runs: one turn as named steps, recorded in the journal, resumed from it.

They do not know how an app is proven, served or configured.
"""
