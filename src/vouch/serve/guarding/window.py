"""A text judged while it comes: its last words are held back until what follows them was looked at, too.

It does not know what is looked for. What is found within `hold` characters never goes on, not even in part. Each
character is looked at four times at most, however long the text is.
"""

from __future__ import annotations

from vouch.serve.guarding.judging import Judging


class Window:
    """A filter that holds back `hold` to twice as many characters."""

    def __init__(self, judging: Judging, *, hold: int) -> None:
        self._judging = judging
        self._hold = hold
        self._text = ""
        self._gone = 0
        """How many characters of `_text` have gone on: they stay for a while, for what follows to be read with."""

    async def feed(self, text: str) -> str:
        """What may go on; raises `RequestRefused`."""
        self._text += text
        waiting = len(self._text) - self._gone
        if waiting < 2 * self._hold:
            return ""
        # A number or a word that is not whole yet might be taken for something else.
        end = max(self._text.rfind(sign) for sign in " \n")
        if end < self._gone + self._hold:
            if waiting < 4 * self._hold:
                return ""
            end = len(self._text)
        await self._judging.judge(self._text[:end])
        return self._go_on(end - self._hold)

    async def rest(self) -> str:
        """All that was held back."""
        await self._judging.judge(self._text)
        return self._go_on(len(self._text))

    def _go_on(self, until: int) -> str:
        told = self._text[self._gone : until]
        kept = max(0, until - self._hold)
        if kept:
            space = self._text.find(" ", kept, until)
            kept = space if space >= 0 else kept
        self._text = self._text[kept:]
        self._gone = until - kept
        return told


class Open:
    """A filter that lets everything pass."""

    async def feed(self, text: str) -> str:
        """All of it."""
        return text

    async def rest(self) -> str:
        """Nothing was held back."""
        return ""
