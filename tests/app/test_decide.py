from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from vouch.app.app import App
from vouch.app.decide import Stalled, Waiting, decide, settle, stalled, undecided, waiting, waiting_in
from vouch.app.house import House
from vouch.app.run import close, resume, run, say
from vouch.errors import RunConflict, RunNotFound, UsageError
from vouch.journal.journal import Journal
from vouch.journal.state import fold
from vouch.models.scripted import Scripted
from vouch.tools.approvals import always, never
from vouch.tools.function import tool
from vouch.values.event import ApprovalGiven, EffectSettled, ProofStarted, kind_of
from vouch.values.message import ToolCall
from vouch.values.request import Request

Ledger = list[tuple[str, Decimal]]


def refunds(ledger: Ledger, *calls: tuple[str, str], name: str = "a") -> App:
    """An app that wants these refunds, all at once, each of which a person must approve."""

    @tool(effect="write", trust="trusted", approval=always, describe="Refund {amount} for order {order}.")
    async def refund(order: str, amount: Decimal) -> str:
        """Refund."""
        ledger.append((order, amount))
        return "refunded"

    wanted = tuple(
        ToolCall(f"call-{number}", "refund", f'{{"order": "{order}", "amount": {amount}}}')
        for number, (order, amount) in enumerate(calls, 1)
    )

    def line(request: Request) -> tuple[ToolCall, ...] | str:
        results = [message.text for message in request.messages if message.role == "tool"]
        return "; ".join(results) if results else wanted

    return App(name=name, models=[Scripted(line)], tools=[refund])


async def state_of(journal: Journal, name: str) -> Any:
    return fold(name, await journal.read(name))


async def test_what_waits_is_listed_with_what_is_to_be_decided(house: House) -> None:
    ledger: Ledger = []
    first = await run(refunds(ledger, ("1", "5"), name="first"), "x", house)
    second = await run(refunds(ledger, ("2", "7"), name="second"), "x", house)
    found = await waiting(house.journal)
    assert [(write.run, write.app, write.call_id, write.tool, write.shown) for write in found] == [
        (second.run, "second", "call-1", "refund", "Refund 7 for order 2."),
        (first.run, "first", "call-1", "refund", "Refund 5 for order 1."),
    ]
    assert found[0].arguments == '{"order": "2", "amount": 7}'
    assert found[0].since <= time.time() < found[0].expires <= time.time() + 86_400
    assert not found[0].uncertain
    assert [write.run for write in await waiting(house.journal, app="first")] == [first.run]
    assert [write.run for write in await waiting(house.journal, limit=1)] == [second.run]
    assert ledger == []


async def test_what_waits_in_an_interrupted_run_is_listed_too_and_a_proof_is_none(house: House) -> None:
    result = await run(refunds([], ("1", "5")), "x", house)
    events = await house.journal.read(result.run)
    await house.journal.append("cut", 0, *(event.body for event in events[:-1]))
    proof = ProofStarted(app="a", version="v", proof="p", dataset="d", dataset_digest="e", scorer="s", n=1, key="k")
    await house.journal.append("proof", 0, proof)
    assert {write.run for write in await waiting(house.journal)} == {result.run, "cut"}


async def test_a_decision_says_who_when_and_why_and_is_for_once(house: House) -> None:
    ledger: Ledger = []
    app = refunds(ledger, ("1", "5"))
    result = await run(app, "x", house)
    decided = await decide(house.journal, result.run, "approve", who="ann", why="a good customer")
    assert isinstance(decided, Waiting)
    assert decided.shown == "Refund 5 for order 1."
    given = [event for event in await house.journal.read(result.run) if isinstance(event.body, ApprovalGiven)]
    assert isinstance(given[0].body, ApprovalGiven)
    assert (given[0].body.who, given[0].body.why) == ("ann", "a good customer")
    assert given[0].at == pytest.approx(time.time(), abs=5)
    for decision in ("approve", "reject"):
        with pytest.raises(UsageError, match="it may have been decided already"):
            await decide(house.journal, result.run, decision, who="bob")
    assert await waiting(house.journal) == []
    assert (await resume(app, result.run, house)).output == "refunded"
    assert ledger == [("1", Decimal(5))]
    with pytest.raises(UsageError, match=r"has ended \(answered\)"):
        await decide(house.journal, result.run, "approve", who="ann")


