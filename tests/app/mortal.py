"""Processes that die within a test: a journal that forgets what it had not flushed, and who is known to be dead.

It does not know what is tested with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vouch.app import recovery
from vouch.app.house import House
from vouch.journal import lease
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.values.event import Event


class Death(BaseException):
    """What a process feels when it is killed: no code of ours may catch it."""


class MortalJournal(Journal):
    """A journal that keeps events in memory until they are flushed, and dies when its fuse has burnt down."""

    dead: set[str]
    fuse: int | None = None
    """How many more operations it lives."""

    async def die(self, keep: int = 0) -> None:
        """End, with the first `keep` events of those that were not yet flushed on the disk all the same."""
        if self.alive:
            self._held = self._held[:keep]
            await self._write_held()
            self.dead.add(self.holder)
            await super().aclose()

    @property
    def alive(self) -> bool:
        return self.holder not in self.dead

    async def flush(self) -> None:
        await self._burn()
        await self._write_held()
        await super().flush()
        await self._burn()

    async def aclose(self) -> None:
        if self.alive:
            self.fuse = None
            await self.flush()
            await super().aclose()

    async def let_go(self, run: str) -> None:
        if self.alive:
            await super().let_go(run)

    async def _put(self, run: str, *events: Event) -> None:
        await self._burn()
        self._refuse_broken(run)
        self._held = [*self._held, *events]

    _held: list[Event] = []  # noqa: RUF012 - never changed in place

    async def _write_held(self) -> None:
        held, self._held = self._held, []
        for event in held:
            if event.run not in self._writer.broken:
                await super()._put(event.run, event)
        await super().flush()

    async def _burn(self) -> None:
        if not self.alive:
            raise Death
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                await self.die(len(self._held) // 2)
                raise Death


class Clock:
    """The wall clock, which a test may set."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._real = time.time

    def __call__(self) -> float:
        return self._real() + self.ahead


class Machine:
    """Where processes live and die: who is dead is known to the others, as on one machine."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.dead: set[str] = set()
        self.clock = Clock()
        self._journals: list[MortalJournal] = []

    async def house(self) -> House:
        """A new process with a house of its own."""
        journal = await MortalJournal.open(self.place)
        assert isinstance(journal, MortalJournal)
        journal.dead = self.dead
        self._journals.append(journal)
        return House(journal=journal, open_model=lambda name: Scripted([], name=name))

    async def stop(self) -> None:
        """End all processes in good order."""
        for journal in self._journals:
            await journal.aclose()


def journal_of(house: House) -> MortalJournal:
    """The journal of a house of this machine."""
    assert isinstance(house.journal, MortalJournal)
    return house.journal


@contextmanager
def machine(place: Path) -> Iterator[Machine]:
    """A machine whose clock is the only one meanwhile, and on which nobody is kept waiting."""
    made = Machine(place)
    with pytest.MonkeyPatch.context() as patch:
        for module in (lease, recovery):
            patch.setattr(module, "is_gone", made.dead.__contains__)
        patch.setattr(recovery, "BACKOFF_SECONDS", 0.0)
        patch.setattr(time, "time", made.clock)
        yield made
