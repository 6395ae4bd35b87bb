"""Whatever happens in whatever order, the receiver's ledger is what the journal says, and each write had its yes."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from app.mortal import Death, Machine, journal_of, machine
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.consent import is_yes
from vouch.app.decide import decide, settle, waiting_in
from vouch.app.house import House
from vouch.app.run import resume, run, say
from vouch.contracts.tool import ToolRefused
from vouch.errors import RunConflict, RunNotFound, UsageError
from vouch.journal.state import fold
from vouch.models.scripted import Scripted
from vouch.tools.approvals import above, always, never, when
from vouch.tools.function import FunctionTool, tool
from vouch.values.digest import digest_bytes
from vouch.values.event import (
    ApprovalAsked,
    ApprovalGiven,
    CallRefused,
    EffectDone,
    EffectIntended,
    EffectSettled,
    Event,
    InputGiven,
    ModelAnswered,
    RunWaiting,
    ToolRead,
)
from vouch.values.message import ToolCall
from vouch.values.request import Request
from vouch.values.result import Result

RUN = "run"
DAY = 86_400.0
SHARED_MEMORY = Path("/dev/shm")  # a disk that costs no time, where there is one

Kind = Literal["keys", "lookup", "both", "blind"]
"""What the receiver of writes offers: to make a write once per key, to be asked what it made, both, or neither."""

Fault = Literal["none", "refuse", "fail before", "fail after", "hang", "die before", "die after", "freeze"]
"""What happens to one call. `freeze`: the process sleeps before the write until another has taken its run over."""


class Plan(NamedTuple):
    """The writes that a model wants, what the receiver is like, and what happens meanwhile."""

    kind: Kind
    answers: list[list[tuple[str, int, int]]]
    faults: list[Fault]
    acts: list[tuple[Any, ...]]
    choices: list[int]
    """What is answered to the first questions, once there are no more faults; then yes to all."""


@dataclass
class Receiver:
    """Keeps a ledger of what it made; what it offers, and what happens to the calls, is given."""

    kind: Kind
    faults: list[Fault]
    ledger: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    wanted: dict[str, str] = field(default_factory=dict[str, str])
    frozen: Callable[[], Awaitable[None]] | None = None
    busy: int = 0

    async def make(self, tool: str, order: int, amount: Decimal, key: str) -> str:
        what = json.dumps([tool, order, str(amount)])
        assert self.wanted.setdefault(key, what) == what, "one key for two different writes"
        fault = self.faults.pop(0) if self.faults else "none"
        if fault == "refuse":  # also where it made the write before: "this order is refunded already"
            raise ToolRefused("the account is closed")
        if fault == "fail before":
            raise ConnectionError("500")
        if fault == "die before":
            raise Death
        if fault == "freeze" and self.frozen is not None:
            await self.frozen()
        if not (self.kind in ("keys", "both") and self._find(key)):
            self.ledger.append((key, what))
        if fault == "fail after":
            raise ConnectionError("500")
        if fault == "die after":
            raise Death
        if fault == "hang":
            await asyncio.sleep(30)
        return f"made {what}"

    def look_up(self, key: str) -> str | None:
        return f"made {self._find(key)}" if self._find(key) else None

    def _find(self, key: str) -> str | None:
        return dict(self.ledger).get(key)


def tools_of(receiver: Receiver) -> list[FunctionTool]:
    """One tool for each way in which a write needs somebody's yes."""

    def write(**options: Any) -> Callable[[Callable[..., Any]], FunctionTool]:
        async def look_up(key: str) -> str | None:
            return receiver.look_up(key)

        return tool(
            effect="write",
            trust="trusted",
            idempotent=receiver.kind in ("keys", "both"),
            reconcile=look_up if receiver.kind in ("lookup", "both") else None,
            settles=0.0,
            seconds=0.02,
            **options,
        )

    @write(approval=never)
    async def pay(order: int, amount: Decimal, *, idempotency_key: str) -> str:
        """Pay."""
        return await receiver.make("pay", order, amount, idempotency_key)

    @write(approval=above("amount", 50))
    async def refund(order: int, amount: Decimal, *, idempotency_key: str) -> str:
        """Refund."""
        return await receiver.make("refund", order, amount, idempotency_key)

    @write(approval=never, confirm=True)
    async def change(order: int, amount: Decimal, *, idempotency_key: str) -> str:
        """Change."""
        return await receiver.make("change", order, amount, idempotency_key)

    @write(approval=[when(lambda arguments: arguments["amount"] > 50, of="customer"), never])
    async def ask(order: int, amount: Decimal, *, idempotency_key: str) -> str:
        """Ask."""
        return await receiver.make("ask", order, amount, idempotency_key)

    @write(approval=always, confirm=True)
    async def close(order: int, amount: Decimal, *, idempotency_key: str) -> str:
        """Close."""
        return await receiver.make("close", order, amount, idempotency_key)

    return [pay, refund, change, ask, close]


