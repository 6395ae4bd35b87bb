"""One proof of an app, and its last report: shared by the commands that go on from there.

It does not know what they do with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.errors import UsageError
from vouch.journal.journal import Journal
from vouch.proof.baseline import read_latest
from vouch.proof.report import Report


def only(app: App, found: Sequence[Proof]) -> Proof:
    """The one proof that was found; raises a `UsageError` that lists those there are."""
    if len(found) != 1:
        names = ", ".join(proof.name for proof in app.proofs) or "none"
        raise UsageError(f"app {app.name!r}: name one of its proofs with --proof; there are: {names}")
    return found[0]


async def latest(journal: Journal, app: App, proof: Proof, *, typed: str) -> Report:
    """The last report of a proof with the app as it is now; raises a `UsageError` where there is none yet."""
    report = await read_latest(journal, app.name, app.version, proof.name)
    if report is None:
        raise UsageError(
            f"the proof {proof.name!r} of {app.name!r} was not made with version {app.version[:8]}; "
            f"make it first: vouch prove {typed}"
        )
    return report
