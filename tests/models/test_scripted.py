from __future__ import annotations

import pytest

from vouch.contracts.model import Model
from vouch.errors import ModelError, RateLimited
from vouch.models.scripted import Line, Scripted
from vouch.values.message import ToolCall, assistant, user
from vouch.values.money import Usage
from vouch.values.request import Answer, CallDelta, Delta, Done, Request, TextDelta, ask, frame

CALL = ToolCall("call-1", "add", '{"a": 1}')


def request(text: str = "hi") -> Request:
    return ask(frame("scripted/model"), [user(text)])


async def streamed(model: Scripted) -> list[Delta]:
    return [delta async for delta in model.stream(request())]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("yes", Answer(assistant("yes"), model="scripted/model")),
        ("", Answer(assistant(""), model="scripted/model")),
        (CALL, Answer(assistant("", CALL), finish="tools", model="scripted/model")),
        ((CALL, CALL), Answer(assistant("", CALL, CALL), finish="tools", model="scripted/model")),
        (assistant("let me see", CALL), Answer(assistant("let me see", CALL), finish="tools", model="scripted/model")),
        (Answer(assistant("x"), usage=Usage(1, 2)), Answer(assistant("x"), usage=Usage(1, 2))),
    ],
)
async def test_a_line_may_be_words_calls_a_message_or_an_answer(line: Line, answer: Answer) -> None:
    model = Scripted([line])
    assert isinstance(model, Model)
    assert await model.answer(request()) == answer
    assert (await streamed(Scripted([line])))[-1] == Done(answer)


async def test_lines_come_in_turn_and_requests_are_kept() -> None:
    model = Scripted(iter(["one", RateLimited("slow down", retry_after=3), "two"]), name="a/b")
    assert (await model.answer(request("1"))).text == "one"
    with pytest.raises(RateLimited, match="slow down") as limited:
        await model.answer(request("2"))
    assert limited.value.retry_after == 3
    assert (await model.answer(request("3"))).model == "a/b"
    for _ in range(2):
        with pytest.raises(ModelError, match="no more lines; give it one for every request"):
            await model.answer(request("4"))
    assert [asked.messages[-1].text for asked in model.requests] == ["1", "2", "3", "4", "4"]
    await model.aclose()


async def test_a_function_may_answer_from_the_request() -> None:
    model = Scripted(lambda asked: asked.messages[-1].text.upper())
    assert (await model.answer(request("loud"))).text == "LOUD"


async def test_a_stream_is_the_same_answer_word_by_word() -> None:
    text = "  It has\tno\nend, \n says he. "
    deltas = await streamed(Scripted([assistant(text, CALL)]))
    pieces = [delta.text for delta in deltas if isinstance(delta, TextDelta)]
    assert "".join(pieces) == text
    assert len(pieces) == 7
    assert deltas[-2:] == [CallDelta(0, CALL.arguments, CALL.id, CALL.name), deltas[-1]]
    assert isinstance(deltas[-1], Done)
    assert deltas[-1].answer.message == assistant(text, CALL)
    with pytest.raises(ModelError):
        await streamed(Scripted([]))
