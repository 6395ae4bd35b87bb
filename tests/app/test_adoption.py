"""A deploy changes the app while runs wait: they go on with it where that is wanted, and where it can work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from vouch.app.app import App
from vouch.app.compare import compare
from vouch.app.decide import decide, settle, waiting
from vouch.app.fork import fork, replay_from
from vouch.app.house import House
from vouch.app.run import close, resume, run, say
from vouch.app.subagent import as_tool
from vouch.contracts.guard import Judgement
from vouch.contracts.tool import Tool
from vouch.errors import AppError
from vouch.journal.journal import Journal
from vouch.journal.state import fold
from vouch.models.scripted import Scripted
from vouch.tools.approvals import always, never
from vouch.tools.function import FunctionTool, tool
from vouch.tools.policy import policy
from vouch.values.event import RouteChosen, RunResumed
from vouch.values.message import ToolCall
from vouch.values.request import Request

PAY = ToolCall("call-1", "pay", '{"amount": 5}')


def pay_tool(ledger: list[int], *, confirm: bool = False, approved: bool = True, **options: object) -> FunctionTool:
    @tool(effect="write", trust="trusted", approval=always if approved else never, confirm=confirm, **options)  # pyright: ignore[reportCallIssue, reportArgumentType]
    async def pay(amount: int) -> str:
        """Pay."""
        ledger.append(amount)
        return f"paid {amount}"

    return pay


def teller(request: Request) -> ToolCall | str:
    last = request.messages[-1]
    return last.text if last.role == "tool" else PAY if last.text == "pay" else f"You said {last.text}."


def till(*tools: Tool, model: str = "old/model", name: str = "till") -> App:
    return App(name=name, models=[Scripted(teller, name=model)], tools=tools)


def changed(app: App, *, tools: Sequence[Tool] | None = None) -> App:
    """The same app as a later deploy has it: another model, and other tools."""
    new = replace(app, models=[Scripted(teller, name="new/model")], prompt="Be brief.")
    return new if tools is None else replace(new, tools=tools)


async def status_of(journal: Journal, run: str) -> str | None:
    return next(row.status for row in await journal.runs() if row.run == run)


async def test_a_changed_app_goes_on_with_a_run_only_where_that_is_wanted(house: House) -> None:
    ledger: list[int] = []
    old = till(pay_tool(ledger))
    new = changed(old)
    first = await run(old, "pay", house)
    await decide(house.journal, first.run, "approve", who="ann")
    with pytest.raises(AppError, match=rf"anyway=True\), or vouch run till --resume {first.run} --anyway"):
        await resume(new, first.run, house)
    result = await resume(new, first.run, house, anyway=True)
    assert (result.status, result.output, result.model, ledger) == ("answered", "paid 5", "new/model", [5])
    bodies = [event.body for event in await house.journal.read(first.run)]
    assert [body.version for body in bodies if isinstance(body, RunResumed)] == [new.version]
    assert [body.plan for body in bodies if isinstance(body, RouteChosen)] == [("old/model",), ("new/model",)]
    assert (await resume(old, first.run, house)).output == "paid 5"  # it has ended: any version tells how


async def test_a_run_that_waits_goes_on_waiting_and_then_belongs_to_the_new_version(house: House) -> None:
    ledger: list[int] = []
    old = till(pay_tool(ledger))
    new = changed(old)
    first = await run(old, "pay", house)
    for _ in range(2):
        again = await resume(new, first.run, house, anyway=True)
        assert (again.status, again.why) == ("waiting", first.why)
        assert await status_of(house.journal, first.run) == "waiting"
    assert [write.run for write in await waiting(house.journal)] == [first.run]
    with pytest.raises(AppError, match=f"version {new.version[:8]}, but this is 'till' version {old.version[:8]}"):
        await resume(old, first.run, house)
    await decide(house.journal, first.run, "approve", who="ann")
    assert (await resume(new, first.run, house)).output == "paid 5"
    assert ledger == [5]


async def test_a_conversation_is_not_told_anything_twice(house: House) -> None:
    class Guarding:
        name = "new guard"

        async def judge(self, text: str) -> Judgement:
            return Judgement(passed=text != "secret")

    ledger: list[int] = []
    old = till(pay_tool(ledger, confirm=True, approved=False))
    new = replace(changed(old), guards=[Guarding()])
    chat = await run(old, "hi", house, chat=True)
    with pytest.raises(AppError, match="anyway"):
        await say(new, chat.run, "pay", house)
    taken = await resume(new, chat.run, house, anyway=True)
    assert (taken.status, taken.output) == ("answered", "You said hi.")
    asked = await say(new, chat.run, "pay", house)
    newest = replace(new, least_confidence=0.5)
    again = await resume(newest, chat.run, house, anyway=True)
    assert (again.status, again.output) == ("waiting", asked.output)
    assert (await say(newest, chat.run, "yes", house)).output == "paid 5"
    assert (await say(newest, chat.run, "secret", house)).status == "blocked"
    state = fold(chat.run, await house.journal.read(chat.run))
    assert state.said == ["You said hi.", asked.output, "paid 5"]
    assert ledger == [5]


async def test_time_between_a_deploy_and_the_next_words_is_not_time_at_work(house: House) -> None:
    old = till()
    chat = await run(old, "hi", house, chat=True)
    await resume(changed(old), chat.run, house, anyway=True)
    state = fold(chat.run, await house.journal.read(chat.run))
    assert state.busy_until(state.at + 3600) == state.busy


async def test_rules_of_now_judge_what_was_approved_before(house: House) -> None:
    @policy(customer="Nothing is paid today.", auditor="closed")
    def closed(attempt: object) -> bool:
        return False

    ledger: list[int] = []
    old = till(pay_tool(ledger))
    first = await run(old, "pay", house)
    await decide(house.journal, first.run, "approve", who="ann")
    new = changed(old, tools=[pay_tool(ledger, policies=[closed])])
    result = await resume(new, first.run, house, anyway=True)
    assert (result.output, ledger) == ("Nothing is paid today.", [])


async def test_a_write_under_way_needs_its_tool(house: House) -> None:
    @tool(trust="trusted")
    def pay(amount: int) -> str:
        """Not a write any more."""
        raise AssertionError("a person was asked about a write")

    ledger: list[int] = []
    old = till(pay_tool(ledger))
    first = await run(old, "pay", house)
    for tools in ([], [pay]):
        with pytest.raises(AppError, match=r"'call-1' of 'pay' is under way or waits .* has no such write"):
            await resume(changed(old, tools=tools), first.run, house, anyway=True)
    assert await status_of(house.journal, first.run) == "waiting"
    await decide(house.journal, first.run, "reject", who="ann")
    assert (await resume(old, first.run, house)).status == "answered"


async def test_what_became_of_an_uncertain_write_is_told_without_its_tool(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=never)
    async def pay(amount: int) -> str:
        """Pay."""
        raise ConnectionError("lost")

    old = till(pay)
    first = await run(old, "pay", house)
    await settle(house.journal, first.run, made=True, who="ann", result="R-7")
    assert (await resume(changed(old, tools=[]), first.run, house, anyway=True)).output == "R-7"
    second = await run(old, "pay", house)
    assert (await resume(changed(old, tools=[]), second.run, house, anyway=True)).status == "waiting"


async def test_another_app_and_a_fork_that_changes_nothing_are_never_gone_on_with(house: House) -> None:
    ledger: list[int] = []
    old = till(pay_tool(ledger))
    first = await run(old, "pay", house)
    with pytest.raises(AppError, match="go on with an app of that name"):
        await resume(till(pay_tool(ledger), name="other"), first.run, house, anyway=True)
    plain = await fork(house.journal, first.run, 1)
    with pytest.raises(AppError, match="is a fork that changes nothing in the world"):
        await resume(old, plain, house, anyway=True)
    assert ledger == []


async def test_a_fork_of_a_run_that_changed_hands_has_one_version(house: House) -> None:
    ledger: list[int] = []
    old = till(pay_tool(ledger, approved=False))
    new = changed(old)
    chat = await run(old, "hi", house, chat=True)
    await resume(new, chat.run, house, anyway=True)
    await say(new, chat.run, "pay", house)
    await close(new, chat.run, house)
    events = await house.journal.read(chat.run)
    place = next(event.seq for event in events if isinstance(event.body, RunResumed)) + 1
    for app in (new, changed(new, tools=new.tools), old):
        again = await replay_from(app, chat.run, place, house)
        assert (again.output, ledger) == ("paid 5", [5])
        assert compare(events, await house.journal.read(again.run)).only_first == ()


async def test_a_sub_agent_goes_on_with_its_parent(house: House) -> None:
    ledger: list[int] = []

    def office(child: App) -> App:
        def boss(request: Request) -> ToolCall | str:
            results = [message.text for message in request.messages if message.role == "tool"]
            if len(results) == 1:
                name = results[0].split("'")[1]
                return ToolCall("b2", "till", f'{{"input": "", "run": "{name}"}}')
            return results[-1] if results else ToolCall("b1", "till", '{"input": "pay"}')

        desk = as_tool(child, description="Pays.", approval="never", repeatable=True)
        return App(name="office", models=[Scripted(boss)], tools=[desk])

    old = till(pay_tool(ledger))
    first = await run(office(old), "x", house, chat=True)
    (write,) = await waiting(house.journal)
    assert write.run != first.run
    new = changed(old)
    await decide(house.journal, write.run, "approve", who="ann")
    with pytest.raises(AppError, match="--anyway"):
        await resume(office(new), first.run, house)
    await resume(office(new), first.run, house, anyway=True)
    assert ledger in ([], [5])


async def test_a_conversation_is_closed_by_the_version_that_took_it_over(house: House) -> None:
    old = till()
    new = changed(old)
    chat = await run(old, "hi", house, chat=True)
    await resume(new, chat.run, house, anyway=True)
    with pytest.raises(AppError, match="anyway"):
        await close(old, chat.run, house)
    assert (await close(new, chat.run, house)).output == "You said hi."