def needs(name: str, amount: Decimal) -> set[str]:
    """Whose yes a write needs, said once more and independently of the tools."""
    return {
        "pay": set[str](),
        "refund": {"person"} if amount > 50 else set(),
        "change": {"customer"},
        "ask": {"customer"} if amount > 50 else set(),
        "close": {"customer", "person"},
    }[name]


def app_of(plan: Plan, receiver: Receiver) -> App:
    """A model that wants the writes of the plan, answer by answer, whoever asks it."""

    def line(request: Request) -> tuple[ToolCall, ...] | str:
        results = sum(message.role == "tool" for message in request.messages)
        for number, answer in enumerate(plan.answers):
            if results == 0:
                return tuple(
                    ToolCall(f"{number}-{place}", name, json.dumps({"order": order, "amount": amount}))
                    for place, (name, order, amount) in enumerate(answer)
                )
            results -= len(answer)
        return "All done."

    return App(name="a", models=[Scripted(line)], tools=tools_of(receiver), budget=Budget(seconds=None, trouble=99))


class Life:
    """Two processes that share a database, the customer, and a person who decides."""

    def __init__(self, plan: Plan, where: Machine) -> None:
        self.plan = plan
        self.machine = where
        self.receiver = Receiver(plan.kind, list(plan.faults), frozen=self.freeze)
        self.app = app_of(plan, self.receiver)
        self.houses: list[House | None] = [None, None]
        self.driver = 0

    async def house(self, number: int) -> House:
        found = self.houses[number]
        if found is None or not journal_of(found).alive:
            found = self.houses[number] = await self.machine.house()
        return found

    async def attempt(self, number: int, work: Callable[[House], Awaitable[object]], fuse: int | None = None) -> object:
        """Let one of the processes do something; it may die of it, be refused, or find the run held by the other."""
        house = await self.house(number)
        self.driver = number
        journal_of(house).fuse = fuse
        try:
            return await work(house)
        except (UsageError, RunConflict, RunNotFound) as refusal:
            return refusal
        except Death:
            await journal_of(house).die()
            return None
        finally:
            journal_of(house).fuse = None

    async def freeze(self) -> None:
        """The process that drives the run sleeps longer than its lease, and the other one takes over."""
        here, other = self.driver, 1 - self.driver
        faults, self.receiver.faults = self.receiver.faults, []
        self.machine.clock.ahead += 100
        await self.attempt(other, lambda house: resume(self.app, RUN, house))
        self.driver, self.receiver.faults = here, faults

    async def go_on(self, number: int, fuse: int | None = None) -> object:
        async def work(house: House) -> Result:
            if await house.journal.holds([RUN]):
                return await resume(self.app, RUN, house)
            return await run(self.app, "Go.", house, name=RUN, chat=True)

        return await self.attempt(number, work, fuse)

    async def fight(self) -> None:
        """Both processes take the run at once."""
        self.receiver.frozen = None
        await asyncio.gather(self.go_on(0), self.go_on(1))
        self.receiver.frozen = self.freeze

    async def decide(self, number: int, decision: Any, fuse: int | None = None) -> object:
        edited = {"order": 77, "amount": "1.50"} if decision == "edit" else None

        async def work(house: House) -> object:
            waits = [w for w in waiting_in(fold(RUN, await house.journal.read(RUN))) if not w.uncertain]
            call_id = waits[0].call_id if waits else ""
            return await decide(house.journal, RUN, decision, who="ann", call_id=call_id, edited=edited)

        return await self.attempt(number, work, fuse)

    async def settle(self, number: int, fuse: int | None = None) -> object:
        """A person looks at the ledger, and says what is in it."""

        async def work(house: House) -> object:
            opened = [o for o in fold(RUN, await house.journal.read(RUN)).open.values() if o.uncertain]
            made = bool(opened) and opened[0].key in dict(self.receiver.ledger)
            return await settle(house.journal, RUN, made=made, who="ann")

        return await self.attempt(number, work, fuse)

    async def wanted(self, choice: int) -> str:
        """What would take the run on, whoever it waits for; `choice` among the ways to answer."""
        house = await self.house(0)
        if not await house.journal.holds([RUN]):
            return "resume"
        state = fold(RUN, await house.journal.read(RUN))
        if any(opened.uncertain for opened in state.open.values()):
            return "settle"
        if any(not write.uncertain for write in waiting_in(state)):
            return ("approve", "reject", "edit", "escalate", "approve")[choice]
        if state.waiting is not None and state.waiting.of == "customer":
            return ("say yes", "say no", "say hm", "say yes", "say yes")[choice]
        return "resume"

    async def act(self, name: str | int, number: int, fuse: int | None = None) -> None:
        if isinstance(name, int):
            name = await self.wanted(name)
        if name == "resume":
            await self.go_on(number, fuse)
        elif name == "fight":
            await self.fight()
        elif name == "settle":
            await self.settle(number, fuse)
        elif name == "a day":
            self.machine.clock.ahead += DAY + 1
        elif name == "an hour back":
            self.machine.clock.ahead -= 3600
        elif name.startswith("say "):
            await self.attempt(number, lambda house: say(self.app, RUN, name.removeprefix("say "), house), fuse)
        else:
            await self.decide(number, name, fuse)

    async def end(self) -> list[Event]:
        """From now on all goes well: the run must come to its end, and nobody may be needed twice for one thing."""
        self.receiver.faults = []
        choices = iter(self.plan.choices)
        for _ in range(60):
            result = await self.go_on(0)
            if isinstance(result, Result) and result.status == "answered":
                return await (await self.house(0)).journal.read(RUN)
            if isinstance(result, RunConflict):
                self.machine.clock.ahead += 100
            await self.act(next(choices, 0), 0)
        raise AssertionError(f"the run does not end: {result}")


