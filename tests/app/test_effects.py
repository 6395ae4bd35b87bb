from __future__ import annotations

import asyncio
import math
import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, PlainSerializer, SecretStr

from vouch.app.app import App
from vouch.app.decide import decide, settle, waiting
from vouch.app.house import House
from vouch.app.run import resume, run, say
from vouch.contracts.approval import Demand
from vouch.contracts.guard import Judgement
from vouch.contracts.policy import Attempt
from vouch.contracts.tool import ToolRefused
from vouch.errors import RunConflict, ToolError, UsageError
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.tools.approvals import above, always, never, when
from vouch.tools.function import FunctionTool, tool
from vouch.tools.policy import policy
from vouch.values.event import (
    ApprovalAsked,
    ApprovalGiven,
    CallRefused,
    EffectDone,
    EffectIntended,
    EffectUncertain,
    InputGiven,
    RunWaiting,
)
from vouch.values.message import ToolCall
from vouch.values.request import Request

Ledger = list[tuple[str, str]]


def call(name: str, arguments: str, number: int = 1) -> ToolCall:
    return ToolCall(f"call-{number}", name, arguments)


def refund_tool(ledger: Ledger, **options: object) -> FunctionTool:
    @tool(effect="write", trust="trusted", **{"approval": above("amount", 50), **options})  # pyright: ignore[reportArgumentType]
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
        write = tool(effect="write", trust="trusted", approval=never, **options)(flaky)  # pyright: ignore[reportArgumentType]
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
    @tool(effect="write", trust="trusted", approval=never)
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

        @tool(effect="write", trust="trusted")
        def pay(amount: int) -> str:
            """Pay."""
            return "paid"

    with pytest.raises(ToolError, match="needs no approval"):

        @tool(approval=always)
        def look() -> str:
            """Look."""
            return "seen"


def set_clock(patch: pytest.MonkeyPatch, ahead: float) -> None:
    real = time.time
    patch.setattr(time, "time", lambda: real() + ahead)


def asking_app(ledger: Ledger, *answers: Any, **options: object) -> App:
    return App(name="a", models=[Scripted(answers)], tools=[refund_tool(ledger, **options)])


