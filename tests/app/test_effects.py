from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from vouch.app.app import App
from vouch.app.decide import decide, settle, waiting
from vouch.app.house import House
from vouch.app.run import resume, run, say
from vouch.contracts.policy import Attempt
from vouch.contracts.tool import ToolRefused
from vouch.errors import RunConflict, ToolError, UsageError
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.tools.approvals import above, always, never
from vouch.tools.function import FunctionTool, tool
from vouch.tools.policy import policy
from vouch.values.event import CallRefused, EffectDone, EffectIntended, EffectUncertain
from vouch.values.message import ToolCall

Ledger = list[tuple[str, str]]


def call(name: str, arguments: str, number: int = 1) -> ToolCall:
    return ToolCall(f"call-{number}", name, arguments)


def refund_tool(ledger: Ledger, **options: object) -> FunctionTool:
    @tool(effect="write", **{"approval": above("amount", 50), **options})  # pyright: ignore[reportArgumentType]
    def refund(order: str, amount: Decimal, *, idempotency_key: str) -> str:
        """Give the customer their money back for one order."""
        ledger.append((order, idempotency_key))
        return f"refunded {amount}"

    return refund


async def bodies(journal: Journal, name: str, *kinds: type) -> list[object]:
    return [event.body for event in await journal.read(name) if isinstance(event.body, kinds)]


async def test_a_small_refund_is_made_at_once_with_its_intent_before_it(house: House) -> None:
    ledger: Ledger = []
    app = App(
        name="a",
        models=[Scripted([call("refund", '{"order": "1", "amount": 5}'), "done"])],
        tools=[refund_tool(ledger)],
    )
    result = await run(app, "refund", house)
    assert (result.status, result.output, len(ledger)) == ("answered", "done", 1)
    intended, done = await bodies(house.journal, result.run, EffectIntended, EffectDone)
    assert isinstance(intended, EffectIntended)
    assert isinstance(done, EffectDone)
    assert intended.key == done.key == ledger[0][1]
    assert len(intended.key) <= 50


async def test_three_calls_of_which_two_wait_are_each_made_once(house: House, tmp_path: Path) -> None:
    ledger: Ledger = []
    calls = tuple(call("refund", f'{{"order": "{n}", "amount": {a}}}', n) for n, a in ((1, 500), (2, 5), (3, 70)))
    app = App(name="a", models=[Scripted([calls, "all done"])], tools=[refund_tool(ledger)])
    result = await run(app, "refund all", house)
    assert result.status == "waiting"
    assert [order for order, _ in ledger] == ["2"]
    asked = await waiting(house.journal)
    assert [(write.call_id, write.tool) for write in asked] == [("call-1", "refund"), ("call-3", "refund")]
    await decide(house.journal, result.run, "approve", who="ann", call_id="call-1")
    again = await resume(app, result.run, house)
    assert again.status == "waiting"
    assert [order for order, _ in ledger] == ["2", "1"]
    with pytest.raises(UsageError, match="decided already"):
        await decide(house.journal, result.run, "approve", who="ann", call_id="call-1")
    await decide(house.journal, result.run, "reject", who="bob", why="too much")
    final = await resume(app, result.run, house)
    assert (final.status, final.output) == ("answered", "all done")
    assert [order for order, _ in ledger] == ["2", "1"]


async def test_edited_arguments_are_what_is_done(house: House) -> None:
    ledger: Ledger = []
    app = App(
        name="a",
        models=[Scripted([call("refund", '{"order": "1", "amount": 500}'), "ok"])],
        tools=[refund_tool(ledger)],
    )
    result = await run(app, "x", house)
    await decide(house.journal, result.run, "edit", who="ann", edited={"order": "9", "amount": "1"})
    assert (await resume(app, result.run, house)).status == "answered"
    assert [order for order, _ in ledger] == ["9"]


async def test_the_customer_confirms_exactly_this_and_then_a_person_approves(house: House) -> None:
    ledger: Ledger = []
    model = Scripted([call("refund", '{"order": "1", "amount": 500}'), "refunded"])
    app = App(
        name="a",
        models=[model],
        tools=[refund_tool(ledger, confirm=True, describe="Refund {amount} for order {order}.")],
    )
    asked = await run(app, "I want my money back", house, chat=True)
    assert (asked.status, asked.output) == (
        "waiting",
        "Refund 500 for order 1. Is that right? Please answer yes or no.",
    )
    confirmed = await say(app, asked.run, "Yes, please!", house)
    assert (confirmed.status, confirmed.why, ledger) == ("waiting", "to approve: Refund 500 for order 1.", [])
    await decide(house.journal, asked.run, "approve", who="ann")
    final = await resume(app, asked.run, house)
    assert (final.status, final.output, len(ledger)) == ("answered", "refunded", 1)


