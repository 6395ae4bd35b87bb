"""The write itself, and finding out what became of one whose outcome is not known.

It does not know whether the write may be made: that was decided before.

An intent is on the disk before its write begins. When it has no outcome (a crash, a time-out, a broken connection),
nobody guesses: the receiver is asked, or the same key is sent again where the receiver makes a write once per key, or
a person decides.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Final, NamedTuple, TypeVar

import msgspec

from vouch.contracts.provenance import Provenance
from vouch.contracts.tool import Arguments, Spent, ToolRefused, WriteTool
from vouch.journal.cleaning import REDACTED, mended
from vouch.journal.journal import Journal
from vouch.journal.lease import is_gone
from vouch.journal.state import OpenCall, RunState
from vouch.provenance.labels import is_untrusted
from vouch.provenance.traces import take_note
from vouch.values.event import AnyBody, EffectDone, EffectIntended, EffectUncertain, ToolRead

TRIES: Final = 4
"""How often a write whose outcome is unknown is looked up or sent again before a person is asked."""

BACKOFF_SECONDS: Final = 0.2

REMEMBERED_SECONDS: Final = 20 * 3600.0
"""Receivers forget keys, many after a day: later than this none is sent again."""

Events = AsyncGenerator[AnyBody, None]

Result = TypeVar("Result", EffectDone, ToolRead)


class Write(NamedTuple):
    """One write on its way: the tool, the open call, the state, the journal, and what follows from untrusted text."""

    tool: WriteTool
    opened: OpenCall
    state: RunState
    journal: Journal
    provenance: Provenance = "ask"

    @property
    def call_id(self) -> str:
        """The id of the call."""
        return self.opened.call.id

    @property
    def name(self) -> str:
        """The name of the tool."""
        return self.tool.spec.name


class Outcome(NamedTuple):
    """How a call ended: with its result, refused, or so that nobody knows (`unknown` says why)."""

    content: str = ""
    refused: bool = False
    unknown: str = ""


async def make(write: Write, arguments: Arguments, *, tries: int = 1, first: bool = True) -> Events:
    """Make the write: its intent is on the disk before it begins, also when it is sent again.

    `first` is False where an earlier try may have arrived: then a refusal says nothing of that one.
    """
    key, journal = write.opened.key, write.journal
    yield EffectIntended(
        call_id=write.call_id,
        name=write.name,
        key=key,
        arguments=arguments.text,
        holder=journal.holder,
        rests_on=write.opened.rests_on,
    )
    await journal.flush_run(write.state.run)
    started = time.perf_counter()
    call = asyncio.ensure_future(write.tool.call(arguments, key))
    cancelled = await _ended(call, again=write.tool.idempotent)
    outcome = _outcome(call)
    if not outcome.unknown and (first or not outcome.refused):
        seconds = time.perf_counter() - started
        yield _done(write, outcome.content, failed=outcome.refused, seconds=seconds)
        await journal.flush_run(write.state.run)
    elif not cancelled:
        async for body in _find_out(write, outcome, tries=tries):
            yield body
    if cancelled:
        raise asyncio.CancelledError


async def _ended(call: asyncio.Future[str], *, again: bool) -> bool:
    """Wait for a call; True when the run was cancelled meanwhile.

    A write under way cannot be called back: so its outcome is awaited all the same, unless it may be sent `again`.
    """
    cancelled = False
    while not call.done():
        try:
            await asyncio.wait([call])
        except asyncio.CancelledError:
            cancelled = True
            if again:
                call.cancel()
    return cancelled


def _outcome(call: asyncio.Future[str]) -> Outcome:
    try:
        return Outcome(call.result())
    except ToolRefused as refusal:
        return Outcome(str(refusal), refused=True)
    except asyncio.CancelledError:
        return Outcome(unknown="the call was cancelled")
    except Exception as error:  # noqa: BLE001 - whatever it was, the write may have been made
        return Outcome(unknown=f"{type(error).__name__}: {error}")


def _done(write: Write, content: str, *, failed: bool = False, found: bool = False, seconds: float = 0.0) -> EffectDone:
    done = EffectDone(
        call_id=write.call_id,
        name=write.name,
        key=write.opened.key,
        content=mended(content),
        failed=failed,
        found=found,
        untrusted=is_untrusted(write.tool),
        seconds=seconds,
    )
    return with_spent(done, write.tool)


def with_spent(body: Result, tool: object) -> Result:
    """`body` as it enters the run: noted for the decisions to come, and with what the tool spent, where it did."""
    take_note(str(body.content))
    spent: Spent | None = getattr(tool, "spent", None)
    return body if spent is None else msgspec.structs.replace(body, usage=spent.usage, cost=spent.cost)


async def recover(write: Write) -> Events:
    """Take up a write whose intent is recorded and whose outcome is not."""
    async for body in _find_out(write, Outcome(unknown="the process ended before the outcome was known"), tries=0):
        yield body


async def _find_out(write: Write, last: Outcome, *, tries: int) -> Events:
    """Find out whether the write was made, and make it if it certainly was not; else leave it to a person."""
    why = last.unknown or f"sent again, it was refused: {last.content}"
    for attempt in range(tries, TRIES):
        if not write.tool.can_reconcile and (last.refused or not _is_remembered(write)):
            break  # There is nobody to ask, and nothing that may be sent again: it is not worth waiting for.
        if attempt:
            await asyncio.sleep(BACKOFF_SECONDS * 2**attempt)
        certain = last.refused or not write.tool.idempotent
        if write.tool.can_reconcile:
            try:
                found = await _look_up(write, certain=certain)
            except Exception as error:  # noqa: BLE001 - still unknown: look again, then ask a person
                why = f"{why}; looking it up failed: {type(error).__name__}: {error}"
                continue
            if found is not None or last.refused:
                content = last.content if found is None else found
                yield _done(write, content, failed=found is None, found=found is not None)
                await write.journal.flush_run(write.state.run)
                return
        async for body in _send_again(write, tries=attempt + 1, certain=certain):
            yield body
        return
    yield EffectUncertain(call_id=write.call_id, name=write.name, key=write.opened.key, why=mended(why))
    await write.journal.flush_run(write.state.run)


def _is_remembered(write: Write) -> bool:
    """Whether the receiver knows the key of a write that it made, so that it may be sent again."""
    return write.tool.idempotent and time.time() - write.opened.intended_at < REMEMBERED_SECONDS


async def _send_again(write: Write, *, tries: int, certain: bool) -> Events:
    assert write.opened.intended is not None  # noqa: S101 - or else nothing was sent
    arguments = write.tool.check(str(write.opened.intended.arguments))
    if arguments.text != write.opened.intended.arguments or REDACTED in arguments.text:
        why = "it cannot be sent again: its arguments are not recorded exactly"
        yield EffectUncertain(call_id=write.call_id, name=write.name, key=write.opened.key, why=why)
        return
    async for body in make(write, arguments, tries=tries, first=certain):
        yield body


async def _look_up(write: Write, *, certain: bool) -> str | None:
    """What the receiver knows of the write. `certain`: None only when it was not made and is not under way either."""
    found = await write.tool.reconcile(write.opened.key)
    if found is not None or not certain:
        return found
    holder = write.opened.intended.holder if write.opened.intended is not None else ""
    if holder not in ("", write.journal.holder) and not is_gone(holder):
        raise StillUnderWay(f"{holder!r} began it, and may be at it still")
    # What was sent the moment before may not have arrived yet.
    await asyncio.sleep(write.tool.settles)
    return await write.tool.reconcile(write.opened.key)


class StillUnderWay(Exception):
    """Whoever began the write may make it yet."""
