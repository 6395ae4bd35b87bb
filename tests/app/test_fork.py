from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from vouch.app.app import App
from vouch.app.compare import compare
from vouch.app.decide import decide
from vouch.app.fork import fork, other_answer, other_input, other_result, replay_from
from vouch.app.house import House
from vouch.app.run import close, resume, run, say
from vouch.contracts.tool import Tool
from vouch.errors import AppError, UsageError
from vouch.journal.state import fold
from vouch.models.replay import Replay
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.tools.approvals import above, never
from vouch.tools.function import tool
from vouch.values.event import (
    ApprovalAsked,
    EffectDone,
    EffectIntended,
    InputGiven,
    ModelAnswered,
    PromptRendered,
    ProofStarted,
    RouteChosen,
    RunStarted,
    ToolRead,
    kind_of,
)
from vouch.values.message import ToolCall
from vouch.values.request import Request
from vouch.values.result import Made


class Shop:
    """A world of its own: what is paid, and a ledger of refunds with their keys."""

    def __init__(self, *, approval: object = never, confirm: bool = False) -> None:
        self.paid = 30
        self.looked = 0
        self.ledger: list[tuple[int, str]] = []

        @tool(trust="trusted")
        def paid(order: str) -> int:
            """What was paid for an order."""
            self.looked += 1
            return self.paid

        @tool(effect="write", trust="trusted", approval=approval, confirm=confirm, describe="Refund {amount}.")  # pyright: ignore[reportCallIssue, reportArgumentType]
        def refund(amount: int, *, idempotency_key: str) -> str:
            """Give money back."""
            self.ledger.append((amount, idempotency_key))
            self.paid -= amount
            return f"refund number {len(self.ledger)}"

        self.tools: list[Tool] = [paid, refund]


def clerk(request: Request) -> ToolCall | str:
    """Looks up what was paid, gives it back, looks again, and reports."""
    results = [message.result for message in request.messages if message.result is not None]
    if len(results) == 1 and not results[0].failed:
        return ToolCall("call-2", "refund", f'{{"amount": {results[0].content}}}')
    if len(results) in (0, 2):
        return ToolCall(f"call-{len(results) + 1}", "paid", '{"order": "1"}')
    return f"{request.messages[0].text} {results[-1].content} left"


def app_of(shop: Shop, *, prompt: str = "Kindly:", name: str = "scripted/clerk") -> App:
    return App(name="shop", prompt=prompt, models=[Scripted(clerk, name=name)], tools=shop.tools)


async def place(house: House, run: str, kind: type, *, number: int = 0) -> int:
    return [event.seq for event in await house.journal.read(run) if isinstance(event.body, kind)][number]


async def made(house: House, run: str) -> list[Made]:
    return fold(run, await house.journal.read(run)).writes


async def test_a_fork_at_every_event_ends_as_its_parent_and_touches_nothing(house: House) -> None:
    shop = Shop()
    first = await run(app_of(shop), "Refund order 1", house, proof="p", case="c-1", key="a question")
    assert (first.output, shop.paid, shop.looked, len(shop.ledger)) == ("Kindly: 0 left", 0, 2, 1)
    events = await house.journal.read(first.run)
    amid = {event.seq + 1 for event in events if isinstance(event.body, EffectIntended) and event.seq + 1 < len(events)}
    for at in range(len(events) + 1):
        if at in amid:
            with pytest.raises(UsageError, match=f"cannot be forked at {at}, .* fork at {at - 1} or before"):
                await replay_from(app_of(shop), first.run, at, house)
            continue
        again = await replay_from(app_of(shop), first.run, at, house)
        assert (again.status, again.output, again.steps) == ("answered", first.output, first.steps)
        assert again.run != first.run
        copy = await house.journal.read(again.run)
        assert compare(events, copy).alike
        started = copy[0].body
        assert isinstance(started, RunStarted)
        assert (started.parent, started.forked_at, started.simulated) == (first.run, max(at, 1), True)
        assert (started.proof, started.case, started.key == "a question") == ("", "", False)
        assert (shop.paid, shop.looked, len(shop.ledger)) == (0, 2, 1)
    # What a fork answered is no answer to the question when it is asked again.
    assert (await house.journal.results(["a question"]))["a question"].run == first.run


