"""The reader's weights, as `scripts/fit_reader.py` wrote them: one for each name of a feature.

It does not know what the features are.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct


class Weights(Struct, frozen=True):
    """`answer` weighs the features of a candidate, `right` the signs that it is right.

    Below a chance of `least` to be right no answer is given: there, on the questions it was fitted to, silence gained
    more than the answers.
    """

    answer: dict[str, float]
    right: dict[str, float]
    least: float


@cache
def shipped() -> Weights:
    """The weights that ship with Vouch."""
    return msgspec.json.decode(files("vouch.models.reader").joinpath("weights.json").read_bytes(), type=Weights)
