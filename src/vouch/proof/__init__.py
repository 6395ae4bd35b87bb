"""Proofs: run all cases, judge the answers, compare with the last kept version, decide, certify, report.

They do not know commands, nor which engines answer.
"""
