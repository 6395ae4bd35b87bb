"""Writes: which may be made, who must say yes first, and how each happens exactly as often as it should.

It does not know what a write does, nor how people are asked.

The order for one write: its arguments are checked, the app's policies may refuse it, the customer confirms, a person
approves, the policies are asked again, the intent is on the disk, the call is made, its outcome is on the disk. When an
intent has no outcome (a crash, a time-out, a broken connection), nobody guesses: the receiver is asked, or the same key
is sent again where the receiver makes a write once per key, or a person decides.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from typing import Final, Literal, NamedTuple

from vouch.app.consent import is_yes
from vouch.contracts.approval import Demand
from vouch.contracts.policy import Attempt
from vouch.contracts.tool import Arguments, ToolRefused, WriteTool
from vouch.journal.journal import Journal
from vouch.journal.state import OpenCall, RunState
from vouch.values.digest import digest_bytes
from vouch.values.event import (
    AnyBody,
    ApprovalAsked,
    ApprovalGiven,
    CallRefused,
    EffectDone,
    EffectIntended,
    EffectUncertain,
)

TRIES: Final = 4
"""How often a write whose outcome is unknown is looked up or sent again before a person is asked."""

BACKOFF_SECONDS: Final = 0.2

Phase = Literal["consider", "reply", "expired", "decided", "recover", "asked", "uncertain"]
"""How far a write has come. `asked` and `uncertain` wait for someone; the others go on by themselves."""

Events = AsyncGenerator[AnyBody, None]


def phase(opened: OpenCall, state: RunState, now: float) -> Phase:
    """How far this write has come. Pure."""
    if opened.uncertain is not None:
        return "uncertain"
    if opened.intended is not None:
        return "recover"
    if opened.asked is None:
        return "consider"
    if opened.given is not None and opened.given.decision != "escalate":
        return "decided"
    if opened.asked.of == "customer" and state.reply is not None:
        return "reply"
    return "expired" if now >= opened.asked.expires else "asked"


class Write(NamedTuple):
    """One write on its way: the tool, the open call, the state and the journal."""

    tool: WriteTool
    opened: OpenCall
    state: RunState
    journal: Journal

    @property
    def call_id(self) -> str:
        """The id of the call."""
        return self.opened.call.id

    @property
    def name(self) -> str:
        """The name of the tool."""
        return self.tool.spec.name


async def consider(write: Write) -> Events:
    """Check the call, then ask whoever must say yes, or make it."""
    try:
        arguments = write.tool.check(write.opened.call.arguments)
    except ToolRefused as refusal:
        yield CallRefused(call_id=write.call_id, name=write.name, by="arguments", content=str(refusal))
        return
    async for body in _go_on(write, arguments):
        yield body


async def _go_on(write: Write, arguments: Arguments, *, confirmed: bool = False, approved: bool = False) -> Events:
    """Everything between checked arguments and the write itself, as far as it can go now."""
    if refused := next(_refusals(write, arguments), None):
        yield refused
        return
    address = digest_bytes(arguments.text.encode())
    if write.tool.confirm and not confirmed and write.opened.confirmed != address:
        yield _question(write, arguments, Demand("customer", 86_400.0, "confirm"))
        return
    demand = Demand("nobody") if approved else demand_of(write.tool, arguments)
    if demand.of != "nobody":
        yield _question(write, arguments, demand)
        return
    async for body in _make(write, arguments):
        yield body


def _question(write: Write, arguments: Arguments, demand: Demand) -> ApprovalAsked:
    return ApprovalAsked(
        call_id=write.call_id,
        name=write.name,
        arguments=digest_bytes(arguments.text.encode()),
        shown=write.tool.describe(arguments.values),
        of="customer" if demand.of == "customer" else "person",
        rule=demand.rule,
        expires=time.time() + demand.seconds,
    )


def _refusals(write: Write, arguments: Arguments) -> Iterator[CallRefused]:
    """What speaks against this write, worst first."""
    state = write.state
    if not write.tool.repeatable:
        for call in state.calls:
            if call.write and (call.name, call.arguments) == (write.name, arguments.text):
                content = f"This was already done in this conversation, with this result: {call.content}"
                yield CallRefused(call_id=write.call_id, name=write.name, by="repeat", content=content)
    attempt = Attempt(write.name, arguments.values, state.past)
    for policy in write.tool.policies:
        why = policy.auditor
        try:
            allowed = policy.allows(attempt)
        except Exception as error:  # noqa: BLE001 - a policy that breaks must not let anything through
            allowed, why = False, f"{why} [the policy itself failed: {type(error).__name__}: {error}]"
        if not allowed:
            yield CallRefused(
                call_id=write.call_id, name=write.name, by="policy", rule=policy.name, content=policy.customer, why=why
            )


def demand_of(tool: WriteTool, arguments: Arguments) -> Demand:
    """Whose yes a write needs: the first rule that applies decides, nobody's if none does, a person's if one breaks."""
    for rule in tool.approvals:
        try:
            demand = rule.demand(arguments.values)
        except Exception as error:  # noqa: BLE001 - a rule that breaks must not let anything through
            return Demand("person", rule=f"the rule failed: {type(error).__name__}: {error}")
        if demand is not None:
            return demand
    return Demand("nobody")


async def reply(write: Write) -> Events:
    """Take in what the customer said to the question about this write."""
    assert write.opened.asked is not None  # noqa: S101 - the phase says so
    words = write.state.reply or ""
    yes = is_yes(words)
    yield ApprovalGiven(
        call_id=write.call_id,
        arguments=write.opened.asked.arguments,
        decision="approve" if yes else "reject",
        who="customer",
        why=words,
    )


async def expire(write: Write) -> Events:
    """Nobody said yes in time."""
    content = "This was not done: nobody approved it in time."
    yield CallRefused(call_id=write.call_id, name=write.name, by="approval", content=content, why="expired")


async def decided(write: Write) -> Events:
    """Act on what was decided about this write: once, and only on exactly what was shown."""
    asked, given = write.opened.asked, write.opened.given
    assert asked is not None and given is not None  # noqa: S101, PT018 - the phase says so
    if given.decision == "reject":
        yield _rejected(write, given, of=asked.of)
        return
    edited = str(given.edited)
    try:
        arguments = write.tool.check(edited or write.opened.call.arguments)
    except ToolRefused as refusal:
        yield CallRefused(call_id=write.call_id, name=write.name, by="arguments", content=str(refusal))
        return
    address = digest_bytes(arguments.text.encode())
    if given.decision == "approve" and not (given.arguments == asked.arguments == address):
        content = "This was not done: the approval is for something else."
        yield CallRefused(call_id=write.call_id, name=write.name, by="approval", content=content, why="other arguments")
        return
    # Whoever edits a write says what exactly is to be done: the customer is not asked again.
    async for body in _go_on(write, arguments, confirmed=given.decision == "edit", approved=True):
        yield body


def _rejected(write: Write, given: ApprovalGiven, *, of: Literal["person", "customer"]) -> CallRefused:
    if of == "customer":
        content = f"This was not done: the customer was asked to confirm and said: {given.why}"
        return CallRefused(call_id=write.call_id, name=write.name, by="customer", content=content, why=given.why)
    content = "This was not done: it was not approved." + (f" {given.why}" if given.why else "")
    why = f"{given.who}: {given.why}"
    return CallRefused(call_id=write.call_id, name=write.name, by="approval", content=content, why=why)


async def _make(write: Write, arguments: Arguments, *, tries: int = 1) -> Events:
    """The write itself: its intent is on the disk before it begins, also when it is sent again."""
    yield EffectIntended(call_id=write.call_id, name=write.name, key=write.opened.key, arguments=arguments.text)
    await write.journal.flush_run(write.state.run)
    started = time.perf_counter()
    failed, content = False, ""
    try:
        content = await write.tool.call(arguments, write.opened.key)
    except ToolRefused as refusal:
        failed, content = True, str(refusal)
    except Exception as error:  # noqa: BLE001 - whatever it was, the write may have been made
        async for body in recover(write, f"{type(error).__name__}: {error}", tries=tries):
            yield body
        return
    yield _done(write, content, failed=failed, seconds=time.perf_counter() - started)
    await write.journal.flush_run(write.state.run)


def _done(write: Write, content: str, *, failed: bool = False, found: bool = False, seconds: float = 0.0) -> EffectDone:
    return EffectDone(
        call_id=write.call_id,
        name=write.name,
        key=write.opened.key,
        content=content,
        failed=failed,
        found=found,
        seconds=seconds,
    )


async def recover(
    write: Write, why: str = "the process ended before the outcome was known", *, tries: int = 0
) -> Events:
    """Find out whether the write was made, and make it if it certainly was not; else leave it to a person."""
    assert write.opened.intended is not None  # noqa: S101 - the phase says so
    again = write.tool.idempotent
    for attempt in range(tries, TRIES):
        if attempt:
            await asyncio.sleep(BACKOFF_SECONDS * 2**attempt)
        if write.tool.can_reconcile:
            try:
                found = await _look_up(write)
            except Exception as error:  # noqa: BLE001 - still unknown: look again, then ask a person
                why = f"{why}; looking it up failed: {type(error).__name__}: {error}"
                continue
            if found is not None:
                yield _done(write, found, found=True)
                await write.journal.flush_run(write.state.run)
                return
            again = True
        if again:
            arguments = write.tool.check(str(write.opened.intended.arguments))
            async for body in _make(write, arguments, tries=attempt + 1):
                yield body
            return
        break
    yield EffectUncertain(call_id=write.call_id, name=write.name, key=write.opened.key, why=why)
    await write.journal.flush_run(write.state.run)


async def _look_up(write: Write) -> str | None:
    """What the receiver knows of the write; a receiver without keys is believed only when nothing can be under way."""
    if not write.tool.idempotent:
        left = write.opened.intended_at + write.tool.settles - time.time()
        await asyncio.sleep(max(0.0, min(left, write.tool.settles)))
    return await write.tool.reconcile(write.opened.key)
