"""What baselines share: they answer whole, from the worked examples in a request's frame.

It does not know what any of them learns.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from vouch.errors import BadRequest
from vouch.values.message import assistant
from vouch.values.request import Answer, Delta, Example, Request, in_one_piece

Pupil = Callable[[str], Awaitable[str]]
"""From a text to its answer, once it is taught."""

Teacher = Callable[[Sequence[Example]], Awaitable[Pupil]]
"""From worked examples to a pupil; raises `BadRequest` for examples that teach nothing."""


class Taught:
    """A `Model`: a pupil of `teacher`, taught once for each set of examples. `version` says how it learns."""

    def __init__(self, name: str, teacher: Teacher, *, version: str = "1") -> None:
        self.name = name
        self.version = version
        self._teacher = teacher
        self._lock = asyncio.Lock()
        self._last: tuple[Sequence[Example], Pupil] | None = None

    async def answer(self, request: Request) -> Answer:
        """The pupil's answer to the last message; raises `BadRequest` without one."""
        if not request.messages or request.messages[-1].role != "user":
            raise BadRequest(f"{self.name} was given no user message to answer; end the messages with one")
        examples = request.frame.examples
        async with self._lock:
            if self._last is None or self._last[0] is not examples:
                self._last = examples, await self._teacher(examples)
            pupil = self._last[1]
        return Answer(assistant(await pupil(request.messages[-1].text)), model=self.name)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same answer in one piece."""
        for delta in in_one_piece(await self.answer(request)):
            yield delta

    async def aclose(self) -> None:
        """Forget what was learned."""
        self._last = None
