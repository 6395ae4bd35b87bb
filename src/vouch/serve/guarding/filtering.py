"""A stream's words passed through filters, each of its texts through one of its own; all else goes on as it came.

It does not know the format, nor what the filters do: they may hold words back, change them, or raise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from vouch.models.wording import Json
from vouch.serve.faces.spots import Channel, Spot, Texts
from vouch.serve.guarding.events import Cutter, data_of, is_named, json_of, written


class Filter(Protocol):
    """Looks at one text as it comes."""

    async def feed(self, text: str) -> str:
        """What may go on, now that these words have come."""
        ...

    async def rest(self) -> str:
        """What was held back, now that no more come."""
        ...


class _Open(NamedTuple):
    filter: Filter
    event: Json
    named: bool


class Filtering:
    """One stream; `choose` gives the filter of a text when its first words come."""

    def __init__(self, texts: Texts, choose: Callable[[Spot], Filter]) -> None:
        self._texts = texts
        self._choose = choose
        self._cutter = Cutter()
        self._open: dict[Channel, _Open] = {}
        self._added = 0

    async def pass_on(self, piece: bytes) -> bytes:
        """What of the stream goes on, now that these bytes have come."""
        return b"".join([await self._pass(event) for event in self._cutter.feed(piece)])

    async def rest(self) -> bytes:
        """What is left when the stream has ended."""
        last = b"".join([await self._pass(event) for event in self._cutter.rest()])
        return last + await self._close((), {})

    async def _pass(self, event: bytes) -> bytes:
        value = json_of(event)
        if value is None:
            # The mark of the end, or a comment that only keeps the line open.
            return (await self._close((), {}) if data_of(event) else b"") + event
        ends = self._texts.ends(value)
        spots = list(self._texts.streamed(value))
        here = {spot.channel for spot in spots if spot.more}
        before = b"" if ends is None else await self._close(ends, value, but=here)
        changed = self._renumber(value)
        for spot in spots:
            told = await self._filtered(spot, value, named=is_named(event), last=ends is not None)
            if told != spot.text:
                spot.put(told)
                changed = True
        if not changed:
            return before + event
        self._texts.bare(value)
        return before + written(value, named=is_named(event))

    async def _filtered(self, spot: Spot, event: Json, *, named: bool, last: bool) -> str:
        known = self._open.get(spot.channel) if spot.more else None
        chosen = known.filter if known is not None else self._choose(spot)
        told = await chosen.feed(spot.text)
        if spot.more and not last:
            self._open[spot.channel] = _Open(chosen, event, named)
            return told
        self._open.pop(spot.channel, None)
        return told + await chosen.rest()

    async def _close(self, ends: Channel, event: Json, *, but: set[Channel] | None = None) -> bytes:
        """The words that were held back in channels that end."""
        pieces: list[bytes] = []
        for channel in [one for one in self._open if one[: len(ends)] == ends and one not in (but or ())]:
            chosen, like, named = self._open.pop(channel)
            if text := await chosen.rest():
                more = self._texts.going_on(like, channel, text)
                self._texts.bare(more)
                if isinstance(event.get("sequence_number"), int):
                    more["sequence_number"] = event["sequence_number"] + self._added
                    self._added += 1
                pieces.append(written(more, named=named))
        return b"".join(pieces)

    def _renumber(self, event: Json) -> bool:
        """Events that were added move the numbers of those that follow."""
        if not self._added or not isinstance(event.get("sequence_number"), int):
            return False
        event["sequence_number"] += self._added
        return True