async def test_a_yes_to_what_was_shown_is_none_to_what_waits_now(house: House) -> None:
    ledger: Ledger = []
    app = refunds(ledger, ("1", "5"), ("2", "500"))
    result = await run(app, "x", house)
    first, second = await waiting(house.journal)
    assert len({first.digest, second.digest}) == 2
    await decide(house.journal, result.run, "reject", who="bob", call_id="call-1")
    for seen in (first.digest, first.digest[:8]):
        with pytest.raises(UsageError, match="something else waits now than what was shown"):
            await decide(house.journal, result.run, "approve", who="ann", shown=seen)
    with pytest.raises(UsageError, match="give the digest of the write that was shown, 8 characters or more"):
        await decide(house.journal, result.run, "approve", who="ann", shown=second.digest[:7])
    await decide(house.journal, result.run, "approve", who="ann", shown=second.digest[:8])
    await resume(app, result.run, house)
    assert ledger == [("2", Decimal(500))]


async def test_what_would_be_decided_can_be_looked_at_first(house: House) -> None:
    app = refunds([], ("1", "5"), ("2", "6"))
    result = await run(app, "x", house)
    with pytest.raises(UsageError, match="several calls"):
        await undecided(house.journal, result.run)
    assert await undecided(house.journal, result.run, call_id="call-2") == (await waiting(house.journal))[1]
    for call_id in ("call-1", "call-2"):
        await decide(house.journal, result.run, "reject", who="ann", call_id=call_id)
    with pytest.raises(UsageError, match="nothing in run"):
        await undecided(house.journal, result.run)
    await resume(app, result.run, house)
    with pytest.raises(UsageError, match=r"has ended \(answered\)"):
        await undecided(house.journal, result.run)


async def test_a_digest_names_one_of_several_and_is_of_one_run_alone(house: House) -> None:
    ledger: Ledger = []
    app = refunds(ledger, ("1", "5"), ("2", "6"))
    one, other = await run(app, "x", house), await run(app, "x", house)
    found = {(write.run, write.call_id): write.digest for write in await waiting(house.journal)}
    assert len(set(found.values())) == 4
    with pytest.raises(UsageError, match="something else waits now"):
        await decide(house.journal, one.run, "approve", who="ann", shown=found[other.run, "call-2"])
    decided = await decide(house.journal, one.run, "approve", who="ann", shown=found[one.run, "call-2"])
    assert (decided.call_id, decided.digest) == ("call-2", found[one.run, "call-2"])


async def test_a_no_is_told_to_the_model_with_its_reason(house: House) -> None:
    ledger: Ledger = []
    app = refunds(ledger, ("1", "5"), ("2", "6"))
    result = await run(app, "x", house)
    await decide(house.journal, result.run, "reject", who="ann", why="Ask for a photo.", call_id="call-1")
    await decide(house.journal, result.run, "reject", who="ann", call_id="call-2")
    final = await resume(app, result.run, house)
    told = "This was not done: it was not approved. Ask for a photo.; This was not done: it was not approved."
    assert (final.output, ledger) == (told, [])


async def test_whoever_passes_it_on_leaves_it_waiting(house: House) -> None:
    ledger: Ledger = []
    app = refunds(ledger, ("1", "5"))
    result = await run(app, "x", house)
    await decide(house.journal, result.run, "escalate", who="ann", why="too much for me")
    assert (await resume(app, result.run, house)).status == "waiting"
    assert len(await waiting(house.journal)) == 1
    await decide(house.journal, result.run, "approve", who="the boss")
    assert (await resume(app, result.run, house)).status == "answered"
    assert len(ledger) == 1


async def test_edited_arguments_are_checked_and_policies_are_asked_about_them(house: House) -> None:
    ledger: Ledger = []
    app = refunds(ledger, ("1", "5"), ("2", "6"))
    result = await run(app, "x", house)
    for decision, edited in (("edit", None), ("approve", {"order": "1"})):
        with pytest.raises(UsageError, match="give the new arguments with the decision `edit`, and only with it"):
            await decide(house.journal, result.run, decision, who="ann", call_id="call-1", edited=edited)  # type: ignore[arg-type]
    await decide(house.journal, result.run, "edit", who="ann", call_id="call-1", edited={"order": "1"})
    new = {"order": "2", "amount": "4.20"}
    await decide(house.journal, result.run, "edit", who="ann", call_id="call-2", edited=new)
    final = await resume(app, result.run, house)
    assert final.output.startswith("refund was not called, its arguments do not fit: amount: Field required")
    assert ledger == [("2", Decimal("4.20"))]


