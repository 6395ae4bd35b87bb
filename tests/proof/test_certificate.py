from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vouch.errors import UsageError
from vouch.proof.certificate import ASSUMPTIONS, Issued, certificate_of, read_certificate, write_certificate
from vouch.proof.report import Report
from vouch.stats.binomial import interval


def report(**changes: Any) -> Report:
    whole = Report(
        app="triage",
        app_version="0123456789abcdef",
        proof="cases",
        dataset="cases.jsonl",
        dataset_digest="fedcba",
        scorer="label",
        n=600,
        answered=500,
        right=499,
        accuracy=interval(499, 500),
        claim=0.985,
        claim_proven=True,
        verdict="ship",
        confidence=0.95,
        proof_run="01jd",
    )
    return msgspec.structs.replace(whole, **changes)


def test_a_certificate_says_all_that_is_needed_to_check_it_again(tmp_path: Path) -> None:
    certificate = certificate_of(report(), now=datetime(2025, 11, 3, 12, 0, 0, 999, tzinfo=UTC))
    assert certificate.claim == "at least 0.985 of the answers are right, as judged by label"
    assert (certificate.app, certificate.app_version) == ("triage", "0123456789abcdef")
    assert (certificate.dataset, certificate.dataset_digest, certificate.proof_run) == ("cases.jsonl", "fedcba", "01jd")
    assert certificate.accuracy == interval(499, 500)
    assert certificate.coverage == pytest.approx(500 / 600)
    assert certificate.assumptions == ASSUMPTIONS
    assert (certificate.issued, certificate.expires) == ("2025-11-03T12:00:00+00:00", "2026-02-01T12:00:00+00:00")
    file = tmp_path / "deep" / "certificate.json"
    write_certificate(Issued(certificate), file)
    assert read_certificate(file) == Issued(certificate)
    assert file.read_text().startswith('{\n  "certificate": {\n    "claim": ')
    assert file.read_text().endswith("}\n")


def test_without_a_time_it_is_issued_now() -> None:
    issued = datetime.fromisoformat(certificate_of(report()).issued)
    assert abs((datetime.now(UTC) - issued).total_seconds()) < 5


@pytest.mark.parametrize(
    "changes",
    [{"claim": None, "claim_proven": None}, {"claim_proven": False}, {"claim_proven": None}, {"accuracy": None}],
)
def test_what_is_not_proven_is_not_certified(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"the proof 'cases' of 'triage' proves no claim.*give its Gate a claim"):
        certificate_of(report(**changes))


def test_a_file_that_holds_none_is_said_to_hold_none(tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    with pytest.raises(UsageError, match="cannot be read \\(No such file"):
        read_certificate(file)
    for content in (b"{}", b"\xff", b'{"certificate": 3}'):
        file.write_bytes(content)
        with pytest.raises(UsageError, match="holds no certificate"):
            read_certificate(file)
    with pytest.raises(UsageError, match="cannot be written to"):
        write_certificate(Issued(certificate_of(report())), file / "deeper.json")
