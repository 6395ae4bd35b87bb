"""A judge's score, weighted by the probability of every score it could have written in that place.

It does not know how the judge was asked.

G-Eval (Liu et al., 2023): the sum of p(s) s over the scores s of the scale, here divided by the sum of p(s), since only
the likeliest tokens are told. A score of several tokens ("10", "4.5") is a walk: at each of its tokens the alternatives
that end it in another score count as such, and what was written goes on to the next token.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from vouch.values.request import TokenLogprob

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_ALONE: Final = re.compile(r"[\s\"'(*:]*(\d+(?:\.\d+)?)[^\d\w]*")
_WITHIN: Final = re.compile(r"\d*(?:\.\d*)?")

_SIGNED: Final = r"(-?\d+(?:\.\d+)?)"
_CALLED: Final = r"(?:score|rating|grade)[\"'*_]*"
_KEY: Final = re.compile(rf'"score"\s*:\s*"?{_SIGNED}')
_LINE: Final = re.compile(rf"(?im)^[\W_]*(?:final )?{_CALLED}\s*(?:is|[:=])[\s\"'*_]*{_SIGNED}")
_WORDS: Final = re.compile(rf"(?i)\b{_CALLED}\s*(?:is|of|[:=])?[\s\"'*_]*{_SIGNED}")
_ONLY: Final = re.compile(rf"(?<!\w){_SIGNED}")


class Scale(NamedTuple):
    """Scores from `low` to `high`, both included; whole numbers only where `whole`."""

    low: float
    high: float
    whole: bool = True

    def holds(self, score: float) -> bool:
        """Whether this is a score of the scale."""
        return self.low <= score <= self.high and (not self.whole or score == int(score))

    def share(self, score: float) -> float:
        """A score as a share of the scale, in [0, 1]."""
        return (score - self.low) / (self.high - self.low)

    def __str__(self) -> str:
        return f"{'a whole number' if self.whole else 'a number'} from {self.low:g} to {self.high:g}"


class Written(NamedTuple):
    """A score as it stands in a text: its value, and where its characters begin and end."""

    score: float
    start: int
    end: int


def written_score(text: str) -> Written | None:
    """The score in a text: JSON's `"score"`, else a line that calls it so, else the last one that is called so in a
    sentence, else the only number there is.
    """
    for pattern in (_KEY, _LINE, _WORDS, _ONLY):
        found = list(pattern.finditer(text))
        if found and (pattern is not _ONLY or len(found) == 1):
            return Written(float(found[-1][1]), found[-1].start(1), found[-1].end(1))
    return None


def weighted(tokens: Sequence[TokenLogprob], scale: Scale) -> float | None:
    """The expected score of an answer's tokens; None where the score stands in none, or none of them is of the scale.

    Alternatives that are no score of the scale are left out, and the others share what is left.
    """
    text = "".join(token.token for token in tokens)
    written = written_score(text)
    if written is None:
        return None
    leaves = [(score, p) for score, p in _walk(tokens, written, text) if scale.holds(score)]
    mass = math.fsum(p for _, p in leaves)
    if mass <= 0:
        return None
    return math.fsum(score * p for score, p in leaves) / mass


def _walk(tokens: Sequence[TokenLogprob], written: Written, text: str) -> Iterator[tuple[float, float]]:
    """Every score that could have been written, with its probability."""
    reach, at = 1.0, 0
    for token in tokens:
        start, at = at, at + len(token.token)
        if at <= written.start:
            continue
        if start >= written.end:
            return
        before = text[written.start : start] if start > written.start else ""
        lead = text[start : written.start] if start < written.start else ""
        last = at >= written.end
        for other, logprob in _choices(token):
            if other == token.token and not last:
                continue
            score = written.score if other == token.token else _score(before, other, lead)
            if score is not None:
                yield score, reach * math.exp(logprob)
        reach *= math.exp(token.logprob)


def _choices(token: TokenLogprob) -> Sequence[tuple[str, float]]:
    """The alternatives at a place, the written one among them."""
    if any(text == token.token for text, _ in token.top):
        return token.top
    return (*token.top, (token.token, token.logprob))


@lru_cache(maxsize=4096)
def _score(before: str, token: str, lead: str) -> float | None:
    """The score that `token` would make of what was written `before` it; None where that is no number.

    `lead` is what the written token holds in front of the score, such as a space or a colon.
    """
    rest = token[len(lead) :] if lead and token.startswith(lead) else token
    if before:
        # Within a number no space may follow; a token that is no part of it ends it.
        within = _WITHIN.match(rest)
        number = f"{before}{within[0] if within else ''}".removesuffix(".")
    else:
        alone = _ALONE.fullmatch(rest)
        number = alone[1] if alone else ""
    return float(number) if _NUMBER.fullmatch(number) else None
