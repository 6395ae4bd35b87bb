"""A certificate: a claim that recorded runs prove, in a file that says all that is needed to check it again.

It does not know how the proof was made, nor how it is signed; it takes the one from the report, the other as it comes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from vouch.errors import UsageError
from vouch.proof.report import Report
from vouch.proof.whole import write_whole
from vouch.values.digest import canonical
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
        share=report.claim,
    )


class Issued(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A certificate as it stands in its file, with the public key that signed it and the signature, both in Base64.

    The signature is over the certificate as JSON with sorted keys and no spaces; both are empty where nobody signed.
    """

    certificate: Certificate
    signed_by: str = ""
    signature: str = ""

    @property
    def signed(self) -> bytes:
        """What the signature is over."""
        return canonical(self.certificate)


def write_certificate(issued: Issued, file: Path) -> None:
    """Write it as indented JSON. Raises `UsageError` where that is not possible."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, msgspec.json.format(msgspec.json.encode(issued), indent=2) + b"\n")
    except OSError as error:
        raise UsageError(f"the certificate cannot be written to {str(file)!r} ({error.strerror})") from error


def read_certificate(file: Path) -> Issued:
    """The certificate in `file`; raises `UsageError` when there is none."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Issued)
    except OSError as error:
        raise UsageError(f"the certificate {str(file)!r} cannot be read ({error.strerror})") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{str(file)!r} holds no certificate ({error}); `vouch certify APP` writes one") from error
