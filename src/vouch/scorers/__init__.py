"""Scorers: one case and the output of its run in, one judgement out.

They do not know how the run was made, or what follows from many judgements.

The one exception to "no re-exports": these factories are what users write, as in `scorers.label()`.
"""

from vouch.scorers.contains import contains
from vouch.scorers.exact import exact
from vouch.scorers.label import label
from vouch.scorers.number import number
from vouch.scorers.regex import regex

__all__ = ["contains", "exact", "label", "number", "regex"]
