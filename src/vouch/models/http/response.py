"""A response: its status and headers, and its body as it comes in.

It does not know the connection it comes from, only how to break it off.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from vouch.models.http.body import Body


class Response:
    """A response whose head is here. `headers` have lower-case names; repeated ones are joined by a comma.

    Read it to the end, or close it: until then it keeps its connection from others. Reading raises
    `ConnectionFailed`, `ModelTimeout` or `MalformedAnswer` when the rest does not come.
    """

    __slots__ = ("_abort", "_body", "headers", "status")

    def __init__(self, status: int, headers: dict[str, str], body: Body, abort: Callable[[], None]) -> None:
        self.status = status
        self.headers = headers
        self._body = body
        self._abort = abort

    @property
    def ended(self) -> bool:
        """Whether the whole body has come in, or no more of it will."""
        return self._body.ended

    async def read(self) -> bytes:
        """The rest of the body, whole."""
        pieces: list[bytes] = []
        while piece := await self._take():
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def chunks(self) -> AsyncIterator[bytes]:
        """The rest of the body as it comes in, in pieces of any size but none empty."""
        return self

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        # Not a generator: one that is left half-way would have to be closed by somebody.
        if piece := await self._take():
            return piece
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Stop reading. The connection is closed, unless the whole body has come in already."""
        self.close()

    def close(self) -> None:
        """The same at once, for those who cannot wait."""
        # A connection whose response is whole may be serving another request already.
        if not self._body.ended:
            self._abort()

    async def _take(self) -> bytes:
        try:
            return await self._body.take()
        except BaseException:
            self.close()
            raise
