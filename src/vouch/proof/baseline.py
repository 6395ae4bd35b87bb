"""Earlier proofs out of the journal: the last kept one to compare with, or the same one again.

It does not know how a comparison is made.
"""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from vouch.journal.journal import Journal
from vouch.proof.hashing import SetDigest
from vouch.proof.numbering import Numbering
from vouch.proof.report import Report
from vouch.values.event import AnyBody, Event, ProofFinished, ProofStarted, ScoreGiven

PAGE: Final = 2_000
"""Events of a proof that are held in memory at a time."""


class Baseline:
    """A kept proof: what each case came to, found by the case's content; about 50 bytes a case, and no text.

    `flaky` are the ids of cases whose runs differed beyond chance; `version` is the app's; `answers` stands for all
    runs of all cases and how they were judged.
    """

    def __init__(self, run: str, scorer: str = "", version: str = "") -> None:
        self.run = run
        self.version = version
        self.answers = SetDigest()
        self.flaky: frozenset[str] = frozenset()
        self._scorer = scorer
        self._places = Numbering()
        self._right = array("H")
        self._count = array("H")
        self._values: dict[str, tuple[array[int], array[float]]] = {}

    def note(self, score: ScoreGiven) -> None:
        """Take in one judgement of the proof."""
        place = self._places.of(score.content)
        if place == len(self._count):
            self._right.append(0)
            self._count.append(0)
        value = 0.0 if score.value is None else score.value
        if score.scorer == self._scorer:
            right = score.status == "answered" and value >= 1.0
            self._right[place] += right
            self._count[place] += 1
            self.answers.add(score.content, score.run, str(right))
        else:
            places, values = self._values.setdefault(score.scorer, (array("I"), array("d")))
            places.append(place)
            values.append(value)

    def place(self, content: str) -> int | None:
        """Where the case of this content stands, None where this proof did not judge it."""
        place = self._places.known(content)
        return None if place is None or not self._count[place] else place

    def runs(self, place: int) -> tuple[bool, ...]:
        """Of the case at a place: for each of its runs whether it was right, the right ones first."""
        right = self._right[place]
        return (True,) * right + (False,) * (self._count[place] - right)

    def values(self, scorer: str) -> dict[int, list[float]]:
        """By place, what a further scorer gave each run of the case."""
        found: dict[int, list[float]] = {}
        for place, value in zip(*self._values.get(scorer, ((), ())), strict=True):
            found.setdefault(place, []).append(value)
        return found


async def read_baseline(journal: Journal, app: str, proof: str) -> Baseline | None:
    """The last kept proof of this name, or None."""
    run = await journal.last_kept(app, proof)
    if run is None:
        return None
    found, last = Baseline(run), None
    async for event in events_of(journal, run):
        last = event.body
        if isinstance(last, ProofStarted):
            found = Baseline(run, last.scorer, last.version)
        elif isinstance(last, ScoreGiven):
            found.note(last)
    report = None if last is None else report_in(last)
    found.flaky = frozenset(report.flaky if report is not None else ())
    return found


async def events_of(journal: Journal, run: str) -> AsyncIterator[Event]:
    """All events of a proof in order, some of them in memory at a time; raises `RunNotFound`."""
    first = 0
    while page := await journal.read(run, first=first, most=PAGE):
        for event in page:
            yield event
        first = page[-1].seq + 1


async def read_latest(journal: Journal, app: str, version: str, proof: str) -> Report | None:
    """The report (without its rows) of the last proof of this name that this version of an app ended, or None."""
    found = None
    async for event in journal.events("proof.started", app=app):
        body = event.body
        if isinstance(body, ProofStarted) and (body.version, body.proof) == (version, proof):
            found = await _report_of(journal, event.run) or found
    return found


async def read_report(journal: Journal, key: str) -> Report | None:
    """The report (without its rows) of the last proof of exactly this content, or None."""
    run = await journal.last_of_key(key)
    return None if run is None else await _report_of(journal, run)


async def _report_of(journal: Journal, run: str) -> Report | None:
    last = await journal.last(run)
    return None if last is None else report_in(last.body)


def report_in(last: AnyBody) -> Report | None:
    """The report (without its rows) that ends a proof; None for any other end, or one in an older shape."""
    if not isinstance(last, ProofFinished):
        return None
    try:
        return msgspec.json.decode(str(last.report), type=Report)
    except msgspec.MsgspecError:
        # An older Vouch wrote it in another shape: then it is computed anew.
        return None