async def test_another_result_of_a_tool_leads_elsewhere(house: House) -> None:
    shop = Shop()
    first = await run(app_of(shop), "Refund order 1", house)
    at = await place(house, first.run, ToolRead)
    other = await replay_from(app_of(shop), first.run, at, house, change=other_result("20"))
    difference = compare(await house.journal.read(first.run), await house.journal.read(other.run))
    assert difference.first_event is not None
    assert difference.first_event.seq == at
    assert [made.arguments for made in difference.only_first] == ['{"amount":30}']
    assert [(made.arguments, made.content) for made in difference.only_second] == [('{"amount":20}', "This was done.")]
    assert shop.ledger[1:] == []
    failed = await replay_from(app_of(shop), first.run, at, house, change=other_result("no such order", failed=True))
    assert failed.output == "Kindly: no such order left"
    told = compare(await house.journal.read(first.run), await house.journal.read(failed.run))
    assert (told.only_second, told.second.status) == ((), "answered")


async def test_the_outcome_of_a_write_may_be_another(house: House) -> None:
    shop = Shop()
    first = await run(app_of(shop), "Refund order 1", house)
    at = await place(house, first.run, EffectDone)
    other = await replay_from(app_of(shop), first.run, at, house, change=other_result("the till is empty", failed=True))
    assert await made(house, other.run) == []
    assert len(shop.ledger) == 1


async def test_another_answer_or_another_question(house: House) -> None:
    shop = Shop()
    first = await run(app_of(shop), "Refund order 1", house)
    at = await place(house, first.run, ModelAnswered)
    said = await replay_from(app_of(shop), first.run, at, house, change=other_answer("I would rather not."))
    assert (said.status, said.output, said.steps) == ("answered", "I would rather not.", 1)
    call = ToolCall("call-9", "refund", '{"amount": 7}')
    called = await replay_from(app_of(shop), first.run, at, house, change=other_answer(calls=[call]))
    assert [made.arguments for made in await made(house, called.run)] == ['{"amount":7}']
    asked = await replay_from(app_of(shop), first.run, 0, house, change=other_input("Refund order 2"))
    inputs = [event.body for event in await house.journal.read(asked.run)]
    assert isinstance(inputs[0], RunStarted)
    assert inputs[0].input == "Refund order 2"
    assert len(shop.ledger) == 1

    # Whoever answers from what was recorded gets what the model said, not what was put in its place.
    replay = App(name="shop", prompt="Kindly:", models=[Replay(house.journal)], tools=app_of(Shop()).tools)
    again = await replay_from(replay, first.run, 1, house)
    assert again.output == first.output


async def test_another_prompt_takes_the_place_of_the_old_one_at_any_event(house: House) -> None:
    shop = Shop()
    first = await run(app_of(shop), "Refund order 1", house)
    for at in (1, await place(house, first.run, EffectDone) + 1):
        other = await replay_from(app_of(shop, prompt="Curtly:"), first.run, at, house)
        assert other.output == "Curtly: 0 left"
        rendered = [
            event.body for event in await house.journal.read(other.run) if isinstance(event.body, PromptRendered)
        ]
        assert [body.version for body in rendered] == [Prompt.text("Curtly:").version]
    assert len(shop.ledger) == 1


async def test_another_model_goes_on_in_the_old_ones_place(house: House) -> None:
    shop = Shop()
    first = await run(app_of(shop), "Refund order 1", house)
    for at in (1, await place(house, first.run, EffectDone) + 1):
        other = await replay_from(app_of(shop, name="scripted/other"), first.run, at, house)
        assert (other.output, other.model) == ("Kindly: 0 left", "scripted/other")
    assert len(shop.ledger) == 1


async def test_writes_may_be_refused_or_real(house: House) -> None:
    shop = Shop()
    first = await run(app_of(shop), "Refund order 1", house)
    at = await place(house, first.run, ToolRead) + 1
    refused = await replay_from(app_of(shop), first.run, at, house, writes="refuse")
    assert (await made(house, refused.run), len(shop.ledger)) == ([], 1)
    results = [event.body for event in await house.journal.read(refused.run) if isinstance(event.body, EffectDone)]
    assert [str(body.content) for body in results] == ["This was not done: nothing can be changed at the moment."]
    real = await replay_from(app_of(shop), first.run, at, house, writes="real")
    assert [amount for amount, _ in shop.ledger] == [30, 30]
    assert len({key for _, key in shop.ledger}) == 2
    started = (await house.journal.read(real.run))[0].body
    assert isinstance(started, RunStarted)
    assert not started.simulated


async def test_no_app_goes_on_with_a_fork_by_mistake(house: House) -> None:
    shop = Shop(approval=above("amount", 10))
    first = await run(app_of(shop), "Refund order 1", house)
    assert first.status == "waiting"
    simulated = await replay_from(app_of(shop), first.run, await place(house, first.run, ApprovalAsked), house)
    assert simulated.status == "answered"
    plain = await fork(house.journal, first.run, await place(house, first.run, ToolRead) + 1)
    with pytest.raises(AppError, match="begun by 'shop' version forked"):
        await resume(app_of(shop), plain, house)
    real = await fork(house.journal, first.run, 1, version=app_of(shop).version)
    assert (await resume(app_of(shop), real, house)).status == "waiting"
    assert shop.ledger == []


