"""The database: where it is, its schema and schema steps, and its errors in plain words.

It does not know what the rows mean.
"""
