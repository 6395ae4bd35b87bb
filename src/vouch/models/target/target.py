"""A function, or an object of another framework, in a model's place.

It does not know what happens inside: for the journal it is one answer of one model.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from uuid import uuid4

from vouch.errors import AppError, ConnectionFailed, ModelError, ModelTimeout, VouchError
from vouch.models.target.calling import call_of, name_of
from vouch.models.target.given import answer_of, asked
from vouch.values.request import Answer, Delta, Request, in_one_piece

_THREADS: Final = 32
"""Calls of one target that may wait at the same time, where its function is not asynchronous."""

UNSEEN: Final = uuid4().hex
"""The version of what nobody can look into: another in each process, so that no old answer stands for a new one."""


class Target:
    """Asks a function or an object: `App(name="bot", models=[Target(bot)])`.

    A function gets what the user said last and gives a text, or an object (see `answer_of`); it may be asynchronous.
    Which objects are known is told in `calling`. `send` makes what is given to it of the text, `read` takes the answer
    out of what comes back, where neither is as usual. `timeout` is in seconds.

    `version` decides whether an answer in the journal still stands. Without one, the function's own code is looked at
    (as `vouch.tools.code` tells); of an object nothing is seen, so it is asked anew in each process.
    """

    def __init__(
        self,
        what: Any,
        *,
        name: str = "",
        version: str = "",
        send: Callable[[str], object] | None = None,
        read: Callable[[Any], object] | None = None,
        timeout: float | None = None,
    ) -> None:
        if timeout is not None and not timeout > 0:
            raise AppError(f"Target(timeout={timeout!r}): a positive number of seconds is wanted")
        self._call = call_of(what)
        self._send = send
        self._read = read
        self._timeout = timeout
        self._threads: ThreadPoolExecutor | None = None
        self.name = name or f"target/{name_of(what)}"
        if "/" not in self.name:
            raise AppError(f"Target(name={name!r}): a name is wanted like that of a model, such as 'target/bot'")
        self.version = version or ("" if self._call.seen else UNSEEN)

    @property
    def functions(self) -> tuple[object, ...]:
        """The code that decides the answer, as far as it can be seen."""
        return tuple(part for part in (self._call.function, self._send, self._read) if part is not None)

    async def answer(self, request: Request) -> Answer:
        """What the target says to what the user said last; raises a `ModelError` when it breaks or takes too long."""
        text, messages = asked(request)
        try:
            async with asyncio.timeout(self._timeout):
                given = await self._given(text, messages)
            return answer_of(given if self._read is None else self._read(given), self.name)
        except VouchError:
            raise
        except Exception as error:
            raise self._told(error) from error

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same answer in one piece."""
        for delta in in_one_piece(await self.answer(request)):
            yield delta

    async def aclose(self) -> None:
        """Let the threads go; what still runs in them runs to its end."""
        if self._threads is not None:
            self._threads.shutdown(wait=False)
            self._threads = None

    async def _given(self, text: str, messages: list[dict[str, str]]) -> object:
        if self._send is not None:
            positional, keywords = (self._send(text),), {}
        else:
            positional, keywords = self._call.arguments(text, messages)
        function = functools.partial(self._call.function, *positional, **keywords)
        given: object = function() if self._call.waits else await self._in_thread(function)
        return await given if inspect.isawaitable(given) else given

    async def _in_thread(self, function: Callable[[], object]) -> object:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, "vouch-target")
        within = contextvars.copy_context().run
        return await asyncio.get_running_loop().run_in_executor(self._threads, within, function)

    def _told(self, error: Exception) -> ModelError:
        kind = ModelTimeout if isinstance(error, TimeoutError) else ModelError
        if isinstance(error, ConnectionError):
            kind = ConnectionFailed
        why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return kind(f"{self.name} broke: {why}; mend it, or call it by itself with the same text")
