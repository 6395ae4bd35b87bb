"""Outlets that look at an answer before, or while, it goes on to the next: one for each mode, and one that restores.

They do not know guards, nor where the answer comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from vouch.models.wording import Json
from vouch.serve.exchange import Exchange
from vouch.serve.faces.spots import Channel, Spot, Texts
from vouch.serve.guarding.events import Cutter, json_of
from vouch.serve.guarding.filtering import Filter, Filtering
from vouch.serve.guarding.judging import Judging
from vouch.serve.guarding.masking import Marks, Restoring
from vouch.serve.guarding.window import Open, Window
from vouch.serve.outlet import Outlet

_object: Final = msgspec.json.Decoder(Json)
_encode: Final = msgspec.json.Encoder().encode


class Buffered:
    """Nothing goes on before the whole answer was judged."""

    def __init__(self, outlet: Outlet, texts: Texts, judging: Judging) -> None:
        self._outlet = outlet
        self._texts = texts
        self._judging = judging
        self._pieces: list[bytes] = []
        self._status = 200

    async def whole(self, status: int, body: bytes) -> None:
        """Judged, then sent on."""
        await self._judging.judge(words_of(self._texts, body))
        await self._outlet.whole(status, body)

    async def piece(self, data: bytes, *, status: int = 200) -> None:
        """Kept."""
        self._pieces.append(data)
        self._status = status

    async def end(self) -> None:
        """Judged, then sent on."""
        stream = b"".join(self._pieces)
        await self._judging.judge(words_of_stream(self._texts, stream))
        await self._outlet.piece(stream, status=self._status)
        await self._outlet.end()


class Detecting:
    """Everything goes on at once, and is judged when the client has it all."""

    def __init__(self, outlet: Outlet, texts: Texts, judging: Judging) -> None:
        self._outlet = outlet
        self._texts = texts
        self._judging = judging
        self._pieces: list[bytes] = []

    async def whole(self, status: int, body: bytes) -> None:
        """Sent on, then judged."""
        await self._outlet.whole(status, body)
        await self._judging.judge(words_of(self._texts, body))

    async def piece(self, data: bytes, *, status: int = 200) -> None:
        """Sent on."""
        self._pieces.append(data)
        await self._outlet.piece(data, status=status)

    async def end(self) -> None:
        """Sent on, then judged."""
        await self._outlet.end()
        await self._judging.judge(words_of_stream(self._texts, b"".join(self._pieces)))


class Filtered:
    """A stream goes on through filters that `choose` gives, one for each of its texts."""

    def __init__(self, outlet: Outlet, texts: Texts, choose: Callable[[Spot], Filter]) -> None:
        self._outlet = outlet
        self._texts = texts
        self._filtering = Filtering(texts, choose)
        self._status = 200

    async def piece(self, data: bytes, *, status: int = 200) -> None:
        """What of it may go on."""
        self._status = status
        if told := await self._filtering.pass_on(data):
            await self._outlet.piece(told, status=status)

    async def end(self) -> None:
        """What was held back, and the end."""
        if told := await self._filtering.rest():
            await self._outlet.piece(told, status=self._status)
        await self._outlet.end()


class Windowed(Filtered):
    """The last `hold` characters of each text are held back until what follows was judged with them."""

    def __init__(self, outlet: Outlet, texts: Texts, judging: Judging, *, hold: int) -> None:
        super().__init__(outlet, texts, self._choose)
        self._judging = judging
        self._hold = hold
        self._begun = False

    async def whole(self, status: int, body: bytes) -> None:
        """Judged, then sent on."""
        await self._judging.judge(words_of(self._texts, body))
        await self._outlet.whole(status, body)

    def _choose(self, spot: Spot) -> Filter:
        # What comes once more at its end was judged as it came.
        if not spot.more and self._begun:
            return Open()
        self._begun = self._begun or spot.more
        return Window(self._judging, hold=self._hold)


class Restored(Filtered):
    """The client's own data stand again where its provider saw marks; the journal keeps the marks."""

    def __init__(self, outlet: Outlet, texts: Texts, marks: Marks, exchange: Exchange) -> None:
        super().__init__(outlet, texts, self._choose)
        self._marks = marks
        self._exchange = exchange
        self._seen: list[bytes] = []

    async def piece(self, data: bytes, *, status: int = 200) -> None:
        """What of it may go on."""
        self._seen.append(data)
        sent = len(self._exchange.sent)
        await super().piece(data, status=status)
        self._keep(sent)

    async def end(self) -> None:
        """What was held back, and the end."""
        sent = len(self._exchange.sent)
        await super().end()
        self._keep(sent)

    async def whole(self, status: int, body: bytes) -> None:
        """Changed, and sent on."""
        sent = len(self._exchange.sent)
        await self._outlet.whole(status, restored(self._texts, body, self._marks))
        self._seen = [body]
        self._keep(sent)

    def _choose(self, spot: Spot) -> Filter:
        return Open() if spot.sealed else Restoring(self._marks, quoted=spot.arguments)

    def _keep(self, sent: int) -> None:
        if len(self._exchange.sent) > sent:
            self._exchange.sent[sent:] = self._seen
            self._seen = []


def restored(texts: Texts, body: bytes, marks: Marks) -> bytes:
    """A whole answer with the data in the place of their marks."""
    answer = _read(body)
    changed = False
    for spot in texts.answered(answer):
        if not spot.sealed and (told := marks.restore(spot.text, quoted=spot.arguments)) != spot.text:
            spot.put(told)
            changed = True
    if not changed:
        return body
    return _encode(answer)


def words_of(texts: Texts, body: bytes) -> str:
    """All words of a whole answer; of one that is no JSON, everything."""
    answer = _read(body)
    return joined(texts.answered(answer)) if answer else body.decode("utf-8", "replace")


def words_of_stream(texts: Texts, stream: bytes) -> str:
    """All words of a stream, each text in one piece; what comes once more at its end counts where it is new."""
    cutter = Cutter()
    told: dict[Channel, list[str]] = {}
    again: list[str] = []
    for event in [*cutter.feed(stream), *cutter.rest()]:
        for spot in texts.streamed(json_of(event) or {}):
            if spot.more:
                told.setdefault(spot.channel, []).append(spot.text)
            else:
                again.append(spot.text)
    words = ["".join(pieces) for pieces in told.values()]
    return "\n\n".join([*words, *(text for text in dict.fromkeys(again) if text not in words)])


def joined(spots: Iterable[Spot]) -> str:
    """Texts one after the other."""
    return "\n\n".join(spot.text for spot in spots)


def _read(body: bytes) -> Json:
    try:
        return _object.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
