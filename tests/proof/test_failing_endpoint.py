"""Proofs against endpoints over the wire that fail for a fifth of the calls: of the app itself, and of its judge."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from vouch import judges, scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.app.retry import Retry
from vouch.contracts.model import Model
from vouch.contracts.scorer import Scorer
from vouch.journal.journal import Journal
from vouch.models.http.pool import HttpPool
from vouch.models.openai.client import OpenAI
from vouch.models.scripted import Scripted
from vouch.proof.asking import Options
from vouch.proof.prove import prove
from vouch.proof.report import Report
from vouch.proof.sentences import summary
from vouch.testing.completion import text_of
from vouch.testing.fault import Fault
from vouch.testing.provider import StandIn
from vouch.values.case import Case, Dataset

N = 200
FIFTH = (Fault(kind="unavailable", share=0.15, seed=1), Fault(kind="malformed", share=0.05, seed=2))


def reply(body: dict[str, Any]) -> str:
    """A judge's yes to who asks for JSON, else the text itself."""
    text = text_of(body["messages"][-1])
    return json.dumps({"reason": "so", "answer": True}) if "<answer>" in text else text


def proof_of(scorer: Scorer) -> Proof:
    cases = tuple(Case(f"c-{number:03}", str(number), str(number)) for number in range(N))
    return Proof(Dataset("numbers", cases), scorer, Gate(no_worse_than=0.05))


@asynccontextmanager
async def endpoint(name: str, faults: Sequence[Fault] = ()) -> AsyncGenerator[Model]:
    async with StandIn(reply=reply, faults=tuple(faults)) as provider:
        pool = HttpPool()
        yield OpenAI(name, http=pool, address=provider.address)
        await pool.aclose()


def house_of(journal: Journal, model: Model) -> House:
    return House(journal=journal, open_model=lambda _name: model, retry=Retry(attempts=1))


def held(report: Report, failing: set[str]) -> None:
    """The run came to its end, and what failed counts against the change and is named."""
    assert (report.n, report.verdict, report.kept) == (N, "hold", False)
    assert 0.1 * N < len(failing) < 0.3 * N
    assert report.right == N - len(failing)
    assert set(report.broke) == failing
    assert "0 better" in "\n".join(summary(report))


async def test_answers_that_never_came_count_against_the_change(journal: Journal) -> None:
    proof = proof_of(scorers.label())
    one, two = (App(name="echo", models=[f"standin/{name}"]) for name in ("one", "two"))
    async with endpoint("standin/one") as sound, endpoint("standin/two", FIFTH) as broken:
        before = await prove(one, proof, house_of(journal, sound))
        report = await prove(two, proof, house_of(journal, broken))
        assert (before.right, before.kept) == (N, True)
        failed = [row for row in report.rows if row.status == "failed"]
        held(report, {row.case for row in failed})
        assert all(row.why for row in failed)
    # Only those that failed are asked again.
    async with endpoint("standin/two") as mended:
        again = await prove(two, proof, house_of(journal, mended))
    assert (again.cached, again.right, again.verdict) == (N - len(failed), N, "ship")


async def test_judgements_that_never_came_are_unscored_and_count_against_the_change(journal: Journal) -> None:
    judged = judges.rubric(judges.yes_no("Is it right?"), judge="standin/judge")
    proof = proof_of(judged)
    one, two = (
        App(name="echo", models=[Scripted(lambda request: request.messages[-1].text, name=f"scripted/{name}")])
        for name in ("one", "two")
    )
    async with endpoint("standin/judge") as sound, endpoint("standin/judge", FIFTH) as broken:
        before = await prove(one, proof, house_of(journal, sound))
        assert (before.right, before.unscored) == (N, 0)
        # Fresh, since the judge's answers are found by what it was shown, which is the same.
        report = await prove(two, proof, house_of(journal, broken), options=Options(fresh=True))
    unscored = [row for row in report.rows if row.value is None]
    assert report.unscored == len(unscored)
    held(report, {row.case for row in unscored})
    assert all(row.status == "answered" and "could not be asked" in row.why for row in unscored)
    assert f"Counted as wrong: {len(unscored)} that could not be judged" in "\n".join(summary(report))