async def test_a_maybe_is_a_no(house: House) -> None:
    ledger: Ledger = []
    model = Scripted([call("refund", '{"order": "1", "amount": 5}'), "Then not."])
    app = App(name="a", models=[model], tools=[refund_tool(ledger, confirm=True)])
    asked = await run(app, "x", house, chat=True)
    answer = await say(app, asked.run, "yes but for order 2", house)
    assert (answer.output, ledger) == ("Then not.", [])
    (refused,) = await bodies(house.journal, asked.run, CallRefused)
    assert isinstance(refused, CallRefused)
    assert (refused.by, "yes but for order 2" in str(refused.content)) == ("customer", True)


async def test_policies_refuse_and_a_repeat_is_not_made(house: House) -> None:
    ledger: Ledger = []

    @policy(customer="I can only refund order 1.", auditor="not order 1")
    def only_first(attempt: Attempt) -> bool:
        return attempt.arguments["order"] == "1"

    script = [
        call("refund", '{"order": "2", "amount": 5}', 1),
        call("refund", '{"order": "1", "amount": 5}', 2),
        call("refund", '{"amount": 5.0, "order": "1"}', 3),
        "done",
    ]
    app = App(name="a", models=[Scripted(script)], tools=[refund_tool(ledger, policies=[only_first])])
    result = await run(app, "x", house)
    assert [order for order, _ in ledger] == ["1"]
    refused = [
        (body.by, body.rule)
        for body in await bodies(house.journal, result.run, CallRefused)
        if isinstance(body, CallRefused)
    ]
    assert refused == [("policy", "only first"), ("repeat", "")]


async def test_unknown_outcomes_are_looked_up_sent_again_or_left_to_a_person(house: House) -> None:
    made: dict[str, str] = {}
    sent: list[str] = []

    def flaky(order: str, *, idempotency_key: str) -> str:
        """Refund."""
        sent.append(idempotency_key)
        made.setdefault(idempotency_key, order)
        if len(sent) == 1:
            raise ConnectionError("the line broke after the write")
        return "refunded"

    def look_up(key: str) -> str | None:
        return made.get(key)

    async def ends(**options: object) -> tuple[str, int]:
        made.clear()
        sent.clear()
        write = tool(effect="write", approval=never, **options)(flaky)  # pyright: ignore
        app = App(name="a", models=[Scripted([call("flaky", '{"order": "1"}'), "done"])], tools=[write])
        result = await run(app, "x", house)
        assert len(made) == 1
        if result.status == "waiting":
            (doubt,) = await bodies(house.journal, result.run, EffectUncertain)
            assert isinstance(doubt, EffectUncertain)
            assert "ConnectionError" in doubt.why
            await settle(house.journal, result.run, made=True, who="ann")
            assert (await resume(app, result.run, house)).status == "answered"
        return result.status, len(sent)

    assert await ends(idempotent=True) == ("answered", 2)
    assert await ends(reconcile=look_up, settles=0.01) == ("answered", 1)
    assert await ends() == ("waiting", 1)


async def test_a_refusal_of_the_receiver_is_told_to_the_model(house: House) -> None:
    @tool(effect="write", approval=never)
    def pay(amount: int) -> str:
        """Pay."""
        raise ToolRefused("the account is empty")

    model = Scripted([call("pay", '{"amount": 3}'), "sorry"])
    result = await run(App(name="a", models=[model], tools=[pay]), "x", house)
    assert result.output == "sorry"
    assert model.requests[-1].messages[-1].text == "the account is empty"


async def test_another_process_cannot_take_a_run_that_is_held(house: House, tmp_path: Path) -> None:
    result = await run(App(name="a", models=[Scripted(["hello"])]), "x", house, chat=True)
    app = App(name="a", models=[Scripted(["more"])])
    await house.journal.claim(result.run)
    async with await Journal.open(house.journal.place) as other:
        with pytest.raises(RunConflict, match="is being driven by"):
            await resume(app, result.run, House(journal=other, open_model=lambda name: Scripted([])))


async def test_a_write_must_say_who_approves() -> None:
    with pytest.raises(TypeError, match="say when a person must say yes"):

        @tool(effect="write")
        def pay(amount: int) -> str:
            """Pay."""
            return "paid"

    with pytest.raises(ToolError, match="needs no approval"):

        @tool(approval=always)
        def look() -> str:
            """Look."""
            return "seen"
