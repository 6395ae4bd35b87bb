"""What a model meant by its words, where the words around an answer do not count, and scorers that judge just that.

It does not know any task. A parser decides points: on the same recorded answers another one can move accuracy by ten.
Hence this one is narrow, and what it cannot read is counted beside the figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct, structs

from vouch.contracts.scorer import CorpusScorer, Scorer
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

Read = Callable[[str], str]
"""From what a model wrote to its answer."""

_AROUND: Final = " \t\r\n\"'`*“”‘’"


def after(asks: str, output: str) -> str:
    """What stands behind the last `asks:` of an output, or all of it: some models repeat the word, or think first."""
    found = re.split(rf"(?i)\b{re.escape(asks)}\s*:", output)
    return found[-1].strip()


def first_line(asks: str, output: str) -> str:
    """The first line of the answer that says something, without quotation marks, emphasis and a closing full stop."""
    lines = (line.strip(_AROUND) for line in after(asks, output).split("\n"))
    return next((line for line in lines if line), "").removesuffix(".").strip(_AROUND)


def label_reader(asks: str, labels: Iterable[str]) -> Read:
    """Reads one of `labels`, whatever its case and signs between words; anything else is left as it is."""
    known = {_bare(label): label for label in labels}

    def read(output: str) -> str:
        line = first_line(asks, output)
        return known.get(_bare(line), line)

    return read


def _bare(text: str) -> str:
    return " ".join(re.split(r"[\W_]+", text.casefold())).strip()


class Meant(Struct, frozen=True):
    """A scorer of what was meant: `read` is what it makes of the words."""

    scorer: Scorer
    read: Read

    @property
    def name(self) -> str:
        """The scorer's own."""
        return self.scorer.name

    async def score(self, case: Case, result: Result) -> Score:
        """The scorer's own judgement."""
        return await self.scorer.score(case, self.meant(result))

    def meant(self, result: Result) -> Result:
        """The same result with the answer that was read as its output."""
        return structs.replace(result, output=self.read(result.output)) if result.status == "answered" else result


class CorpusMeant(Meant, frozen=True):
    """The same for a scorer whose figure belongs to all cases together."""

    def tally(self, case: Case, result: Result) -> Mapping[str, float] | None:
        """What this case counts."""
        assert isinstance(self.scorer, CorpusScorer)  # noqa: S101 - made for no other
        return self.scorer.tally(case, self.meant(result))

    def figure(self, total: Mapping[str, float]) -> float:
        """The figure of summed tallies."""
        assert isinstance(self.scorer, CorpusScorer)  # noqa: S101
        return self.scorer.figure(total)


def meant(scorer: Scorer, read: Read) -> Scorer:
    """`scorer`, judging what `read` makes of an output."""
    return CorpusMeant(scorer, read) if isinstance(scorer, CorpusScorer) else Meant(scorer, read)
