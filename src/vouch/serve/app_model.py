"""An app as a model: the last thing the client said is asked of it, and its run goes on where the conversation does.

It does not know formats, nor how an app decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

from vouch.app.house import House
from vouch.app.run import run as run_app
from vouch.app.run import say
from vouch.app.steps import Listener
from vouch.errors import BadRequest, RunConflict
from vouch.serve.apps import PREFIX, Apps
from vouch.values.digest import digest
from vouch.values.event import Event, InputGiven, RunStarted, RunWaiting
from vouch.values.message import Message, Text, assistant
from vouch.values.request import Answer, Delta, Done, Request, TextDelta
from vouch.values.result import Result


class AppModel:
    """`name` is `app/...`, and `whose` tells conversations of one client from those of others.

    Clients send a whole conversation each time. Which run it is follows from the journal: the one of the same client in
    which exactly this was said so far. So it goes on in any process, and after a restart; and where two conversations
    are still the same, each of them goes on in a run of its own. A client's own tools and settings are not the app's:
    they are passed over.
    """

    def __init__(self, name: str, apps: Apps, house: House, *, whose: str = "") -> None:
        self._name = name
        self._apps = apps
        self._house = house
        self._whose = whose

    @property
    def name(self) -> str:
        """`app/` and the app's name."""
        return self._name

    async def answer(self, request: Request) -> Answer:
        """The app's answer; raises `BadRequest` for a conversation that is not known here."""
        return self._answered(await self._ask(request, None))

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
            answer = self._answered(await asking)
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
        words = [one.text for one in told]
        key = digest(("conversation", app.name, self._whose, words[0]))
        if len(words) == 1:
            return await run_app(app, words[0], self._house, chat=True, key=key, listener=listener)
        for run in await self._house.journal.open_of_key(key):
            if conversation_of(await self._house.journal.read(run)) == words[:-1]:
                # Where another process goes on with it at this moment, it is no longer the one that is meant.
                with suppress(RunConflict):
                    return await say(app, run, words[-1], self._house, listener=listener)
        raise BadRequest(
            f"this conversation with {self._name} is not known here (any more): begin it anew",
            status=400,
        )

    def _answered(self, result: Result) -> Answer:
        finish = "abstained" if result.status == "abstained" else "stop"
        text = result.output or result.why
        return Answer(assistant(text), result.usage, finish, self._name, result.confidence, id=result.run)


def conversation_of(events: Iterable[Event]) -> list[str]:
    """What was said in a chat so far, the client and the app in turn."""
    said: list[str] = []
    for event in events:
        match event.body:
            case RunStarted() | InputGiven() as heard:
                said.append(str(heard.input))
            case RunWaiting() as waiting:
                said.append(str(waiting.output) or waiting.why)
            case _:
                pass
    return said


def _told(request: Request) -> list[Message]:
    """What was said, in words alone: clients send back more or less of the rest."""
    return [Message(one.role, (Text(one.text),)) for one in request.messages if one.role != "system"]