async def test_a_run_whose_approval_expired_goes_on_without_the_write(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger: Ledger = []
    app = asking_app(ledger, call("refund", '{"order": "1", "amount": 500}'), "Nobody said yes.")
    result = await run(app, "x", house)
    assert (await resume(app, result.run, house)).status == "waiting"
    set_clock(monkeypatch, 86_401)
    with pytest.raises(UsageError, match="is over; resume the run"):
        await decide(house.journal, result.run, "approve", who="ann")
    final = await resume(app, result.run, house)
    assert (final.status, final.output, ledger) == ("answered", "Nobody said yes.", [])
    (refused,) = await bodies(house.journal, result.run, CallRefused)
    assert isinstance(refused, CallRefused)
    assert (refused.by, refused.why) == ("approval", "expired")


async def test_a_waiting_run_that_another_process_looked_at_still_waits_and_is_held_by_nobody(house: House) -> None:
    ledger: Ledger = []
    app = asking_app(ledger, call("refund", '{"order": "1", "amount": 500}'), "done")
    result = await run(app, "x", house)
    async with await Journal.open(house.journal.place) as other:
        elsewhere = House(journal=other, open_model=lambda name: Scripted([]))
        assert (await resume(app, result.run, elsewhere)).status == "waiting"
        assert [write.run for write in await waiting(house.journal)] == [result.run]
        await decide(house.journal, result.run, "approve", who="ann")
        final = await resume(app, result.run, elsewhere)
        assert (final.status, len(ledger)) == ("answered", 1)
        assert (await resume(app, result.run, house)).output == "done"


@pytest.mark.parametrize("seconds", [math.inf, math.nan, 1e300])
async def test_a_question_without_end_can_be_written_down_and_read(house: House, seconds: float) -> None:
    class Patient:
        def demand(self, arguments: dict[str, Any]) -> Demand:
            return Demand("person", seconds)

    ledger: Ledger = []
    app = asking_app(ledger, call("refund", '{"order": "1", "amount": 5}'), "done", approval=Patient())
    result = await run(app, "x", house)
    await decide(house.journal, result.run, "approve", who="ann")
    assert (await resume(app, result.run, house)).status == "answered"
    assert len(ledger) == 1


async def test_a_rule_may_ask_the_customer_and_asks_once(house: House) -> None:
    ledger: Ledger = []
    rule = when(lambda arguments: arguments["amount"] > 50, of="customer")
    app = asking_app(ledger, call("refund", '{"order": "1", "amount": 500}'), "done", approval=[rule, never])
    asked = await run(app, "x", house, chat=True)
    assert (asked.status, ledger) == ("waiting", [])
    final = await say(app, asked.run, "yes", house)
    assert (final.status, final.output, len(ledger)) == ("answered", "done", 1)


async def test_a_yes_that_came_too_late_is_none_and_is_not_taken_for_the_next_question(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger: Ledger = []
    calls = tuple(call("refund", f'{{"order": "{n}", "amount": 5}}', n) for n in (1, 2))
    app = asking_app(ledger, calls, "done", confirm=True)
    asked = await run(app, "x", house, chat=True)
    set_clock(monkeypatch, 86_401)
    late = await say(app, asked.run, "yes", house)
    assert (late.status, late.output, ledger) == ("answered", "done", [])
    refused = await bodies(house.journal, asked.run, CallRefused)
    assert [(body.call_id, body.why) for body in refused if isinstance(body, CallRefused)] == [
        ("call-1", "expired"),
        ("call-2", "expired"),
    ]


async def test_of_two_questions_each_yes_is_for_the_one_that_was_shown(house: House) -> None:
    ledger: Ledger = []
    calls = tuple(call("refund", f'{{"order": "{n}", "amount": 5}}', n) for n in (1, 2))
    app = asking_app(ledger, calls, "done", confirm=True, describe="Refund order {order}.")
    asked = await run(app, "x", house, chat=True)
    assert asked.output.startswith("Refund order 1.")
    second = await say(app, asked.run, "no", house)
    assert (second.output[:15], ledger) == ("Refund order 2.", [])
    assert (await say(app, asked.run, "yes", house)).output == "done"
    assert [order for order, _ in ledger] == ["2"]


async def test_a_yes_to_a_question_that_was_never_shown_confirms_nothing(house: House) -> None:
    """The process died after the question was recorded, before the customer could see it."""
    ledger: Ledger = []
    app = asking_app(ledger, call("refund", '{"order": "1", "amount": 5}'), "done", confirm=True)
    asked = await run(app, "I want my money back", house, chat=True)
    events = await house.journal.read(asked.run)
    cut = next(event.seq for event in events if isinstance(event.body, ApprovalAsked)) + 1
    name = await copied(house.journal, events[:cut])
    shown = await say(app, name, "yes", house)
    assert (shown.status, ledger) == ("waiting", [])
    assert shown.output.endswith("Please answer yes or no.")
    assert (await say(app, name, "yes", house)).status == "answered"
    assert len(ledger) == 1


async def copied(journal: Journal, events: list[Any]) -> str:
    """Another run with the same beginning."""
    for event in events:
        await journal.append("copy", event.seq, event.body)
    await journal.flush_run("copy")
    return "copy"


async def test_what_is_said_while_an_answer_is_taken_in_is_part_of_it(house: House) -> None:
    """The process died between the customer's word and what it led to; then they said more."""
    ledger: Ledger = []
    app = asking_app(ledger, call("refund", '{"order": "1", "amount": 5}'), "Not done.", confirm=True)
    asked = await run(app, "x", house, chat=True)
    events = await house.journal.read(asked.run)
    name = await copied(house.journal, events)
    await house.journal.append(name, len(events), InputGiven(input="no"))
    assert (await say(app, name, "yes", house)).output == "Not done."
    assert ledger == []


async def test_amounts_that_are_equal_are_the_same_write(house: House) -> None:
    ledger: Ledger = []
    app = asking_app(
        ledger,
        call("refund", '{"order": "1", "amount": 5}', 1),
        call("refund", '{"order": "1", "amount": "5.00"}', 2),
        call("refund", '{"order": "1", "amount": "5.01"}', 3),
        "done",
    )
    result = await run(app, "x", house)
    assert len(ledger) == 2
    (refused,) = await bodies(house.journal, result.run, CallRefused)
    assert isinstance(refused, CallRefused)
    assert (refused.by, refused.call_id) == ("repeat", "call-2")


async def test_nothing_that_follows_is_made_while_the_outcome_of_a_write_is_unknown(house: House) -> None:
    sent: list[str] = []

    @tool(effect="write", trust="trusted", approval=never)
    def pay(order: str) -> str:
        """Pay, over a line that breaks."""
        sent.append(order)
        if len(sent) == 1:
            raise ConnectionError("the line broke")
        return "paid"

    calls = (call("pay", '{"order": "1"}', 1), call("pay", '{"order": "1"}', 2), call("pay", '{"order": "2"}', 3))
    app = App(name="a", models=[Scripted([calls, "done"])], tools=[pay])
    result = await run(app, "x", house)
    assert (result.status, result.why[:31], sent) == ("waiting", "to find out whether pay was mad", ["1"])
    assert (await resume(app, result.run, house)).status == "waiting"
    await settle(house.journal, result.run, made=True, who="ann")
    assert (await resume(app, result.run, house)).status == "answered"
    assert sent == ["1", "2"]


async def test_no_end_hides_a_write_of_unknown_outcome(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=never)
    def pay() -> str:
        """Pay, over a line that breaks."""
        raise ConnectionError("the line broke")

    class Polite:
        name = "polite"

        async def judge(self, text: str) -> Judgement:
            return Judgement("damn" not in text, "it swears")

    app = App(name="a", models=[Scripted([call("pay", "{}"), "done"])], tools=[pay], guards=[Polite()])
    result = await run(app, "pay", house, chat=True)
    assert result.status == "waiting"
    blocked = await say(app, result.run, "damn slow", house)
    assert blocked.status == "waiting"
    assert [write.uncertain for write in await waiting(house.journal)] == [True]
    await settle(house.journal, result.run, made=True, who="ann")
    assert (await resume(app, result.run, house)).status == "blocked"


async def test_policies_cannot_change_what_is_done(house: House) -> None:
    ledger: Ledger = []

    @policy(customer="no", auditor="no")
    def meddling(attempt: Attempt) -> bool:
        attempt.arguments["order"] = "of the policy's choice"
        return True

    app = asking_app(ledger, call("refund", '{"order": "1", "amount": 5}'), "done", policies=[meddling])
    result = await run(app, "x", house)
    assert [order for order, _ in ledger] == ["1"]
    (intended,) = await bodies(house.journal, result.run, EffectIntended)
    assert isinstance(intended, EffectIntended)
    assert intended.arguments == '{"amount":"5","order":"1"}'


async def test_arguments_that_cannot_be_written_down_as_they_are_are_refused(house: House) -> None:
    sent: list[str] = []

    @tool(effect="write", trust="trusted", approval=never)
    def log_in(password: SecretStr) -> str:
        """Log in."""
        sent.append(password.get_secret_value())
        return "in"

    @tool(effect="write", trust="trusted", approval=never)
    def note(text: str) -> str:
        """Take a note."""
        sent.append(text)
        return "noted"

    house.journal.hide("sesame-sesame")
    script = [call("log_in", '{"password": "open"}', 1), call("note", '{"text": "the word is [redacted]"}', 2), "done"]
    app = App(name="a", models=[Scripted(script)], tools=[log_in, note])
    result = await run(app, "x", house)
    refused = await bodies(house.journal, result.run, CallRefused)
    assert [body.call_id for body in refused if isinstance(body, CallRefused)] == ["call-2"]
    # What is done is what is recorded: never something else the second time.
    assert sent == ["**********"]


async def test_a_write_that_is_under_way_is_awaited_when_its_run_is_cancelled(house: House) -> None:
    arrived, made = asyncio.Event(), asyncio.Event()

    @tool(effect="write", trust="trusted", approval=never)
    async def pay() -> str:
        """Pay."""
        arrived.set()
        await made.wait()
        return "paid"

    app = App(name="a", models=[Scripted([call("pay", "{}"), "done"])], tools=[pay])
    task = asyncio.create_task(run(app, "x", house, name="r"))
    await arrived.wait()
    task.cancel()
    await asyncio.sleep(0.01)
    task.cancel()
    assert not task.done()
    made.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    (done,) = await bodies(house.journal, "r", EffectDone)
    assert isinstance(done, EffectDone)
    assert done.content == "paid"
    assert (await resume(app, "r", house)).output == "done"


async def test_a_write_that_may_be_sent_again_does_not_keep_a_cancelled_run_from_ending(house: House) -> None:
    arrived = asyncio.Event()
    sent: list[str] = []

    @tool(effect="write", trust="trusted", approval=never, idempotent=True)
    async def pay(*, idempotency_key: str) -> str:
        """Pay."""
        sent.append(idempotency_key)
        if len(sent) == 1:
            arrived.set()
            await asyncio.sleep(60)
        return "paid"

    app = App(name="a", models=[Scripted([call("pay", "{}"), "done"])], tools=[pay])
    task = asyncio.create_task(run(app, "x", house, name="r"))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await bodies(house.journal, "r", EffectDone) == []
    assert (await resume(app, "r", house)).output == "done"
    assert (len(sent), len(set(sent))) == (2, 1)


async def test_no_two_writes_share_a_key_also_where_a_name_is_used_again(house: House, tmp_path: Path) -> None:
    ledger: Ledger = []
    for place in ("one.db", "two.db"):
        async with await Journal.open(tmp_path / place) as journal:
            elsewhere = House(journal=journal, open_model=lambda name: Scripted([]))
            app = asking_app(ledger, call("refund", '{"order": "1", "amount": 5}'), "done")
            await run(app, "x", elsewhere, name="nightly")
    assert len({key for _, key in ledger}) == 2


async def test_words_that_no_file_can_hold_do_not_lose_a_write(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=never)
    def pay(to: str) -> str:
        """Pay."""
        return f"paid \ud800 {to}"

    @tool(effect="write", trust="trusted", approval=never)
    def book(to: str) -> str:
        """Book."""
        raise ToolRefused("\udfff")

    odd = call("pay", '{"to": "\ud83d"}', 1)
    script = [odd, call("pay\ud800", "{}", 2), call("pay", '{"to": "x"}', 3), call("book", '{"to": "x"}', 4), "done"]
    result = await run(App(name="a", models=[Scripted(script)], tools=[pay, book]), "x", house)
    assert (result.status, result.output) == ("answered", "done")
    done = await bodies(house.journal, result.run, EffectDone)
    assert [body.content for body in done if isinstance(body, EffectDone)] == [
        "paid \ufffd \ufffd",
        "paid \ufffd x",
        "\ufffd",
    ]
    assert len(await house.journal.read(result.run)) > 10


async def test_whatever_a_model_calls_its_calls_none_takes_the_place_of_another(house: House) -> None:
    ledger: Ledger = []

    def named(name: str, order: int) -> ToolCall:
        return ToolCall(name, "refund", f'{{"order": "{order}", "amount": 5}}')

    first = (named("a", 1), named("a-3", 2))
    second = (named("a-4", 3), named("a", 4), named("", 5), named("", 6), named("a-3", 7))
    model = Scripted([first, second, "done"])
    result = await run(App(name="a", models=[model], tools=[refund_tool(ledger)]), "x", house)
    assert (result.status, [order for order, _ in ledger]) == ("answered", [*"1234567"])
    results = [message.result.call_id for message in model.requests[-1].messages if message.result]
    assert len(set(results)) == 7


async def test_a_run_is_not_stopped_between_a_question_and_the_write(house: House) -> None:
    """What the customer said meanwhile is heard after the write."""
    ledger: Ledger = []

    def line(request: Request) -> ToolCall | str:
        last = request.messages[-1]
        return last.text if last.role == "user" and ledger else call("refund", '{"order": "1", "amount": 500}')

    app = App(name="a", models=[Scripted(line)], tools=[refund_tool(ledger)])
    asked = await run(app, "x", house, chat=True)
    meanwhile = await say(app, asked.run, "how long will it take?", house)
    assert (meanwhile.status, ledger) == ("waiting", [])
    await decide(house.journal, asked.run, "approve", who="ann")
    assert (await resume(app, asked.run, house)).output == "how long will it take?"
    waits = await bodies(house.journal, asked.run, RunWaiting)
    assert [body.of for body in waits if isinstance(body, RunWaiting)] == ["person", "person", "customer"]


async def test_an_approval_for_other_arguments_approves_nothing(house: House) -> None:
    """As somebody might write it into the database."""
    ledger: Ledger = []
    app = asking_app(ledger, call("refund", '{"order": "1", "amount": 500}'), "not done")
    result = await run(app, "x", house)
    (asked,) = await bodies(house.journal, result.run, ApprovalAsked)
    assert isinstance(asked, ApprovalAsked)
    number = len(await house.journal.read(result.run))
    forged = ApprovalGiven(call_id=asked.call_id, arguments="0" * 40, decision="approve", who="eve")
    await house.journal.append(result.run, number, forged)
    assert (await resume(app, result.run, house)).output == "not done"
    (refused,) = await bodies(house.journal, result.run, CallRefused)
    assert isinstance(refused, CallRefused)
    assert (refused.by, refused.why, ledger) == ("approval", "other arguments", [])


async def test_a_policy_that_breaks_refuses_and_says_so_to_the_auditor(house: House) -> None:
    ledger: Ledger = []

    @policy(customer="I cannot do that.", auditor="the order must be known")
    def broken(attempt: Attempt) -> bool:
        raise KeyError("order")

    model = Scripted([call("refund", '{"order": "1", "amount": 5}'), "sorry"])
    app = App(name="a", models=[model], tools=[refund_tool(ledger, policies=[broken])])
    result = await run(app, "x", house)
    (refused,) = await bodies(house.journal, result.run, CallRefused)
    assert isinstance(refused, CallRefused)
    assert (refused.rule, refused.content, ledger) == ("broken", "I cannot do that.", [])
    assert refused.why == "the order must be known [the policy itself failed: KeyError: 'order']"


async def test_arguments_that_change_with_each_writing_are_refused(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=never)
    def note(text: Annotated[str, PlainSerializer(lambda text: f"{text}!")]) -> str:
        """Take a note."""
        raise AssertionError

    result = await run(
        App(name="a", models=[Scripted([call("note", '{"text": "a"}'), "no"])], tools=[note]), "x", house
    )
    (refused,) = await bodies(house.journal, result.run, CallRefused)
    assert isinstance(refused, CallRefused)
    assert "its arguments cannot be written down exactly" in str(refused.content)


SOLD_OUT: list[str] = []


def in_stock(article: str) -> str:
    if article in SOLD_OUT:
        raise ValueError("sold out")
    return article


async def test_what_was_done_before_and_fits_no_more_is_another_write(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check itself looks at the world."""
    sold: list[str] = []
    monkeypatch.setitem(globals(), "SOLD_OUT", sold)

    @tool(effect="write", trust="trusted", approval=never)
    async def buy(article: Annotated[str, AfterValidator(in_stock)]) -> str:
        """Buy."""
        sold.append(article)
        return "bought"

    script = [call("buy", '{"article": "lamp"}', 1), call("buy", '{"article": "bulb"}', 2), "done"]
    result = await run(App(name="a", models=[Scripted(script)], tools=[buy]), "x", house)
    assert (result.output, sold) == ("done", ["lamp", "bulb"])
