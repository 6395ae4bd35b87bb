"""Whether a certificate still holds: its signature, its time, its app, its evidence, and what came since.

It does not know who asks, or what follows.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from msgspec import Struct

from vouch.app.app import App
from vouch.errors import RunNotFound
from vouch.journal.journal import Journal
from vouch.proof.certificate import Issued
from vouch.proof.signing import is_by
from vouch.stats.alarm import Alarm
from vouch.stats.binomial import lower_bound
from vouch.values.event import FeedbackGiven, ScoreGiven
from vouch.values.score import Certificate


class Check(Struct, frozen=True):
    """One thing that must hold; `holds` is None where it could not be looked at. `why` says what was found."""

    name: str
    holds: bool | None
    why: str


def holds(checks: Collection[Check]) -> bool:
    """Whether nothing speaks against the certificate."""
    return all(check.holds is not False for check in checks)


async def verify(
    issued: Issued,
    *,
    trust: Collection[str] = (),
    app: App | None = None,
    journal: Journal | None = None,
    now: datetime | None = None,
) -> list[Check]:
    """Everything that can be looked at. `trust` are the public keys whose word counts; `app` what is to be run.

    With the `journal` in which the proof was made, the evidence is counted again, and feedback that came since is held
    against the claim.
    """
    certificate = issued.certificate
    checks = [_signature(issued, trust), _time(certificate, now or datetime.now(UTC)), _figures(certificate)]
    if app is not None:
        checks.append(_version(certificate, app))
    if journal is not None:
        checks += [await _evidence(certificate, journal), await _since(certificate, journal)]
    return checks


def _signature(issued: Issued, trust: Collection[str]) -> Check:
    if not issued.signature:
        return Check("signature", False if trust else None, "nobody has signed it")
    if not is_by(issued.signed_by, issued.signed, issued.signature):
        return Check("signature", holds=False, why="it is not the signature of this certificate: something was changed")
    if not trust:
        return Check("signature", None, f"by {issued.signed_by}; say whom you trust: --trust KEY")
    known = issued.signed_by in trust
    return Check("signature", known, f"by {issued.signed_by}, {'whom' if known else 'which is none that'} you trust")


def _time(certificate: Certificate, now: datetime) -> Check:
    try:
        begin, end = datetime.fromisoformat(certificate.issued), datetime.fromisoformat(certificate.expires)
        good = begin <= now < end
    except (ValueError, TypeError):
        why = f"{certificate.issued!r} to {certificate.expires!r} are no times with a zone"
        return Check("time", holds=False, why=why)
    until = "good until" if now < end else "expired"
    return Check("time", good, f"issued {certificate.issued}, {until} {certificate.expires}")


def _figures(certificate: Certificate) -> Check:
    """The claim follows from the figures that the certificate itself names."""
    accuracy = certificate.accuracy
    right = round(accuracy.estimate * accuracy.n)
    bound = lower_bound(right, accuracy.n, accuracy.confidence)
    found = f"{right:,} of {accuracy.n:,} right prove {bound:.4f} at {accuracy.confidence:.4g} confidence"
    return Check("figures", bound >= certificate.share, f"{found}; claimed is {certificate.share:.4g}")


def _version(certificate: Certificate, app: App) -> Check:
    same = (certificate.app, certificate.app_version) == (app.name, app.version)
    found = f"it is for {certificate.app!r} version {certificate.app_version[:8]}"
    return Check("app", same, found if same else f"{found}, and this is {app.name!r} version {app.version[:8]}")


async def _evidence(certificate: Certificate, journal: Journal) -> Check:
    try:
        events = await journal.read(certificate.proof_run)
    except RunNotFound:
        return Check("evidence", None, f"the run {certificate.proof_run!r} is not in this journal")
    scores = [event.body for event in events if isinstance(event.body, ScoreGiven)]
    counted = [score for score in scores if score.status != "abstained"]
    right = sum(score.status == "answered" and score.value is not None and score.value >= 1 for score in counted)
    named = round(certificate.accuracy.estimate * certificate.accuracy.n), certificate.accuracy.n
    found = f"the journal holds {right:,} right of {len(counted):,}"
    return Check(
        "evidence", (right, len(counted)) == named, f"{found}; the certificate says {named[0]:,} of {named[1]:,}"
    )


async def _since(certificate: Certificate, journal: Journal) -> Check:
    """Feedback on live answers since it was issued, held against the claim by an alarm that always may be looked at."""
    alarm, issued = Alarm(), datetime.fromisoformat(certificate.issued).timestamp()
    async for event in journal.events("feedback.given", app=certificate.app):
        body = event.body
        if event.at >= issued and isinstance(body, FeedbackGiven) and body.value is not None:
            alarm = alarm.hear(min(1.0, max(0.0, body.value)), certificate.share)
            if alarm.sounds:
                why = f"lapsed: {alarm.audits:,} judged answers since then say that the claim no longer holds"
                return Check("since", holds=False, why=why)
    return Check("since", True if alarm.audits else None, f"{alarm.audits:,} judged answers since, and no alarm")
