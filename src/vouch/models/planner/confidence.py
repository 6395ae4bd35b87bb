"""How likely a tool is the wanted one: a logistic regression on how near the words come to it and to the next best.

It does not know how nearness is measured. The numbers are fitted by `scripts/fit_planner.py` on made-up sets of tools
and made-up wishes, a third of which none of the tools can fulfil; run it again when the measure changes.
"""

from __future__ import annotations

import math
from typing import Final

BAR: Final = 0.5
"""Below this chance nothing is done; the customer is asked what is meant."""

_BIAS: Final = {True: -3.21, False: -2.8}
_SCORE: Final = {True: 7.07, False: 6.61}
_MARGIN: Final = {True: 7.44, False: 6.26}


def chance(score: float, margin: float, *, exemplified: bool) -> float:
    """The chance that the best tool is the wanted one.

    `score` is how near it comes, `margin` by how much the next best comes less near, both as cosines; `exemplified`
    when tools come with examples of wishes.
    """
    weight = _BIAS[exemplified] + _SCORE[exemplified] * score + _MARGIN[exemplified] * margin
    return 1 / (1 + math.exp(-weight))
