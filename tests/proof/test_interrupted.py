"""Whatever ends a proof before its time, nothing of it is left open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from vouch import scorers
from vouch.app.app import App
from vouch.app.declaration import Proof, Stage
from vouch.app.house import House
from vouch.errors import ConfigError, JournalError
from vouch.journal.journal import Journal
from vouch.journal.recorder import Recorder
from vouch.models.scripted import Scripted
from vouch.proof.interrupted import end_abandoned, end_interrupted
from vouch.proof.prove import Options, prove
from vouch.tools.approvals import never
from vouch.tools.function import tool
from vouch.values.case import Case, Dataset
from vouch.values.event import ProofStarted, RunFinished, RunStarted
from vouch.values.message import ToolCall
from vouch.values.request import Answer, Request

CASES = Dataset("words", tuple(Case(f"c-{number}", f"word {number}", f"word {number}") for number in range(20)))


def echo(request: Request) -> str:
    return request.messages[-1].text


class Halting(Scripted):
    """Stops for good at the eleventh question."""

    def __init__(self) -> None:
        super().__init__(echo)
        self.halted = asyncio.Event()

    async def answer(self, request: Request) -> Answer:
        if len(self.requests) >= 10:
            self.halted.set()
            await asyncio.sleep(60)
        return await super().answer(request)


async def interrupted(app: App, proof: Proof, house: House, halted: asyncio.Event) -> None:
    task = asyncio.create_task(prove(app, proof, house, options=Options(concurrency=4)))
    await halted.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_interrupted_proof_has_ended_and_so_have_its_runs(house: House) -> None:
    model, proof = Halting(), Proof(CASES, scorers.exact())
    await interrupted(App(name="a", models=[model], proofs=[proof]), proof, house, model.halted)
    rows = await house.journal.runs(limit=100)
    assert {row.status for row in rows if row.proof != "words"} == {"answered", "stopped"}
    (row,) = [row for row in rows if row.proof == "words"]
    assert row.status == "stopped"
    last = (await house.journal.read(row.run))[-1].body
    assert isinstance(last, RunFinished)
    assert last.why == "interrupted"
    stopped = [row.run for row in rows if row.status == "stopped" and row.proof != "words"]
    assert 1 <= len(stopped) <= 4
    ended = (await house.journal.read(stopped[0]))[-1].body
    assert isinstance(ended, RunFinished)
    assert ended.why == "the proof was stopped: interrupted"
    assert await house.journal.driven([row.run for row in rows]) == frozenset()
    # What was answered is not asked again, and the report of a whole proof is found behind an interrupted one.
    again = Scripted(echo)
    app = App(name="a", models=[again], proofs=[proof])
    report = await prove(app, proof, house)
    assert (report.right, report.cached, len(again.requests)) == (20, 10, 10)


async def test_a_proof_that_cannot_go_on_says_why(house: House) -> None:
    proof = Proof(CASES, scorers.exact())
    app = App(name="a", models=["no/model"], proofs=[proof])
    with pytest.raises(ConfigError):
        await prove(app, proof, house)
    rows = await house.journal.runs(limit=100)
    assert {row.status for row in rows} == {"stopped"}
    (row,) = [row for row in rows if row.proof == "words"]
    last = (await house.journal.read(row.run))[-1].body
    assert isinstance(last, RunFinished)
    assert last.why.startswith("ConfigError: this house has no model 'no/model'")


async def test_a_write_of_unknown_outcome_is_not_hidden(house: House) -> None:
    reached = asyncio.Event()

    @asynccontextmanager
    async def world(case: Case) -> AsyncIterator[Stage]:
        @tool(effect="write", approval=never)
        async def pay() -> str:
            """Pay."""
            raise ConnectionError("lost")

        async def left() -> object:
            reached.set()
            await asyncio.sleep(60)
            return None

        yield Stage([pay], left)

    def payer(request: Request) -> Any:
        return ToolCall("c", "pay", "{}")

    proof = Proof(Dataset("one", CASES.cases[:1]), scorers.exact(), world=world)
    app = App(name="a", models=[Scripted(payer)], proofs=[proof])
    await interrupted(app, proof, house, reached)
    statuses = {row.proof == "one": row.status for row in await house.journal.runs()}
    assert statuses == {True: "stopped", False: "waiting"}


async def test_where_nothing_can_be_recorded_any_more_the_first_error_stays(house: House) -> None:
    recorder = Recorder(house.journal, "lost")
    await house.journal.aclose()
    await end_interrupted(recorder, house.journal, ValueError("first"))
    with pytest.raises(JournalError):
        await recorder.add(RunFinished(status="stopped"))


async def test_a_proof_whose_process_is_gone_is_ended_by_the_next_and_one_under_way_is_not(house: House) -> None:
    proof = Proof(CASES, scorers.exact())
    app = App(name="a", models=[Scripted(echo)], proofs=[proof])
    other = await Journal.open(house.journal.place)
    started = ProofStarted(
        app="a", version="v", proof="words", dataset="d", dataset_digest="x", scorer="s", n=1, key="k"
    )
    await Recorder(other, "proof").add(started)
    await Recorder(other, "case").add(RunStarted(app="a", version="v", key="k", input="?", proof="proof"))
    await Recorder(other, "ended").add(started, RunFinished(status="stopped"))
    await other.flush()
    await prove(app, proof, house)
    assert len(await house.journal.read("proof")) == 1
    # A process that ends lets go of what it drives; one that is killed is seen to be gone.
    await other.aclose()
    await prove(app, proof, house)
    for run, why in (("proof", ""), ("case", "the proof was stopped: ")):
        last = (await house.journal.read(run))[-1].body
        assert isinstance(last, RunFinished)
        assert (last.status, last.why) == ("stopped", f"{why}the process of the proof ended before it did")
    assert len(await house.journal.read("ended")) == 2
    assert await house.journal.open_proofs("a", "words") == []


async def test_two_that_come_upon_an_abandoned_proof_end_it_once(house: House) -> None:
    other = await Journal.open(house.journal.place)
    started = ProofStarted(
        app="a", version="v", proof="words", dataset="d", dataset_digest="x", scorer="s", n=1, key="k"
    )
    await Recorder(other, "proof").add(started)
    await other.aclose()
    await asyncio.gather(*(end_abandoned(house.journal, "a", "words") for _ in range(3)))
    assert len(await house.journal.read("proof")) == 2
