from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.crashing_child import parent as crashing_parent
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.decide import decide
from vouch.app.fork import replay_from
from vouch.app.house import Hosted, House
from vouch.app.run import resume, run, say
from vouch.app.subagent import SubAgentWrite, as_tool, child_of
from vouch.contracts.tool import Spender, Tool, ToolRefused, WriteTool
from vouch.errors import AppError, ToolError
from vouch.journal.journal import Journal
from vouch.journal.state import fold
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.tools.approvals import above, always, when
from vouch.tools.function import tool
from vouch.tools.policy import policy
from vouch.values.event import EffectDone, RunStarted, ToolRead
from vouch.values.message import ToolCall, assistant
from vouch.values.money import Money, Usage
from vouch.values.request import Answer, Request
from vouch.values.result import Result

CENT = Money(Decimal("0.01"))


def says(*lines: Any) -> Scripted:
    """A model that spends ten tokens a line."""

    def line(request: Request) -> Answer:
        done = sum(message.role == "assistant" for message in request.messages)
        text = lines[min(done, len(lines) - 1)]
        message = assistant(text) if isinstance(text, str) else assistant("", text)
        return Answer(message, usage=Usage(8, 2), finish="stop" if isinstance(text, str) else "tools")

    return Scripted(line)


def asks(name: str, input: str, number: int = 1) -> ToolCall:
    return ToolCall(f"call-{number}", name, f'{{"input": "{input}"}}')


@pytest.fixture
def priced(house: House) -> House:
    return House(journal=house.journal, open_model=house.open_model, cost=lambda *_: CENT, retry=house.retry)


async def children(house: House, of: str) -> list[str]:
    found: list[str] = []
    for row in await house.journal.runs():
        started = (await house.journal.read(row.run))[0].body
        if isinstance(started, RunStarted) and started.parent == of:
            found.append(row.run)
    return found


async def test_a_child_answers_and_what_it_spent_counts_for_its_parent(priced: House) -> None:
    scout = App(name="the.scout", prompt="Look.", models=[says("all quiet")])
    sub = as_tool(scout, description="Looks around.")
    assert isinstance(sub, Tool) and isinstance(sub, Hosted) and isinstance(sub, Spender)  # noqa: PT018
    assert (sub.effect, sub.spec.name, sub.spec.writes) == ("read", "the_scout", False)
    chief = App(name="chief", models=[says(asks("the_scout", "look"), "It is quiet.")], tools=[sub])
    result = await run(chief, "How is it?", priced)
    assert (result.status, result.output, result.steps) == ("answered", "It is quiet.", 2)
    assert (result.usage.total_tokens, result.cost) == (30, Money(Decimal("0.03")))
    (child,) = await children(priced, result.run)
    events = await priced.journal.read(child)
    assert fold(child, events).messages[1].text == "look"
    (read,) = [event.body for event in await priced.journal.read(result.run) if isinstance(event.body, ToolRead)]
    assert (read.content, read.failed, read.usage, read.cost) == ("all quiet", False, Usage(8, 2), CENT)


async def test_budgets_hold_for_both(priced: House) -> None:
    scout = App(name="scout", models=[says("quiet")])
    chief = App(
        name="chief",
        models=[says(asks("scout", "look"), "never said")],
        tools=[as_tool(scout, description="Looks.")],
        budget=Budget(money=Money(Decimal("0.02"))),
    )
    result = await run(chief, "?", priced)
    assert (result.status, result.why) == ("stopped", "its budget of 0.02 USD is used up: 0.02 USD")

    lost = App(name="scout", models=[says(asks("nothing", "x"))], budget=Budget(steps=2))
    model = says(asks("scout", "look"), "I do not know.")
    parent = App(name="chief", models=[model], tools=[as_tool(lost, description="Looks.")])
    assert (await run(parent, "?", priced)).output == "I do not know."
    told = model.requests[-1].messages[-1]
    assert told.text == ("scout has no answer (stopped): its budget of 2 steps is used up. Done so far: nothing.")
    assert told.result is not None
    assert told.result.failed


async def test_a_child_that_was_interrupted_goes_on_instead_of_beginning_again(priced: House, tmp_path: Path) -> None:
    arrived, open_again = asyncio.Event(), asyncio.Event()

    @tool(trust="trusted")
    async def ask_around() -> str:
        """Ask around."""
        arrived.set()
        await open_again.wait()
        return "they say it is quiet"

    child_model = says(ToolCall("c", "ask_around", "{}"), "quiet")
    scout = App(name="scout", models=[child_model], tools=[ask_around])
    chief = App(
        name="chief", models=[says(asks("scout", "look"), "done")], tools=[as_tool(scout, description="Looks.")]
    )
    task = asyncio.create_task(run(chief, "?", priced, name="the-parent"))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    open_again.set()
    async with await Journal.open(tmp_path / "journal.db") as other:
        elsewhere = House(journal=other, open_model=priced.open_model)
        result = await resume(chief, "the-parent", elsewhere)
        assert (result.status, result.output) == ("answered", "done")
        (child,) = await children(elsewhere, "the-parent")
        assert (await resume(scout, child, elsewhere)).output == "quiet"
    assert len(child_model.requests) == 2


