"""Earlier proofs out of the journal: the last kept one to compare with, or the same one again.

It does not know how a comparison is made.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from vouch.journal.journal import Journal
from vouch.proof.report import Report
from vouch.values.event import AnyBody, ProofFinished, ProofStarted, ScoreGiven


class Baseline(Struct, frozen=True):
    """A kept proof: its run, and by content of the case whether the answer of each of its runs was right.

    `values` are what further scorers gave, by scorer and content; `flaky` the cases whose runs differed beyond chance.
    """

    run: str
    runs: Mapping[str, tuple[bool, ...]]
    values: Mapping[tuple[str, str], tuple[float, ...]] = {}
    flaky: frozenset[str] = frozenset()


async def read_baseline(journal: Journal, app: str, proof: str) -> Baseline | None:
    """The last kept proof of this name, or None."""
    run = await journal.last_kept(app, proof)
    if run is None:
        return None
    events = await journal.read(run)
    started = events[0].body
    scorer = started.scorer if isinstance(started, ProofStarted) else ""
    runs: dict[str, list[bool]] = {}
    values: dict[tuple[str, str], list[float]] = {}
    for event in events:
        if isinstance(event.body, ScoreGiven):
            score = event.body
            value = 0.0 if score.value is None else score.value
            if score.scorer == scorer:
                runs.setdefault(score.content, []).append(score.status == "answered" and value >= 1.0)
            else:
                values.setdefault((score.scorer, score.content), []).append(value)
    report = report_in(events[-1].body)
    return Baseline(
        run,
        {content: tuple(found) for content, found in runs.items()},
        {key: tuple(found) for key, found in values.items()},
        frozenset(report.flaky if report is not None else ()),
    )


async def read_latest(journal: Journal, app: str, version: str, proof: str) -> Report | None:
    """The report (without its rows) of the last proof of this name that this version of an app ended, or None."""
    found = None
    async for event in journal.events("proof.started", app=app):
        body = event.body
        if isinstance(body, ProofStarted) and (body.version, body.proof) == (version, proof):
            last = (await journal.read(event.run))[-1].body
            found = report_in(last) or found
    return found


async def read_report(journal: Journal, key: str) -> Report | None:
    """The report (without its rows) of the last proof of exactly this content, or None."""
    run = await journal.last_of_key(key)
    if run is None:
        return None
    return report_in((await journal.read(run))[-1].body)


def report_in(last: AnyBody) -> Report | None:
    """The report (without its rows) that ends a proof; None for any other end, or one in an older shape."""
    if not isinstance(last, ProofFinished):
        return None
    try:
        return msgspec.json.decode(str(last.report), type=Report)
    except msgspec.MsgspecError:
        # An older Vouch wrote it in another shape: then it is computed anew.
        return None
