"""BLEU: how many of an output's word sequences stand in a reference translation.

It does not know meaning, nor how to cut Chinese, Japanese or Korean into words.

Papineni et al. (2002), BLEU: a Method for Automatic Evaluation of Machine Translation. The geometric mean of the shares
of the output's sequences of 1 to 4 words that stand in a reference, times exp(1 - r / c) where the output's c words are
fewer than the r of the reference nearest in length. Equal to sacrebleu 2.6.0 with its defaults (Post 2018), divided by
100: words as of mteval-v13a, and each length without a match counts as half a match of the length before. One case's
score leaves out lengths that its output is too short for, as sacrebleu's `sentence_bleu` does.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from vouch.scorers.answer import measured, texts, unanswered, unjudged
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

_LONGEST: Final = 4

_SEPARATE: Final = (
    (re.compile(r"([\{-\~\[-\` -\&\(-\+\:-\@\/])"), r" \1 "),
    (re.compile(r"([^0-9])([\.,])"), r"\1 \2 "),
    (re.compile(r"([\.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
"""Where mteval-v13a puts spaces: around signs, and around points, commas and hyphens that are in no number."""

_WRITTEN: Final = (
    ("<skipped>", ""),
    ("-\n", ""),
    ("\n", " "),
    ("&quot;", '"'),
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
)

Grams = Counter[tuple[str, ...]]


class Bleu(Struct, frozen=True):
    """A case's score is its own BLEU; the figure of all cases is BLEU over all their words together."""

    @property
    def name(self) -> str:
        """`bleu`."""
        return "bleu"

    async def score(self, case: Case, result: Result) -> Score:
        """The case's BLEU; a case that expects neither a text nor a list of texts cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        tally = self.tally(case, result)
        if tally is None:
            return unjudged(self.name, case, "a text or a list of texts")
        return measured(self.name, _bleu(tally, whole=False))

    def tally(self, case: Case, result: Result) -> Mapping[str, float] | None:
        """Words of output and reference; by length how many sequences there are, and how many match."""
        references = [tokens(text) for text in texts(case.expected)]
        if not references:
            return None
        output = tokens(result.output) if result.status == "answered" else []
        given, allowed = _grams(output), Grams()
        for reference in references:
            allowed |= _grams(reference)
        counts = {"output": float(len(output)), "reference": float(_nearest(len(output), references))}
        matched = given & allowed
        for n in range(1, _LONGEST + 1):
            counts[f"all {n}"] = float(max(len(output) - n + 1, 0))
            counts[f"matched {n}"] = float(sum(times for gram, times in matched.items() if len(gram) == n))
        return counts

    def figure(self, total: Mapping[str, float]) -> float:
        """BLEU in [0, 1] of the summed counts."""
        return _bleu(total, whole=True)


def bleu() -> Bleu:
    """BLEU against the expected text, or against several; the figure of a set is over all its words together."""
    return Bleu()


def tokens(text: str) -> list[str]:
    """The words and signs of a text as mteval-v13a separates them."""
    line = text.rstrip()
    for written, meant in _WRITTEN:
        line = line.replace(written, meant)
    line = f" {line} "
    for pattern, separated in _SEPARATE:
        line = pattern.sub(separated, line)
    return line.split()


def _grams(found: list[str]) -> Grams:
    return Counter(
        tuple(found[start : start + n]) for n in range(1, _LONGEST + 1) for start in range(len(found) - n + 1)
    )


def _nearest(length: int, references: list[list[str]]) -> int:
    """The length nearest to the output's, the shorter of two as near."""
    return min((len(reference) for reference in references), key=lambda other: (abs(other - length), other))


def _bleu(total: Mapping[str, float], *, whole: bool) -> float:
    if not any(total.get(f"matched {n}") for n in range(1, _LONGEST + 1)):
        return 0.0
    logarithms: list[float] = []
    smoothing = 1.0
    for n in range(1, _LONGEST + 1):
        every, matched = total[f"all {n}"], total[f"matched {n}"]
        if not every:
            # Over a whole set, sequences longer than every output make the mean nought.
            if whole:
                return 0.0
            break
        if not matched:
            smoothing *= 2
            matched = 1 / smoothing
        logarithms.append(math.log(matched / every))
    shortness = min(0.0, 1 - total["reference"] / total["output"])
    return math.exp(shortness + sum(logarithms) / len(logarithms))