def test_a_process_that_dies_in_a_child_leaves_one_child_and_one_effect(tmp_path: Path) -> None:
    database, ledger = tmp_path / "journal.db", tmp_path / "ledger"
    command = [sys.executable, "-m", "app.crashing_child", str(database), str(ledger)]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(ledger.read_text().splitlines()) == 1

    async def go_on() -> tuple[Result, int]:
        async with await Journal.open(database) as journal:
            house = House(journal=journal, open_model=lambda _: Scripted([]))
            (parent,) = [row.run for row in await journal.runs() if row.app == "chief"]
            result = await resume(crashing_parent(ledger), parent, house)
            (written,) = [event.body for event in await journal.read(parent) if isinstance(event.body, EffectDone)]
            assert written.found
            return result, len(await children(house, parent))

    result, count = asyncio.run(go_on())
    assert (result.output, count) == ("It is done: refunded 1", 1)
    assert len(ledger.read_text().splitlines()) == 1


class Till:
    def __init__(self) -> None:
        self.ledger: list[int] = []

        @tool(effect="write", trust="trusted", approval=above("amount", 50))
        def pay(amount: int) -> str:
            """Pay."""
            if amount == 13:
                raise ToolRefused("not that amount")
            self.ledger.append(amount)
            return f"paid {amount}"

        self.pay = pay

    def clerk(self, *lines: Any, **options: Any) -> App:
        return App(name="clerk", models=[says(*lines)], tools=[self.pay], **options)


def pays(amount: int, number: int = 1) -> ToolCall:
    return ToolCall(f"pay-{number}", "pay", f'{{"amount": {amount}}}')


async def test_a_child_that_waits_for_a_person_is_named_and_asked_about_later(priced: House) -> None:
    till = Till()
    sub = as_tool(till.clerk(pays(500), "paid it"), description="Pays.")
    assert isinstance(sub, SubAgentWrite)
    assert isinstance(sub, WriteTool)

    def chief_says(request: Request) -> ToolCall | str:
        results = [message.text for message in request.messages if message.role == "tool"]
        said = request.messages[-1]
        if said.role == "tool":
            return said.text
        if not results:
            return asks("clerk", "pay 500")
        child = results[0].partition("run '")[2].partition("'")[0]
        return ToolCall(f"again-{len(results)}", "clerk", f'{{"input": "", "run": "{child}"}}')

    chief = App(name="chief", models=[Scripted(chief_says)], tools=[sub])
    first = await run(chief, "pay", priced, chat=True)
    (child,) = await children(priced, first.run)
    assert first.output == (
        f"clerk is not done yet: a person must decide first (to approve: pay: amount = 500). Ask again with run "
        f"{child!r}. Done so far: nothing."
    )
    still = await say(chief, first.run, "and?", priced)
    assert still.output == first.output
    assert till.ledger == []
    await decide(priced.journal, child, "approve", who="ann")
    final = await say(chief, first.run, "and now?", priced)
    assert (final.output, till.ledger) == ("paid it", [500])
    assert (await children(priced, first.run)) == [child]


async def test_what_a_child_did_before_it_failed_is_told(priced: House) -> None:
    till = Till()
    budget = Budget(steps=2)
    sub = as_tool(till.clerk(pays(5), pays(6, 2), budget=budget), description="Pays.")
    model = says(asks("clerk", "pay 5 and 6"), "so be it")
    result = await run(App(name="chief", models=[model], tools=[sub]), "pay", priced)
    assert result.output == "so be it"
    told = model.requests[-1].messages[-1]
    assert told.result is not None
    assert not told.result.failed
    assert told.text.startswith("clerk has no answer (stopped): its budget of 2 steps is used up. Done so far: pay ")
    assert till.ledger == [5]

    refused = says(asks("clerk", "pay 13"), "so be it")
    again = as_tool(till.clerk(pays(13), budget=Budget(trouble=1)), description="Pays.")
    await run(App(name="chief", models=[refused], tools=[again]), "pay", priced)
    told = refused.requests[-1].messages[-1]
    assert told.result is not None
    assert told.result.failed


async def test_an_errand_of_another_conversation_is_not_told(priced: House) -> None:
    other = await run(App(name="clerk", models=[says("a secret")]), "?", priced)
    sub = as_tool(Till().clerk("hello"), description="Pays.")
    for name in (other.run, "nothing"):
        model = says(ToolCall("1", "clerk", f'{{"input": "", "run": "{name}"}}'), "no")
        await run(App(name="chief", models=[model], tools=[sub]), "?", priced)
        assert model.requests[-1].messages[-1].text == f"clerk knows no errand {name!r} of this conversation"


