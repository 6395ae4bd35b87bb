"""chrF and chrF++: how many character sequences an output and a reference share.

It does not know words; only chrF++ counts words too.

Popović (2015), chrF: character n-gram F-score for automatic MT evaluation; (2017), chrF++. Precision and recall of
sequences of 1 to 6 characters without spaces (chrF++ also of 1 and 2 words), each averaged over the lengths that both
texts have, joined with recall weighing twice: F = 5 P R / (4 P + R). Equal to sacrebleu 2.6.0 with its defaults,
divided by 100; of several references the one with the best F counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from vouch.scorers.answer import measured, texts, unanswered, unjudged
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

_CHARACTERS: Final = 6
_WORDS: Final = 2
_RECALL_WEIGHS: Final = 4  # beta squared, for beta = 2
_SIGNS: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class Chrf(Struct, frozen=True):
    """A case's score is its own chrF; the figure of all cases is chrF over all their sequences together."""

    words: bool = False

    @property
    def name(self) -> str:
        """`chrf`, or `chrf++` with words."""
        return "chrf++" if self.words else "chrf"

    async def score(self, case: Case, result: Result) -> Score:
        """The case's chrF; a case that expects neither a text nor a list of texts cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        tally = self.tally(case, result)
        if tally is None:
            return unjudged(self.name, case, "a text or a list of texts")
        return measured(self.name, self.figure(tally))

    def tally(self, case: Case, result: Result) -> Mapping[str, float] | None:
        """By length: sequences of the output, of the best reference, and how many they share."""
        references = texts(case.expected)
        if not references:
            return None
        output = self._grams(result.output if result.status == "answered" else "")
        counts = [_counts(output, self._grams(reference)) for reference in references]
        return max(counts, key=self.figure)

    def figure(self, total: Mapping[str, float]) -> float:
        """The chrF, in [0, 1], of the summed counts."""
        precision = recall = lengths = 0.0
        for n in range(_CHARACTERS + _WORDS):
            output, reference = total.get(f"output {n}", 0.0), total.get(f"reference {n}", 0.0)
            if output and reference:
                shared = total[f"shared {n}"]
                precision, recall, lengths = precision + shared / output, recall + shared / reference, lengths + 1
        if not precision + recall:
            return 0.0
        return (1 + _RECALL_WEIGHS) * precision * recall / (_RECALL_WEIGHS * precision + recall) / lengths

    def _grams(self, text: str) -> list[Counter[object]]:
        letters = "".join(text.split())
        grams: list[Counter[object]] = [
            Counter[object](letters[start : start + n] for start in range(len(letters) - n + 1))
            for n in range(1, _CHARACTERS + 1)
        ]
        if self.words:
            found = _separated(text)
            grams += [
                Counter[object](tuple(found[start : start + n]) for start in range(len(found) - n + 1))
                for n in range(1, _WORDS + 1)
            ]
        return grams


def chrf(*, words: bool = False) -> Chrf:
    """ChrF against the expected text, or the best of several; with `words` it is chrF++."""
    return Chrf(words)


def _counts(output: list[Counter[object]], reference: list[Counter[object]]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for n, (given, wanted) in enumerate(zip(output, reference, strict=True)):
        # Sequences longer than the whole reference cannot match and are not held against the output.
        counts[f"output {n}"] = float(given.total() if wanted else 0)
        counts[f"reference {n}"] = float(wanted.total())
        counts[f"shared {n}"] = float((given & wanted).total())
    return counts


def _separated(text: str) -> list[str]:
    """Words, with one sign at the end, or else at the beginning, standing alone."""
    found: list[str] = []
    for word in text.split():
        if len(word) > 1 and word[-1] in _SIGNS:
            found += [word[:-1], word[-1]]
        elif len(word) > 1 and word[0] in _SIGNS:
            found += [word[0], word[1:]]
        else:
            found.append(word)
    return found
