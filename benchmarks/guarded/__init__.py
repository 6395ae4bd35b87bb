"""What the benchmark of guards measures on lists and on JSON.

It does not know the guards that look for attacks, personal data or secrets.
"""