async def test_nobodys_yes_is_taken_over(house: House) -> None:
    shop = Shop(approval=above("amount", 10))
    first = await run(app_of(shop), "Refund order 1", house)
    asked = await place(house, first.run, ApprovalAsked)
    await decide(house.journal, first.run, "approve", who="ann")
    given = len(await house.journal.read(first.run))
    with pytest.raises(UsageError, match=f"fork at {given - 1} or before"):
        await replay_from(app_of(shop), first.run, given, house, writes="real")
    # The question itself may be copied: it waits for a yes of its own, with time to give it.
    again = await replay_from(app_of(shop), first.run, asked + 1, house, writes="real")
    assert again.status == "waiting"
    question = (await house.journal.read(again.run))[asked].body
    assert isinstance(question, ApprovalAsked)
    assert question.expires - time.time() > 86_000
    await decide(house.journal, again.run, "reject", who="bob")
    assert (await resume(app_of(shop), again.run, house)).status == "answered"
    assert shop.ledger == []


def waiter(request: Request) -> ToolCall | str:
    last = request.messages[-1]
    if last.role == "tool":
        return f"So it is: {last.text}"
    return ToolCall("call-1", "refund", '{"amount": 30}') if last.text == "refund" else f"heard {last.text}"


async def test_in_a_conversation_the_customer_says_what_they_said(house: House) -> None:
    def app(shop: Shop, line: Callable[[Request], ToolCall | str] = waiter, name: str = "scripted/a") -> App:
        return App(name="talk", models=[Scripted(line, name=name)], tools=shop.tools)

    shop = Shop(confirm=True)
    first = await run(app(shop), "hello", house, chat=True)
    for words in ("refund", "yes", "thanks"):
        await say(app(shop), first.run, words, house)
    await close(app(shop), first.run, house)
    events = await house.journal.read(first.run)
    assert len(shop.ledger) == 1
    said = fold(first.run, events).said
    assert said[2:] == ["So it is: refund number 1", "heard thanks"]

    yes = await place(house, first.run, InputGiven, number=1)
    for at in (1, yes, yes - 1):
        again = await replay_from(app(shop), first.run, at, house)
        copy = await house.journal.read(again.run)
        assert compare(events, copy).alike
        assert fold(again.run, copy).finished is not None
    with pytest.raises(UsageError, match="has somebody's yes"):
        await replay_from(app(shop), first.run, yes + 1, house)
    other = await replay_from(app(shop), first.run, yes, house, change=other_input("no, thank you"))
    assert await made(house, other.run) == []
    assert fold(other.run, await house.journal.read(other.run)).said[2].startswith("So it is: This was not done")

    # Another model, from where the run waits for the customer.
    waits = await place(house, first.run, InputGiven)
    third = await replay_from(app(shop, lambda _: "I am new here", "scripted/b"), first.run, waits, house)
    spoken = fold(third.run, await house.journal.read(third.run)).said
    assert spoken == ["heard hello", "I am new here", "I am new here", "I am new here"]
    plans = [event.body.plan for event in await house.journal.read(third.run) if isinstance(event.body, RouteChosen)]
    assert plans == [("scripted/b",)]
    assert len(shop.ledger) == 1


async def test_what_cannot_be_forked_is_told(house: House) -> None:
    shop = Shop()
    first = await run(app_of(shop), "Refund order 1", house)
    events = await house.journal.read(first.run)
    n = len(events)
    for at, change, why in (
        (-1, None, f"cannot be forked at -1; give a number from 0 to {n}"),
        (n + 1, None, f"give a number from 0 to {n}"),
        (n, other_input("x"), f"give a number from 0 to {n - 1}"),
        (
            1,
            other_input("x"),
            "another input cannot stand in the place of prompt.rendered; fork at an event run.started",
        ),
        (
            1,
            other_result("x"),
            "another result cannot stand in the place of prompt.rendered; fork at an event tool.read",
        ),
        (
            1,
            other_answer("x"),
            "another answer cannot stand in the place of prompt.rendered; fork at an event model.an",
        ),
    ):
        with pytest.raises(UsageError, match=why):
            await fork(house.journal, first.run, at, change=change)
    proof = ProofStarted(app="a", version="v", proof="p", dataset="d", dataset_digest="d", scorer="s", n=1, key="k")
    await house.journal.append("proof-1", 0, proof)
    with pytest.raises(UsageError, match="'proof-1' is a proof"):
        await fork(house.journal, "proof-1", 1)
    assert kind_of(events[0].body) == "run.started"