async def test_a_child_that_needs_the_customers_yes_says_so(priced: House) -> None:
    @tool(effect="write", trust="trusted", approval=when(lambda _: True, of="customer"))
    def pay(amount: int) -> str:
        """Pay."""
        raise AssertionError

    clerk = App(name="clerk", models=[says(pays(1), "paid")], tools=[pay])
    model = says(asks("clerk", "pay"), "no")
    await run(App(name="chief", models=[model], tools=[as_tool(clerk, description="Pays.")]), "?", priced)
    assert "clerk has stopped: it needs the customer's own yes" in model.requests[-1].messages[-1].text


async def test_the_whole_errand_may_be_approved_and_has_policies(priced: House) -> None:
    @policy(customer="Not today.", auditor="not today")
    def today(attempt: Any) -> bool:
        return "today" in attempt.arguments["input"]

    till = Till()
    sub = as_tool(
        till.clerk(pays(5), "paid"),
        description="Pays.",
        approval=always,
        policies=[today],
        confirm=True,
        repeatable=True,
        describe="Let the clerk {input}.",
    )
    assert isinstance(sub, SubAgentWrite)
    assert (sub.policies, sub.confirm, sub.repeatable, sub.describe({"input": "pay", "run": ""})) == (
        (today,),
        True,
        True,
        "Let the clerk pay.",
    )
    plain = as_tool(till.clerk(pays(5), "paid"), description="Pays.")
    assert isinstance(plain, SubAgentWrite)
    assert plain.describe({"input": "", "run": "abc"}) == "clerk: abc"
    model = says(asks("clerk", "pay"), asks("clerk", "pay today", 2), "ok")
    result = await run(App(name="chief", models=[model], tools=[sub]), "?", priced)
    assert (result.status, till.ledger) == ("waiting", [])
    assert model.requests[-1].messages[-1].text == "Not today."


async def test_a_fork_sends_no_child_into_the_world(priced: House) -> None:
    till = Till()
    scout = App(name="scout", models=[says("quiet")])
    tools = [as_tool(scout, description="Looks."), as_tool(till.clerk(pays(5), "paid it"), description="Pays.")]
    chief = App(name="chief", models=[says(asks("scout", "look"), asks("clerk", "pay", 2), "done")], tools=tools)
    first = await run(chief, "?", priced)
    other = App(name="chief", models=[says(asks("scout", "peek"), asks("clerk", "pay", 2), "done")], tools=tools)
    for app in (chief, other):
        again = await replay_from(app, first.run, 1, priced)
        assert (again.status, again.output) == ("answered", "done")
        assert [made.content for made in fold(again.run, await priced.journal.read(again.run)).writes] == ["paid it"]
    assert till.ledger == [5]
    # The scout was sent again only for what nobody had asked before.
    assert len(await children(priced, again.run)) == 1


async def test_outside_a_run_it_refuses(priced: House) -> None:
    sub = as_tool(App(name="scout", models=[says("quiet")]), description="Looks.")
    assert sub.spent.cost is None
    with pytest.raises(ToolRefused, match="an app as a tool works only within a run"):
        await sub.call(sub.check('{"input": "look"}'))
    for arguments in ("{}", "[]", '{"input": 3}', '{"input": "x", "more": 1}', "{"):
        with pytest.raises(ToolRefused, match="scout was not called, its arguments do not fit"):
            sub.check(arguments)
    write = as_tool(Till().clerk("x"), description="Pays.").within(priced, parent="p", key="a key")
    assert isinstance(write, SubAgentWrite)
    assert await write.reconcile("a key") is None
    assert child_of("a key") != child_of("another key")
    assert len(child_of("a key")) == 26


def test_mistakes_in_a_declaration() -> None:
    scout = App(name="scout", models=[says("quiet")])
    with pytest.raises(AppError, match=r"as_tool\('scout'\): give a description"):
        as_tool(scout)
    with pytest.raises(ToolError, match="describe names 'amount', which is no argument; there are: input, run"):
        as_tool(Till().clerk("x"), description="Pays.", describe="Pay {amount}.")
    with pytest.raises(AppError, match="it only reads, so it needs no approval"):
        as_tool(scout, description="Looks.", approval=always)

    @tool(effect="write", trust="trusted", approval=always, confirm=True)
    def pay(amount: int) -> str:
        """Pay."""
        return "paid"

    with pytest.raises(AppError, match="'pay' asks the customer, whom a sub-agent never meets"):
        as_tool(App(name="clerk", models=[says("x")], tools=[pay]), description="Pays.")
    described = Prompt.text("Look.", outputs={"type": "object"})
    sub = as_tool(App(name="scout", models=[says("x")], prompt=described), description="Looks.", name="look_around")
    assert (sub.spec.name, sub.spec.returns) == ("look_around", {"type": "object"})
    other = as_tool(
        App(name="scout", models=[says("x")], prompt="Look well."), description="Looks.", name="look_around"
    )
    assert sub.version != other.version
