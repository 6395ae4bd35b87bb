"""The sentence encoder all-MiniLM-L6-v2 on NumPy alone.

It does not know what its vectors are used for.
"""
