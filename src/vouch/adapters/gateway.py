"""The tools of an agent that lives in another framework: each call goes through policies, approvals and the ledger.

It does not know any framework. A conversation is a run, and a call of it is recorded under the id that the framework
gives it: however often the framework calls again, before or after a crash, a write is made once.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Coroutine, Generator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from vouch.adapters.calls import call_of
from vouch.adapters.home import Home
from vouch.adapters.outside import NAME
from vouch.adapters.thread import Thread, run_of
from vouch.adapters.waits import Waits, waits_of
from vouch.app.app import App
from vouch.app.decide import Waiting, decide
from vouch.app.house import House
from vouch.contracts.model import Model
from vouch.errors import AppError, ConfigError, UsageError
from vouch.journal.cleaning import mended
from vouch.journal.journal import Journal
from vouch.journal.state import OpenCall
from vouch.values.event import InputGiven, RunWaiting
from vouch.values.message import ToolCall, ToolResult
from vouch.values.request import ToolSpec

T = TypeVar("T")

KEPT: Final = 256
"""So many conversations are kept in memory, so that a call need not read all that happened before."""

PATIENCE_SECONDS: Final = 10.0
"""How long a call waits for another process that works on the same conversation."""


class ToolGateway:
    """The tools of one app for agents elsewhere. The app is made with `outside`.

    Any number of processes may have one over the same journal. `patience` is how long a call waits for another process
    that works on the same conversation, in seconds.
    """

    def __init__(self, app: App, house: House, *, patience: float = PATIENCE_SECONDS) -> None:
        if app.model_names != (NAME,):
            models = ", ".join(app.model_names)
            raise AppError(
                f"app {app.name!r} asks models of its own ({models}); for tools whose agent is elsewhere make the app "
                f"with outside({app.name!r}, [...]), from vouch.adapters.outside"
            )
        self.app = app
        self.house = house
        self._patience = patience
        self._threads: OrderedDict[str, Thread] = OrderedDict()
        self._home = Home(self._threads.clear)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, app: App, address: str | Path, *, patience: float = PATIENCE_SECONDS
    ) -> AsyncGenerator[ToolGateway]:
        """A gateway with a journal of its own, in the database at a path or URL; a project has its `house` instead."""
        async with House(journal=await Journal.open(address), open_model=_no_model) as house:
            gateway = cls(app, house, patience=patience)
            await gateway.within(_nothing())
            yield gateway

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools as a model sees them."""
        return tuple(tool.spec for tool in self.app.tools)

    def session(self, thread: str, *, said: Sequence[str] = (), rests_on: Sequence[str] = ()) -> Session:
        """The conversation `thread`, begun or to be gone on with; `said` is what the user has said in it, oldest first.

        Policies and plans rest on it: give what the user's own messages say and nothing else. `rests_on` names what the
        agent has read elsewhere that anybody may have written, such as `("tool:browser",)`: from its next call on, a
        write is one that rests on that.
        """
        if not isinstance(thread, str) or not thread:
            raise AppError(f"thread {thread!r}: give the name of the conversation, the same whenever it goes on")
        for name, given in (("said", said), ("rests_on", rests_on)):
            if isinstance(given, str) or not all(isinstance(text, str) for text in given):
                raise AppError(f"{name}={given!r}: give a list of texts")
        return Session(self, thread, tuple(said), tuple(rests_on))

    async def within(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something on the gateway's event loop."""
        return await self._home.within(work)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something on the gateway's event loop and block until it is done; raises `UsageError` where none runs."""
        return self._home.wait(work)

    async def end(self) -> None:
        """Break off what other threads have asked for; a write that has begun is seen through."""
        await self._home.end()

    def thread(self, name: str) -> Thread:
        """What is known of a conversation; to be used on the gateway's event loop."""
        if name not in self._threads:
            self._threads[name] = Thread(self.app, self.house, name, patience=self._patience)
        self._threads.move_to_end(name)
        idle = [known for known, thread in self._threads.items() if not (thread.alone.locked() or thread.wanted)]
        for known in idle[: max(0, len(self._threads) - KEPT)]:
            if known != name:
                del self._threads[known]
        return self._threads[name]


class Session:
    """One conversation of an agent, as far as its tools are concerned."""

    def __init__(
        self, gateway: ToolGateway, thread: str, said: tuple[str, ...], rests_on: tuple[str, ...] = ()
    ) -> None:
        self._gateway = gateway
        self._name = thread
        self._said = said
        self._rests_on = rests_on

    @property
    def run(self) -> str:
        """The run of the conversation, as `vouch trace` and `vouch approve` take it."""
        return run_of(self._gateway.app.name, self._name)

    async def call(self, name: str, arguments: str | Mapping[str, object], *, call_id: str) -> ToolResult | Waits:
        """What a call of the agent's model gave; the same call, by its id, gives the same again.

        `Waits` where somebody must say yes first: call again when they have. Raises `RunConflict` where another process
        holds the conversation for too long, `AppError` when it has ended, and `StoreError`.
        """
        if not call_id:
            raise UsageError(f"a call of {name!r} has no id; give the one that the framework gives it")
        return await self._gateway.within(self._call(call_of(call_id, name, arguments)))

    async def _call(self, wanted: ToolCall) -> ToolResult | Waits:
        thread = self._gateway.thread(self._name)
        outcome = await self._outcome(thread, wanted)
        while isinstance(outcome, Waits) and thread.wanted:
            # A framework stops at the first call that waits: first those that it made at the same time have their turn.
            async with thread.alone:
                pass
        return outcome

    async def _outcome(self, thread: Thread, wanted: ToolCall) -> ToolResult | Waits:
        thread.wanted.append(wanted)
        try:
            # Whoever calls at the same time is heard too, before work begins.
            await asyncio.sleep(0)
            async with thread.alone:
                if (known := thread.result(wanted)) is not None:
                    return known
                async with thread.held(self._said, self._rests_on):
                    call = await thread.open(wanted)
                    await thread.go_on()
                    return thread.outcome(call)
        finally:
            thread.wanted.remove(wanted)

    async def waiting(self, call_id: str) -> Waits | None:
        """For whom this recorded call waits, if it does; nothing is done."""
        return await self._gateway.within(self._waiting(call_id))

    async def _waiting(self, call_id: str) -> Waits | None:
        thread = self._gateway.thread(self._name)
        async with thread.alone, thread.held():
            opened = thread.state.open.get(call_id)
            return None if opened is None or not _is_asked(opened) else waits_of(thread.state, call_id)

    async def take(self, given: object, *, call_id: str = "") -> None:
        """Record a decision that came back through a framework, if it is one about a call that waits.

        A mapping with `decision` and `who` (and `why`, `edited`), or with the customer's `words`; `call_id`, in it or
        beside it, says for which call. Frameworks give such values again, and to others: what is not for a call that
        waits is passed over. Raises `UsageError` for a decision of nobody.
        """
        if not isinstance(given, Mapping):
            return
        decision: Mapping[str, Any] = given  # pyright: ignore[reportUnknownVariableType] - whatever a host has sent
        call_id = str(decision.get("call_id") or call_id)
        waits = await self.waiting(call_id)
        if waits is None or waits.uncertain:
            return
        if waits.of == "customer" and "words" in decision:
            await self.reply(str(decision["words"]), call_id=call_id)
        elif waits.of == "person" and "decision" in decision:
            who, why, edited = decision.get("who"), str(decision.get("why") or ""), decision.get("edited")
            if not who:
                raise UsageError(f"the decision about call {call_id!r} does not say who decided; add who='...'")
            await self.decide(decision["decision"], who=str(who), why=why, call_id=call_id, edited=edited)

    async def reply(self, words: str, *, call_id: str) -> None:
        """What the customer said to the question about a write, word for word; only a plain yes is one, and makes it.

        Raises `UsageError` when they are not asked about it.
        """
        await self._gateway.within(self._reply(words, call_id))

    async def _reply(self, words: str, call_id: str) -> None:
        thread = self._gateway.thread(self._name)
        async with thread.alone, thread.held():
            opened = thread.state.open.get(call_id)
            waits = opened is not None and opened.asked is not None and opened.asked.of == "customer"
            if not waits or thread.state.reply is not None:
                raise UsageError(
                    f"the customer is not asked about call {call_id!r} of run {self.run!r}, or has replied"
                )
            if thread.state.asking != call_id:
                await thread.record(RunWaiting(of="customer", why="to confirm a write", call_id=call_id))
            await thread.record(InputGiven(input=mended(words)))
            await thread.go_on()

    async def decide(
        self,
        decision: Literal["approve", "edit", "reject", "escalate"],
        *,
        who: str,
        why: str = "",
        call_id: str = "",
        edited: dict[str, object] | None = None,
    ) -> Waiting:
        """What a person decides about a write that waits for one, as `vouch approve` does it.

        Raises `UsageError` when none waits, and `RunConflict` while another process drives the conversation.
        """
        work = decide(self._gateway.house.journal, self.run, decision, who=who, why=why, call_id=call_id, edited=edited)
        return await self._gateway.within(self._decided(work))

    async def _decided(self, work: Coroutine[Any, Any, Waiting]) -> Waiting:
        async with self._gateway.thread(self._name).alone:
            return await work


def _is_asked(opened: OpenCall) -> bool:
    """Whether somebody is to decide about it, and has not."""
    undecided = opened.given is None or opened.given.decision == "escalate"
    return opened.uncertain is not None or (opened.asked is not None and undecided)


@contextmanager
def background(app: App, address: str | Path, *, patience: float = PATIENCE_SECONDS) -> Generator[ToolGateway]:
    """A gateway with an event loop in a thread of its own, for programs that do not await."""
    ready: Future[ToolGateway] = Future()
    ended = threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(app, address, patience, ready, ended)), name="vouch-gateway", daemon=True
    )
    thread.start()
    try:
        yield ready.result()
    finally:
        ended.set()
        thread.join()


async def _serve(
    app: App, address: str | Path, patience: float, ready: Future[ToolGateway], ended: threading.Event
) -> None:
    """Keep the gateway open until it has `ended`; then let what is under way come to its end."""
    try:
        async with ToolGateway.open(app, address, patience=patience) as gateway:
            ready.set_result(gateway)
            await asyncio.to_thread(ended.wait)
            await gateway.end()
    except BaseException as error:
        if ready.done():
            raise
        ready.set_exception(error)


async def _nothing() -> None:
    """To have the gateway know its event loop."""


def _no_model(name: str) -> Model:
    raise ConfigError(
        f"model {name!r} is not wired; give the gateway the house of a project: ToolGateway(app, await project.house())"
    )