async def play(plan: Plan, where: Machine) -> tuple[Life, list[Event]]:
    life = Life(plan, where)
    for name, number, *fuse in plan.acts:
        await life.act(name, number, *fuse)
    return life, await life.end()


def hold(life: Life, events: list[Event]) -> None:
    """What must hold at the end, whatever happened."""
    made = Counter(key for key, _ in life.receiver.ledger)
    assert set(made.values()) <= {1}, "a write was made twice"
    assert set(Counter(what for _, what in life.receiver.ledger).values()) <= {1}, "the same was done twice"
    done = [e.body.key for e in events if isinstance(e.body, EffectDone) and not e.body.failed]
    settled = [e.body.key for e in events if isinstance(e.body, EffectSettled) and e.body.made]
    assert Counter(done + settled) == made, "the journal and the ledger differ"
    asked = [call.id for e in events if isinstance(e.body, ModelAnswered) for call in tuple(e.body.calls)]
    ended = [e.body.call_id for e in events if isinstance(e.body, EffectDone | EffectSettled | CallRefused | ToolRead)]
    assert Counter(asked) == Counter(ended), "a call has no result, or two"
    assert len(asked) == sum(map(len, life.plan.answers))
    for key, what in life.receiver.ledger:
        justified(key, what, events)


def justified(key: str, what: str, events: list[Event]) -> None:
    """The write under this key had every yes it needed, for exactly what was made, in time."""
    intents = [event for event in events if isinstance(event.body, EffectIntended) and event.body.key == key]
    name, order, amount = json.loads(what)
    intended = intents[0].body
    assert isinstance(intended, EffectIntended)
    assert {event.body.arguments for event in intents} == {intended.arguments}  # type: ignore[union-attr]
    assert json.loads(str(intended.arguments)) == {"order": order, "amount": amount}
    assert intended.name == name
    before = events[: intents[0].seq]
    digest = digest_bytes(str(intended.arguments).encode())
    yes = {of for of in ("person", "customer") if said_yes(before, intended.call_id, digest, of)}
    edited = [
        e.body
        for e in before
        if isinstance(e.body, ApprovalGiven) and e.body.call_id == intended.call_id and e.body.decision == "edit"
    ]
    if edited:
        assert (order, amount) == (77, "1.50")
    else:
        assert needs(name, Decimal(amount)) <= yes, f"{what} was made with a yes of {yes or 'nobody'}"