async def test_an_edit_that_says_nothing_is_no_approval_of_the_first_wish(house: House) -> None:
    ledger: Ledger = []
    app = refunds(ledger, ("1", "5"))
    result = await run(app, "x", house)
    await decide(house.journal, result.run, "edit", who="ann", edited={})
    assert "order: Field required" in (await resume(app, result.run, house)).output
    assert ledger == []


async def test_of_several_calls_one_must_be_named(house: House) -> None:
    result = await run(refunds([], ("1", "5"), ("2", "6")), "x", house)
    with pytest.raises(UsageError, match=r"wait: call-1 \(refund\), call-2 \(refund\); name one"):
        await decide(house.journal, result.run, "approve", who="ann")
    with pytest.raises(UsageError, match=r"nothing in run .* waits for that"):
        await decide(house.journal, result.run, "approve", who="ann", call_id="call-3")
    with pytest.raises(RunNotFound):
        await decide(house.journal, "nothing", "approve", who="ann")


async def test_a_question_to_the_customer_is_not_decided_by_a_person(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=never, confirm=True)
    async def cancel(order: str) -> str:
        """Cancel."""
        return "cancelled"

    app = App(name="a", models=[Scripted([ToolCall("c", "cancel", '{"order": "1"}'), "done"])], tools=[cancel])
    result = await run(app, "x", house, chat=True)
    assert await waiting(house.journal) == []
    with pytest.raises(UsageError, match="nothing in run"):
        await decide(house.journal, result.run, "approve", who="ann")
    assert (await say(app, result.run, "yes", house)).output == "done"


async def test_nobody_decides_about_a_run_that_is_being_driven(house: House, tmp_path: Path) -> None:
    """Not in this process, and not in another: or else one of the two would write over the other."""
    arrived, go_on = asyncio.Event(), asyncio.Event()

    @tool(effect="write", trust="trusted", approval=never)
    async def slow() -> str:
        """Take long."""
        arrived.set()
        await go_on.wait()
        return "done"

    ledger: Ledger = []
    (refund,) = refunds(ledger).tools
    calls = (ToolCall("1", "refund", '{"order": "1", "amount": 5}'), ToolCall("2", "slow", "{}"))
    app = App(name="a", models=[Scripted([calls, "all done"])], tools=[refund, slow])
    task = asyncio.create_task(run(app, "x", house, name="r"))
    await arrived.wait()
    assert [write.call_id for write in await waiting(house.journal)] == ["1"]
    with pytest.raises(RunConflict, match="in this process already"):
        await decide(house.journal, "r", "approve", who="ann")
    async with await Journal.open(tmp_path / "journal.db") as other:
        with pytest.raises(RunConflict, match="is being driven by"):
            await decide(other, "r", "approve", who="ann")
        go_on.set()
        assert (await task).status == "waiting"
        await decide(other, "r", "approve", who="ann")
    assert (await resume(app, "r", house)).output == "all done"
    assert len(ledger) == 1


async def test_whoever_decided_does_not_keep_the_run_from_others(house: House, tmp_path: Path) -> None:
    """An inbox decides in a process that lives on; the worker that goes on with the run is another."""
    ledger: Ledger = []
    app = refunds(ledger, ("1", "5"))
    result = await run(app, "x", house)
    async with await Journal.open(tmp_path / "journal.db") as inbox:
        with pytest.raises(UsageError):
            await decide(inbox, result.run, "approve", who="ann", call_id="no such call")
        await decide(inbox, result.run, "approve", who="ann")
        assert (await resume(app, result.run, house)).status == "answered"
    assert len(ledger) == 1


