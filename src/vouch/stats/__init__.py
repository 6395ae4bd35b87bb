"""Statistics: exact intervals, paired comparison, certified thresholds. Pure mathematics on NumPy and scipy.special.

It does not know what was measured, where the numbers come from, or what is done with a verdict.
"""
