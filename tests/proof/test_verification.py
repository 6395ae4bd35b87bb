"""Tests of verification: each thing that may have become wrong with a certificate is found, and named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.models.scripted import Scripted
from vouch.proof.certificate import Issued, certificate_of
from vouch.proof.prove import prove
from vouch.proof.signing import new_key, sign
from vouch.proof.verification import holds, verify
from vouch.scorers.exact import exact
from vouch.values.case import Case, Dataset
from vouch.values.event import Event, FeedbackGiven
from vouch.values.score import Certificate

CASES = Dataset("sums", tuple(Case(f"c-{n}", f"{n}", str(n)) for n in range(80)))


@pytest.fixture
def app() -> App:
    proof = Proof(CASES, exact(), Gate(claim=0.95))
    return App(name="echo", models=[Scripted(lambda request: request.messages[-1].text)], proofs=[proof])


@pytest.fixture
async def certificate(app: App, house: House) -> Certificate:
    return certificate_of(await prove(app, app.proofs[0], house))


def changed(certificate: Certificate, **changes: object) -> Issued:
    return Issued(msgspec.structs.replace(certificate, **changes))


async def failing(issued: Issued, **where: object) -> list[str]:
    checks = await verify(issued, **where)  # type: ignore[arg-type]
    return [check.name for check in checks if check.holds is False]


async def test_a_certificate_holds_where_nothing_speaks_against_it(
    certificate: Certificate, app: App, house: House, tmp_path: Path
) -> None:
    key = tmp_path / "key.pem"
    public = new_key(key)
    issued = Issued(certificate, *sign(Issued(certificate).signed, key))
    checks = await verify(issued, trust=[public], app=app, journal=house.journal)
    assert [check.name for check in checks] == ["signature", "time", "figures", "app", "evidence", "since"]
    assert [check.holds for check in checks] == [True, True, True, True, True, None]
    assert holds(checks)
    assert "the journal holds 80 right of 80" in checks[4].why


async def test_a_signature_speaks_for_whom_one_trusts_alone(certificate: Certificate, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    public = new_key(key)
    issued = Issued(certificate, *sign(Issued(certificate).signed, key))
    assert (await verify(issued))[0].holds is None
    assert "by " + public in (await verify(issued))[0].why
    assert await failing(issued, trust=["another"]) == ["signature"]
    better = msgspec.structs.replace(issued, certificate=msgspec.structs.replace(certificate, share=0.5))
    assert await failing(better) == ["signature"]
    assert (await verify(Issued(certificate)))[0].holds is None
    assert await failing(Issued(certificate), trust=[public]) == ["signature"]


async def test_time_figures_and_app_are_looked_at(certificate: Certificate, app: App) -> None:
    issued = Issued(certificate)
    for days in (-1, 91):
        assert await failing(issued, now=datetime.now(UTC) + timedelta(days=days)) == ["time"]
    assert await failing(changed(certificate, expires="soon")) == ["time"]
    assert await failing(changed(certificate, expires="2999-01-01T00:00:00")) == ["time"]
    assert await failing(changed(certificate, share=0.97)) == ["figures"]
    other = App(name="echo", models=[Scripted(["?"])], prompt="Answer otherwise.")
    assert await failing(issued, app=app) == []
    assert await failing(issued, app=other) == ["app"]


async def test_the_evidence_is_counted_again(certificate: Certificate, house: House) -> None:
    accuracy = msgspec.structs.replace(certificate.accuracy, n=200)
    assert await failing(changed(certificate, accuracy=accuracy), journal=house.journal) == ["evidence"]
    elsewhere = await verify(changed(certificate, proof_run="elsewhere"), journal=house.journal)
    assert [check.holds for check in elsewhere][3] is None
    assert "is not in this journal" in elsewhere[3].why


async def test_it_lapses_when_what_came_since_says_so(certificate: Certificate, app: App, house: House) -> None:
    from vouch.app.run import run

    async def judge(value: float | None, at: float, times: int) -> None:
        for _ in range(times):
            result = await run(app, "hello", house)
            number = len(await house.journal.read(result.run))
            await house.journal.append_event(Event(result.run, number, at, FeedbackGiven(value=value)))
        await house.journal.flush()

    now = datetime.now(UTC).timestamp() + 5
    await judge(0.0, now - 3600, 40)
    await judge(None, now, 3)
    await judge(1.0, now, 20)
    checks = await verify(Issued(certificate), journal=house.journal)
    assert (checks[-1].holds, checks[-1].why) == (True, "20 judged answers since, and no alarm")
    await judge(0.0, now, 30)
    checks = await verify(Issued(certificate), journal=house.journal)
    assert (checks[-1].name, checks[-1].holds, checks[-1].why[:7]) == ("since", False, "lapsed:")