@pytest.mark.parametrize(
    ("made", "result", "told"),
    [(True, "", "This was done."), (False, "", "This was not done."), (True, "refund R-881", "refund R-881")],
)
async def test_a_person_says_what_became_of_a_write(house: House, made: bool, result: str, told: str) -> None:
    @tool(effect="write", trust="trusted", approval=never)
    async def pay(to: str = "ann") -> str:
        """Pay."""
        raise ConnectionError("lost")

    model = Scripted([ToolCall("c", "pay", ""), "done"])
    app = App(name="a", models=[model], tools=[pay])
    ended = await run(app, "x", house)
    (write,) = await waiting(house.journal)
    assert (write.uncertain, write.arguments, write.shown, write.expires) == (True, '{"to":"ann"}', "", 0.0)
    with pytest.raises(UsageError, match="nothing in run"):
        await decide(house.journal, ended.run, "approve", who="ann")
    settled = await settle(house.journal, ended.run, made=made, who="ann", result=result)
    assert settled.uncertain
    with pytest.raises(UsageError, match="nothing in run"):
        await settle(house.journal, ended.run, made=made, who="ann")
    assert (await resume(app, ended.run, house)).status == "answered"
    message = model.requests[-1].messages[-1]
    assert message.result is not None
    assert (message.text, message.result.failed) == (told, not made)
    state = await state_of(house.journal, ended.run)
    assert [write.content for write in state.writes] == ([told] if made else [])
    events = await house.journal.read(ended.run)
    (body,) = [event.body for event in events if isinstance(event.body, EffectSettled)]
    assert (body.who, body.made) == ("ann", made)


async def test_no_arguments_are_shown_as_none(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=always)
    async def stop() -> str:
        """Stop."""
        return "stopped"

    app = App(name="a", models=[Scripted([ToolCall("c", "stop", ""), "done"])], tools=[stop])
    result = await run(app, "x", house)
    (write,) = waiting_in(await state_of(house.journal, result.run))
    assert (write.arguments, write.shown) == ("{}", "stop: ")


async def test_an_ended_chat_takes_no_decision(house: House) -> None:
    ledger: Ledger = []
    app = refunds(ledger, ("1", "5"))
    result = await run(app, "x", house, chat=True)
    await close(app, result.run, house)
    assert await waiting(house.journal) == []
    with pytest.raises(UsageError, match="has ended"):
        await decide(house.journal, result.run, "approve", who="ann")
    assert ledger == []


async def test_what_was_decided_and_not_gone_on_with_is_listed(house: House, tmp_path: Path) -> None:
    ledger: Ledger = []
    app = refunds(ledger, ("1", "5"), ("2", "7"))
    result = await run(app, "x", house)
    assert await stalled(house.journal) == []
    await decide(house.journal, result.run, "escalate", who="ann", call_id="call-1")
    assert await stalled(house.journal) == []  # somebody else is to decide
    await decide(house.journal, result.run, "approve", who="bob", call_id="call-1")
    (left,) = await stalled(house.journal, app="a")
    assert left == Stalled(result.run, "a", "refund: approve, by bob", left.since)
    assert left.since == pytest.approx(time.time(), abs=5)
    assert [write.call_id for write in await waiting(house.journal)] == ["call-2"]
    assert await stalled(house.journal, app="another") == []
    await house.journal.claim(result.run)
    async with await Journal.open(tmp_path / "journal.db") as other:
        assert await stalled(other) == []  # somebody is at it
    await house.journal.let_go(result.run)
    assert (await resume(app, result.run, house)).status == "waiting"
    assert await stalled(house.journal) == []
    assert ledger == [("1", Decimal(5))]


async def test_what_was_begun_or_settled_and_not_gone_on_with_is_listed(house: House) -> None:
    @tool(effect="write", approval=never)
    async def pay() -> str:
        """Pay."""
        raise ConnectionError("lost")

    app = App(name="a", models=[Scripted(lambda _: ToolCall("c", "pay", "{}"))], tools=[pay])
    uncertain = await run(app, "x", house)
    events = await house.journal.read(uncertain.run)
    assert kind_of(events[-3].body) == "effect.intended"
    await house.journal.append("cut", 0, *(event.body for event in events[:-2]))
    await house.journal.let_go("cut")
    assert [(left.run, left.why) for left in await stalled(house.journal)] == [("cut", "pay was begun")]
    await settle(house.journal, uncertain.run, made=True, who="ann")
    found = {left.run: left.why for left in await stalled(house.journal)}
    assert found == {"cut": "pay was begun", uncertain.run: "an uncertain write was settled"}


async def test_a_proof_and_what_was_interrupted_before_anything_was_decided_are_not_listed(house: House) -> None:
    app = App(name="a", models=[Scripted(["hi"])])
    events = await house.journal.read((await run(app, "x", house)).run)
    await house.journal.append("cut", 0, *(event.body for event in events[:-1]))
    proof = ProofStarted(app="a", version="v", proof="p", dataset="d", dataset_digest="e", scorer="s", n=1, key="k")
    await house.journal.append("proof", 0, proof)
    for name in ("cut", "proof"):
        await house.journal.let_go(name)
    assert await stalled(house.journal) == []
