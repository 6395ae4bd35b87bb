"""A certificate: a claim that recorded runs prove, in a file that says all that is needed to check it again.

It does not know how the proof was made; it takes it from the report.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from vouch.errors import UsageError
from vouch.proof.report import Report
from vouch.values.score import Certificate

LIFETIME: Final = timedelta(days=90)
"""Traffic changes: an old sample says little about today's."""

ASSUMPTIONS: Final = (
    "the cases are a random sample of the traffic the claim is about, not hand-picked",
    "no case was used to write the prompt, to choose examples or to train a model",
    "the traffic stays as it was when the cases were drawn",
)


def certificate_of(report: Report, *, now: datetime | None = None) -> Certificate:
    """The certificate of a report; raises `UsageError` when its claim is not proven."""
    if report.claim is None or not report.claim_proven or report.accuracy is None:
        raise UsageError(
            f"the proof {report.proof!r} of {report.app!r} proves no claim, so there is nothing to certify; "
            "give its Gate a claim that the cases prove"
        )
    issued = now or datetime.now(UTC)
    return Certificate(
        claim=f"at least {report.claim:.4g} of the answers are right, as judged by {report.scorer}",
        app=report.app,
        app_version=report.app_version,
        dataset=report.dataset,
        dataset_digest=report.dataset_digest,
        accuracy=report.accuracy,
        threshold=None,
        coverage=report.answered / report.n,
        assumptions=ASSUMPTIONS,
        proof_run=report.proof_run,
        issued=issued.isoformat(timespec="seconds"),
        expires=(issued + LIFETIME).isoformat(timespec="seconds"),
    )


def write_certificate(certificate: Certificate, file: Path) -> None:
    """Write it as indented JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(certificate), indent=2) + b"\n")
