"""One conversation of an agent as a run: begun or taken up, driven as far as it goes, and let go of.

It does not know the framework that the agent is written in.

The run is held only while it is worked on, so any process may go on with the conversation.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager
from typing import Final

import msgspec

from vouch.adapters.calls import Calls
from vouch.adapters.outside import NAME
from vouch.adapters.waits import Waits, waits_of
from vouch.adapters.words import new_words
from vouch.app.adoption import must_adopt
from vouch.app.app import App
from vouch.app.house import House
from vouch.app.steps import Turn
from vouch.app.turn import Ending, Pause, Step, next_step
from vouch.errors import AppError, JournalError, RunConflict, RunNotFound, StoreError, UsageError
from vouch.journal.cleaning import mended
from vouch.journal.state import RunState
from vouch.values.digest import digest
from vouch.values.event import (
    AnyBody,
    CallRefused,
    CallRepeated,
    EffectUncertain,
    Event,
    InputGiven,
    ModelAnswered,
    PromptRendered,
    RouteChosen,
    RunResumed,
    RunStarted,
    RunWaiting,
)
from vouch.values.message import ToolCall, ToolResult, user

_encode = msgspec.json.Encoder().encode

_NAME_LENGTH: Final = 26
"""As long as the names that runs get by themselves."""

_AGAIN_SECONDS: Final = 0.05
"""How long between two tries to hold a run that somebody else works on."""


def run_of(app: str, thread: str) -> str:
    """The name of the run of a conversation: the same in every process, and after every crash."""
    return digest(("thread", app, thread))[:_NAME_LENGTH]


class Thread:
    """A conversation: its run, what is known of it here, and the calls that somebody waits for."""

    def __init__(self, app: App, house: House, name: str, *, patience: float) -> None:
        self.run = run_of(app.name, name)
        self.alone = asyncio.Lock()
        """Held by whoever works on the conversation in this process."""
        self.wanted: list[ToolCall] = []
        """The calls that somebody in this process waits for, in the order they came."""
        self._app = app
        self._house = house
        self._name = name
        self._patience = patience
        self._forget()

    def _forget(self) -> None:
        self.state = RunState(self.run)
        self._calls = Calls(self._app.tools_by_name)

    def result(self, wanted: ToolCall) -> ToolResult | None:
        """The result of this call, where it is known here already: it never changes."""
        same = self._calls.same(wanted)
        return None if same is None else self._calls.result(same)

    @asynccontextmanager
    async def held(self, said: Sequence[str] = (), rests_on: Sequence[str] = ()) -> AsyncGenerator[None]:
        """Work on the run, alone and knowing all that happened in it.

        The user has `said` this so far; `rests_on` are the sources of what the agent has read elsewhere. Raises
        `RunConflict` when somebody else does not let go of it in time.
        """
        journal = self._house.journal
        with ExitStack() as driving:
            await self._hold(driving, said)
            before = self.state.events
            try:
                await self._hear(said)
                await self._rest_on(rests_on)
                yield
                await journal.flush_run(self.run)
            except (Exception, asyncio.CancelledError):
                self._forget()
                await journal.let_go(self.run)
                raise
            if self.state.events == before or self.state.waiting is None:
                # What makes a run wait lets go of it; here it had waited before, or does not wait.
                await journal.let_go(self.run)

    async def _hold(self, driving: ExitStack, said: Sequence[str]) -> None:
        journal, until = self._house.journal, time.monotonic() + self._patience
        while True:
            try:
                with ExitStack() as trying:
                    trying.enter_context(journal.driving(self.run))
                    await self._take_up(said)
                    driving.push(trying.pop_all())
                    return
            except RunConflict:
                if time.monotonic() >= until:
                    raise
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _take_up(self, said: Sequence[str]) -> None:
        try:
            await self._taken_up(said)
        except (Exception, asyncio.CancelledError):
            self._forget()
            await self._house.journal.let_go(self.run)
            raise

    async def _taken_up(self, said: Sequence[str]) -> None:
        journal, state = self._house.journal, self.state
        try:
            taken_over = await journal.claim(self.run)
        except RunNotFound:
            await self._begin(mended(said[0]) if said else "")
            return
        for event in await journal.read(self.run, first=state.events):
            self._apply(event)
        changed = state.finished is None and must_adopt(self._app, state, anyway=True)
        if changed or (taken_over and state.waiting is None and state.finished is None):
            # On the disk before anything else: from here on a holder that still lives can no longer write to the run.
            await self.record(RunResumed(holder=journal.holder, version=self._app.version if changed else ""))
            await journal.flush_run(self.run)
        self._calls.take(state.messages)

    async def _begin(self, first: str) -> None:
        app, prompt = self._app, self._app.instructions
        key = digest(("thread", app.name, self._name))
        messages = _encode([user(first)] if first else []).decode()
        await self.record(RunStarted(app=app.name, version=app.version, key=key, input=first, chat=True))
        await self.record(PromptRendered(prompt=prompt.name, version=prompt.version, messages=messages))
        await self.record(RouteChosen(policy="outside", plan=(NAME,)))
        # Somebody else may have begun it at the same time.
        await self._house.journal.flush_run(self.run)

    async def _hear(self, said: Sequence[str]) -> None:
        """Record what the user has said since; but a question about a write is answered only by `reply`."""
        if self.state.asking or self.state.finished is not None:
            return
        for words in new_words(self.state.inputs, [mended(words) for words in said]):
            await self.record(InputGiven(input=words))

    async def _rest_on(self, sources: Sequence[str]) -> None:
        """Record that the agent has read strangers' text elsewhere: from now on its calls rest on that, too."""
        new = tuple(source for source in dict.fromkeys(map(mended, sources)) if source not in self.state.rests_on)
        if new and self.state.finished is None:
            await self.record(InputGiven(input="", rests_on=new))

    async def open(self, wanted: ToolCall) -> ToolCall:
        """The recorded call that is meant by this one; it is recorded where it is new.

        Whoever wants to read at the same time comes along: their calls are one answer of the model, too. Raises
        `AppError` for a new call when the conversation has ended.
        """
        found = self._calls.same(wanted)
        if self.state.finished is not None and (found is None or self._calls.result(found) is None):
            status = self.state.finished.status
            raise AppError(f"conversation {self._name!r} has ended ({status}); begin another one")
        if found is None and (found := self._calls.left(wanted, self.state)) is not None:
            await self.record(CallRepeated(call_id=found.id, again=wanted.id))
        if found is not None:
            return found
        together = [wanted]
        if wanted.name not in self._app.writes:
            others = [call for call in self.wanted if call.name not in self._app.writes and call is not wanted]
            together += [call for call in others if self._calls.same(call) is None]
        named: dict[str, ToolCall] = {}
        for call in together:
            new = self._calls.new(call)
            named.setdefault(new.id, new)
        await self.record(ModelAnswered(model=NAME, request="", calls=tuple(named.values()), finish="tools"))
        self._calls.take(self.state.messages)
        return next(iter(named.values()))

    async def go_on(self) -> None:
        """Take every call as far as it goes: to its result, or to where it waits for somebody."""
        state = self.state
        if state.finished is not None:
            return
        while state.open:
            step = next_step(self._app, state, time.time())
            if isinstance(step, Ending):
                raise AppError(f"conversation {self._name!r} cannot go on: {step.why}")
            if isinstance(step, Pause):
                if state.waiting is None:
                    why = RunWaiting(of=step.of, output=step.output, why=step.why, call_id=step.call_id)
                    await self.record(why)
                break
            await self._take(step)
        else:
            if state.waiting is None:
                await self.record(RunWaiting(of="customer", why="its model is outside"))
        self._calls.take(state.messages)

    async def _take(self, step: Step) -> None:
        try:
            async with aclosing(step(Turn(self._app, self.state, self._house))) as bodies:
                async for body in bodies:
                    await self.record(body)
        except (UsageError, StoreError, JournalError):
            raise
        except Exception as error:  # noqa: BLE001 - a tool's sentence or a rule may be anybody's code
            await self.record(self._after_breaking(error))

    def _after_breaking(self, error: Exception) -> AnyBody:
        """What is recorded of the call at which a step broke: it is not made, or nobody knows whether it was."""
        why = f"{type(error).__name__}: {error}"
        for opened in self.state.open.values():
            name = opened.call.name
            if opened.intended is not None and opened.uncertain is None:
                return EffectUncertain(call_id=opened.call.id, name=name, key=opened.key, why=why)
        opened = next(call for call in self.state.open.values() if call.asked is None or call.given is not None)
        content = f"{opened.call.name} was not called, it broke before: {why}"
        return CallRefused(call_id=opened.call.id, name=opened.call.name, by="arguments", content=mended(content))

    def outcome(self, call: ToolCall) -> ToolResult | Waits:
        """What became of a recorded call."""
        result = self._calls.result(call)
        return waits_of(self.state, call.id) if result is None else result

    async def record(self, body: AnyBody) -> None:
        """Record what happened, and take it in."""
        event = Event(self.run, self.state.events, time.time(), body)
        await self._house.journal.append_event(event)
        self._apply(event)

    def _apply(self, event: Event) -> None:
        self.state.apply(event)
        if isinstance(event.body, CallRepeated):
            self._calls.repeat(event.body.call_id, event.body.again)
