"""An app as a model: the last thing the client said is asked of it, and its run goes on where the conversation does.

It does not know formats, nor how an app decides.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Final

from vouch.app.house import House
from vouch.app.run import run as run_app
from vouch.app.run import say
from vouch.app.steps import Listener
from vouch.errors import BadRequest
from vouch.serve.apps import PREFIX, Apps
from vouch.values.event import Event
from vouch.values.message import Message, Text, assistant
from vouch.values.request import Answer, Delta, Done, Request, TextDelta, extend, history_of
from vouch.values.result import Result

_GOES_ON: Final = frozenset({"answered", "abstained", "waiting"})

REMEMBERED: Final = 10_000
"""Conversations that a process knows to go on with."""


class AppModel:
    """`name` is `app/...`. Clients send a whole conversation each time; by what was said, it is known which run it is.

    A client's own tools and settings are not the app's: they are passed over.
    """

    def __init__(self, name: str, apps: Apps, house: House) -> None:
        self._name = name
        self._apps = apps
        self._house = house
        self._runs: OrderedDict[str, str] = OrderedDict()

    @property
    def name(self) -> str:
        """`app/` and the app's name."""
        return self._name

    async def answer(self, request: Request) -> Answer:
        """The app's answer; raises `BadRequest` for a conversation that is not known here."""
        return self._answered(request, await self._ask(request, None))

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same, its words as they come."""
        pieces: asyncio.Queue[Delta | None] = asyncio.Queue()
        said: list[str] = []

        def listen(happened: Event | Delta) -> None:
            if isinstance(happened, TextDelta):
                said.append(happened.text)
                pieces.put_nowait(happened)

        asking = asyncio.create_task(self._ask(request, listen))
        asking.add_done_callback(lambda _: pieces.put_nowait(None))
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
            answer = self._answered(request, await asking)
            # What the app says in the end may be other than its model's words: a guard or a policy may have changed it.
            if not said and answer.text:
                yield TextDelta(answer.text)
            yield Done(answer)
        finally:
            if not asking.done():
                asking.cancel()

    async def aclose(self) -> None:
        """Nothing: the house belongs to whoever made it."""

    async def _ask(self, request: Request, listener: Listener | None) -> Result:
        app = self._apps.app(self._name.removeprefix(PREFIX))
        told = _told(request)
        if not told or told[-1].role != "user" or not told[-1].text:
            raise BadRequest(
                f"{self._name} is asked with the words of a user: send them as the last message", status=400
            )
        if len(told) == 1:
            return await run_app(app, told[-1].text, self._house, chat=True, listener=listener)
        known = self._runs.get(history_of(told[:-1]))
        if known is None:
            raise BadRequest(
                f"this conversation with {self._name} is not known here (any more): begin it anew",
                status=400,
            )
        return await say(app, known, told[-1].text, self._house, listener=listener)

    def _answered(self, request: Request, result: Result) -> Answer:
        text = result.output or result.why
        told = _told(request)
        if result.status in _GOES_ON:
            self._runs[extend(history_of(told), assistant(text))] = result.run
            while len(self._runs) > REMEMBERED:
                self._runs.popitem(last=False)
        finish = "abstained" if result.status == "abstained" else "stop"
        return Answer(assistant(text), result.usage, finish, self._name, result.confidence, id=result.run)


def _told(request: Request) -> list[Message]:
    """What was said, in words alone: clients send back more or less of the rest."""
    return [Message(one.role, (Text(one.text),)) for one in request.messages if one.role != "system"]
