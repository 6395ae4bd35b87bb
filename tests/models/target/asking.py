"""One question to a model, as an app would ask it."""

from __future__ import annotations

from vouch.contracts.model import Model
from vouch.values.message import Message, user
from vouch.values.request import Answer, Done, Request, TextDelta, ask, frame


def request(model: Model, *messages: Message | str) -> Request:
    said = [user(message) if isinstance(message, str) else message for message in messages]
    return ask(frame(model.name), said)


async def asked(model: Model, *messages: Message | str) -> Answer:
    """The answer, the same whole and streamed."""
    answer = await model.answer(request(model, *messages))
    deltas = [delta async for delta in model.stream(request(model, *messages))]
    assert deltas[-1] == Done(answer)
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == answer.text
    return answer
