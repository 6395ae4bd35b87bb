"""A reader that answers from passages with no language model: exact words of a sentence, where it stands, how sure.

It does not know where the passages come from, or which embedder turns texts into vectors.
"""
