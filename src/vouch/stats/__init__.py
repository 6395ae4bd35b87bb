"""Statistics: exact intervals, comparisons, early stopping, corrected judges, certified thresholds; pure mathematics.

It does not know what was measured, where the numbers come from, or what is done with a verdict.
"""
