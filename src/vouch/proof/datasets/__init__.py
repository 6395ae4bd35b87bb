"""Datasets: cases read from files of many kinds, from other tools' files and from the journal, one at a time.

They do not know how a case is asked or judged.
"""
