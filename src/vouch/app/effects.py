"""Writes: which may be made, who must say yes first, and how each happens exactly as often as it should.

It does not know what a write does, nor how people are asked.

The order for one write: its arguments are checked, the app's policies may refuse it, the customer confirms, a person
approves, the policies are asked again, the intent is on the disk, the call is made, its outcome is on the disk. What
happens after an intent without an outcome is the matter of `recovery`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final, Literal

from vouch.app.consent import is_yes
from vouch.app.recovery import Events, Write, make
from vouch.app.tainted import blocked, is_tainted, judge, step_taken, warning, was_judged
from vouch.contracts.approval import Demand
from vouch.contracts.policy import Attempt
from vouch.contracts.tool import Arguments, ToolRefused, WriteTool
from vouch.journal.cleaning import REDACTED, mended
from vouch.journal.state import OpenCall, RunState
from vouch.tools.sentence import filled
from vouch.values.digest import digest_bytes
from vouch.values.event import ApprovalAsked, ApprovalGiven, CallRefused

DAY: Final = 86_400.0
LONGEST: Final = 3650 * DAY
"""No question waits longer: a time without end could not be written down."""

Phase = Literal["consider", "reply", "expired", "decided", "asked"]
"""How far a write that is not yet begun has come. `asked` waits for someone; the others go on by themselves."""


def phase(opened: OpenCall, state: RunState, now: float) -> Phase:
    """How far this write has come. Pure."""
    if opened.asked is None:
        return "consider"
    if opened.given is not None and opened.given.decision != "escalate":
        return "decided"
    if opened.call.id == state.asking and state.reply is not None:
        return "reply"
    return "expired" if now >= opened.asked.expires else "asked"


async def consider(write: Write) -> Events:
    """Check the call, then ask whoever must say yes, or make it."""
    arguments = _checked(write, write.opened.call.arguments)
    if isinstance(arguments, CallRefused):
        yield arguments
        return
    async for body in _go_on(write, arguments):
        yield body


def _checked(write: Write, text: str) -> Arguments | CallRefused:
    """The arguments of a write, exactly as they are written down: what is approved, intended and done is one."""
    try:
        once = write.tool.check(text)
        exact = write.tool.check(once.text)
        if exact.text != once.text:
            raise ToolRefused(f"{write.name} was not called: its arguments cannot be written down exactly")
        if REDACTED in exact.text:
            raise ToolRefused(f"{write.name} was not called: its arguments hold {REDACTED}, which is a secret's place")
    except ToolRefused as refusal:
        return CallRefused(call_id=write.call_id, name=write.name, by="arguments", content=mended(str(refusal)))
    return exact


async def _go_on(write: Write, arguments: Arguments, *, confirmed: bool = False, approved: bool = False) -> Events:
    """Everything between checked arguments and the write itself, as far as it can go now."""
    if refused := next(_refusals(write, arguments), None):
        yield refused
        return
    demand = Demand("nobody") if approved else demand_of(write.tool, arguments)
    confirmed = confirmed or write.opened.confirmed == digest_bytes(arguments.text.encode())
    if not (approved or confirmed) and is_tainted(write):
        asks = demand.of != "nobody" or write.tool.confirm
        judged = judge(write, arguments, asks=asks)
        # Judged anew each time: another version of the app may have taken the run over.
        if not was_judged(write, judged):
            yield judged
        if judged.verdict == "blocked":
            yield blocked(write, judged)
            return
        if judged.verdict == "asked" and not asks:
            demand = Demand("person", DAY, "provenance")
    if demand.of == "customer" and not confirmed:
        yield _question(write, arguments, demand)
    elif write.tool.confirm and not confirmed:
        yield _question(write, arguments, Demand("customer", DAY, "confirm"))
    elif demand.of == "person":
        yield _question(write, arguments, demand)
    else:
        async for body in _make(write, arguments):
            yield body


async def _make(write: Write, arguments: Arguments) -> Events:
    if (taken := step_taken(write, arguments)) is not None:
        yield taken
    # Read afresh: policies and rules, anybody's code, have had those values in their hands.
    async for body in make(write, write.tool.check(arguments.text)):
        yield body


def _question(write: Write, arguments: Arguments, demand: Demand) -> ApprovalAsked:
    seconds = max(0.0, min(LONGEST, demand.seconds))
    return ApprovalAsked(
        call_id=write.call_id,
        name=write.name,
        arguments=digest_bytes(arguments.text.encode()),
        shown=mended(write.tool.describe(arguments.values)),
        of="customer" if demand.of == "customer" else "person",
        rule=demand.rule,
        expires=time.time() + seconds,
        warning=warning(write, arguments),
    )


def _refusals(write: Write, arguments: Arguments) -> Iterator[CallRefused]:
    """What speaks against this write, worst first."""
    state = write.state
    if not write.tool.repeatable:
        for call in state.calls:
            if call.write and call.name == write.name and _same(write.tool, call.arguments, arguments):
                content = f"This was already done in this conversation, with this result: {call.content}"
                yield CallRefused(call_id=write.call_id, name=write.name, by="repeat", content=content)
    attempt = Attempt(write.name, arguments.values, state.past)
    for policy in write.tool.policies:
        why = mended(filled(policy.auditor, arguments.values))
        try:
            allowed = policy.allows(attempt)
        except Exception as error:  # noqa: BLE001 - a policy that breaks must not let anything through
            allowed, why = False, f"{why} [the policy itself failed: {type(error).__name__}: {error}]"
        if not allowed:
            told = mended(filled(policy.customer, arguments.values))
            yield CallRefused(
                call_id=write.call_id, name=write.name, by="policy", rule=policy.name, content=told, why=why
            )


def _same(tool: WriteTool, past: str, arguments: Arguments) -> bool:
    """Whether a past call meant the same: an amount of 5 is one of 5.00."""
    if past == arguments.text:
        return True
    try:
        return tool.check(past).values == arguments.values
    except ToolRefused:
        return False


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
    asked, words = write.opened.asked, write.state.reply or ""
    assert asked is not None  # noqa: S101 - the phase says so
    if write.state.replied_at >= asked.expires:
        yield _too_late(write)
        return
    decision = "approve" if is_yes(words) else "reject"
    yield ApprovalGiven(call_id=write.call_id, arguments=asked.arguments, decision=decision, who="customer", why=words)


async def expire(write: Write) -> Events:
    """Nobody said yes in time."""
    yield _too_late(write)


def _too_late(write: Write) -> CallRefused:
    content = "This was not done: nobody approved it in time."
    return CallRefused(call_id=write.call_id, name=write.name, by="approval", content=content, why="expired")


async def decided(write: Write) -> Events:
    """Act on what was decided about this write: once, and only on exactly what was shown."""
    asked, given = write.opened.asked, write.opened.given
    assert asked is not None and given is not None  # noqa: S101, PT018 - the phase says so
    if given.decision == "reject":
        yield _rejected(write, given, of=asked.of)
        return
    arguments = _checked(write, str(given.edited) if given.decision == "edit" else write.opened.call.arguments)
    if isinstance(arguments, CallRefused):
        yield arguments
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