def said_yes(events: list[Event], call_id: str, digest: str, of: str) -> bool:
    """Whether this party was asked exactly this, and said yes to the question, in time."""
    asked: Event | None = None
    shown = heard = False
    for event in events:
        body = event.body
        if isinstance(body, ApprovalAsked) and body.call_id == call_id and body.of == of:
            asked, shown, heard = event, False, False
        elif isinstance(body, RunWaiting) and body.call_id == call_id:
            shown = True
        elif isinstance(body, InputGiven) and shown:
            heard = True
        elif isinstance(body, ApprovalGiven) and body.call_id == call_id and asked is not None:
            question = asked.body
            assert isinstance(question, ApprovalAsked)
            right = body.decision == "approve" and body.arguments == question.arguments == digest
            if of == "person" and right and body.who == "ann" and event.at < question.expires:
                return True
            if of == "customer" and right and body.who == "customer" and heard and is_yes(body.why):
                return True
    return False


TOOLS = ["refund", "close", "change", "ask", "pay", "refund"]
WRITES = st.tuples(st.sampled_from(TOOLS), st.integers(1, 2), st.sampled_from([70, 20]))
FAULTS: list[Fault] = [
    *("none", "refuse", "refuse", "fail before", "fail after", "hang", "die before", "die after", "freeze")
]
WANTED = st.tuples(st.integers(0, 4), st.integers(0, 1), st.none() | st.integers(0, 25))
ANYTHING = st.tuples(
    st.sampled_from(["resume", "settle", "approve", "edit", "reject", "escalate", "say yes", "say no"]),
    st.integers(0, 1),
    st.none() | st.integers(0, 9),
)
ACTS = st.one_of(WANTED, WANTED, ANYTHING, st.tuples(st.sampled_from(["fight", "a day", "an hour back"]), st.just(0)))
PLANS = st.builds(
    Plan,
    st.sampled_from(["keys", "lookup", "both", "blind"]),
    st.lists(st.lists(WRITES, min_size=1, max_size=3), min_size=1, max_size=3),
    st.lists(st.sampled_from(FAULTS), min_size=2, max_size=8),
    st.lists(ACTS, min_size=2, max_size=10).map(lambda acts: [("resume", 0), *acts]),
    st.lists(st.integers(0, 3), min_size=3, max_size=8),
)


@settings(max_examples=80)
@given(PLANS)
def test_in_every_order_each_write_is_made_once_and_with_its_yes(plan: Plan) -> None:
    folder = str(SHARED_MEMORY) if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=folder) as name, machine(Path(name) / "journal.db") as where:

        async def all_of_it() -> None:
            try:
                life, events = await play(plan, where)
            finally:
                await where.stop()
            hold(life, events)

        asyncio.run(all_of_it())
