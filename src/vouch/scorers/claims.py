"""The claims of a text: its sentences and list items, and how well evidence supports one of them.

It does not know meaning or logic: a claim that says the opposite in the same words looks supported.

Support of a claim joins what proved telling on human labels (see `benchmarks/groundedness.py`): `covered`, the share of
its content words found anywhere in the evidence, by stem; `ordered`, the share of its words that stand there in the
same order (ROUGE-L precision). Their mean is cut by half of the share of its numbers that the evidence lacks, because
a wrong number is wrong however alike the words are. What is still missing is filled up by a fifth of the closest
evidence sentence's cosine similarity, where an embedder is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from vouch.contracts.embedder import Embedder
from vouch.scorers.porter import stem
from vouch.scorers.rouge import longest_common
from vouch.values.arrays import np

_NUMBERS_WEIGH: Final = 0.5
_SIMILARITY_WEIGHS: Final = 0.2

_END: Final = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])|\n+")
_SHORTENED: Final = re.compile(
    r"(?:^|[\s(.])(?:[A-Z]|[Dd]r|[Mm]rs?|[Mm]s|[Pp]rof|St|[Nn]o|vs|etc|e\.g|i\.e|Jr|Sr|Inc|Co)\.$"
)
_BULLET: Final = re.compile(r"^(?:[-*•]|\(?\d{1,2}[.)])\s+")
_MARK: Final = re.compile(r"\s*\[\d{1,3}\]")
_WORD: Final = re.compile(r"[^\W_]+")

_FILLING_WORDS: Final = (
    "a an the of in on at to for and or but is are was were be been being has have had do does did it its this "
    "that these those he she they his her their him them i you we my your me our us as by with from about into "
    "than then so not no nor can could will would should may might must there here which who whom whose what "
    "when where why how if because while also just very too more most some any all both each other such only "
    "own same up out over under again"
)
_FILLING: Final = frozenset(_FILLING_WORDS.split())


def claims(text: str) -> list[str]:
    """Sentences and list items that hold a word, in order, without bullets and without marks such as [1]."""
    found: list[str] = []
    whole = ""
    for piece in _END.split(_MARK.sub("", text)):
        whole = f"{whole} {piece}".strip()
        if not _SHORTENED.search(whole):
            found.append(whole)
            whole = ""
    return [claim for each in [*found, whole] if _WORD.search(claim := _BULLET.sub("", each.strip()))]


def content(text: str) -> list[str]:
    """The stems of the words that say something; of all words where none does."""
    found = _words(text)
    return [stem(word) for word in found if word not in _FILLING] or [stem(word) for word in found]


async def supports(wanted: Sequence[str], evidence: Sequence[str], embedder: Embedder | None = None) -> list[float]:
    """How well the texts of `evidence` together support each of `wanted`, in [0, 1]; 0 without evidence."""
    known = [stem(word) for text in evidence for word in _words(text)]
    lexical = [lexical_support(claim, known) for claim in wanted]
    if embedder is None or not known or not wanted:
        return lexical
    sentences = [sentence for text in evidence for sentence in claims(text)]
    vectors = await embedder.embed([*wanted, *sentences])
    closest = np.clip((vectors[: len(wanted)] @ vectors[len(wanted) :].T).max(axis=1), 0.0, 1.0)
    return [
        found + (1 - found) * _SIMILARITY_WEIGHS * float(alike) for found, alike in zip(lexical, closest, strict=True)
    ]


def lexical_support(claim: str, known: Sequence[str]) -> float:
    """Support of a claim by the stems of all evidence, in their order, without an embedder."""
    found = _words(claim)
    if not found or not known:
        return 0.0
    every = set(known)
    telling = content(claim)
    covered = sum(word in every for word in telling) / len(telling)
    ordered = longest_common(known, [stem(word) for word in found]) / len(found)
    numbers = [word for word in found if any(letter.isdigit() for letter in word)]
    lacking = sum(word not in every for word in numbers) / len(numbers) if numbers else 0.0
    return (covered + ordered) / 2 * (1 - _NUMBERS_WEIGH * lacking)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
