from __future__ import annotations

import asyncio
import functools
import threading
from typing import Any

import pytest
from pydantic import BaseModel

from models.target.asking import asked, request
from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import run
from vouch.contracts.model import Model
from vouch.errors import AppError, BadRequest, ConnectionFailed, MalformedAnswer, ModelError, ModelTimeout
from vouch.models.target.target import UNSEEN, Target
from vouch.values.message import assistant, system, user
from vouch.values.money import Usage
from vouch.values.request import Answer


def shout(text: str) -> str:
    return text.upper()


async def whisper(text: str) -> str:
    await asyncio.sleep(0)
    return text.lower()


class Order(BaseModel):
    total: float


class Callable:
    def __call__(self, text: str) -> str:
        return f"called {text}"


async def test_a_function_is_asked_what_the_user_said_last() -> None:
    target = Target(shout)
    assert isinstance(target, Model)
    assert target.name == "target/shout"
    assert (await asked(target, system("be kind"), "one", assistant("ONE"), "two")).text == "TWO"
    assert (await asked(Target(whisper), "Two")).text == "two"
    assert (await asked(Target(Callable()), "x")).text == "called x"
    assert (await asked(Target(functools.partial(str.replace, "a-b", "-")), "+")).text == "a+b"
    await target.aclose()
    await target.aclose()


async def test_a_function_with_messages_is_given_the_conversation() -> None:
    def count(text: str, messages: list[dict[str, str]]) -> str:
        return f"{text} {[message['role'] for message in messages]}"

    assert (await asked(Target(count), system("s"), "one", assistant("1"), "two")).text == (
        "two ['system', 'user', 'assistant', 'user']"
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"output": "yes"}, "yes"),
        ({"output": {"a": 1}}, '{"a":1}'),
        ({"total": 3}, '{"total":3}'),
        ([1, "b"], '[1,"b"]'),
        (4.5, "4.5"),
        (Order(total=2), '{"total":2.0}'),
        ({"messages": ["a", user("last")]}, "last"),
    ],
)
async def test_what_it_gives_is_a_text_or_json(given: object, text: str) -> None:
    assert (await asked(Target(lambda _: given), "x")).text == text


async def test_it_may_say_how_sure_it_is_and_what_it_used() -> None:
    answer = await asked(
        Target(lambda _: {"output": "a", "confidence": 0.9, "input_tokens": 3, "output_tokens": 2}, name="my/bot"), "x"
    )
    assert (answer.confidence, answer.usage, answer.model) == (0.9, Usage(3, 2), "my/bot")
    whole = Answer(assistant("w"), confidence=0.1)
    assert await asked(Target(lambda _: whole), "x") == whole


@pytest.mark.parametrize(
    ("raised", "kind", "why"),
    [
        (ValueError("no such order"), ModelError, "target/break_ broke: ValueError: no such order; mend it"),
        (KeyError(), ModelError, "target/break_ broke: KeyError; mend it"),
        (TimeoutError("late"), ModelTimeout, "broke: TimeoutError: late"),
        (ConnectionResetError("gone"), ConnectionFailed, "broke: ConnectionResetError: gone"),
        (BadRequest("as it is"), BadRequest, "^as it is$"),
    ],
)
async def test_what_breaks_is_an_error_of_a_model(raised: Exception, kind: type[ModelError], why: str) -> None:
    def break_(_: str) -> str:
        raise raised

    with pytest.raises(ModelError, match=why) as error:
        await Target(break_).answer(request(Target(break_), "x"))
    assert type(error.value) is kind


async def test_nothing_and_what_json_cannot_hold_are_malformed() -> None:
    for given, why in ((None, r"gave nothing \(None\)"), ({1j}, "gave a set, which JSON cannot hold")):
        target = Target(lambda _, given=given: given, name="a/b")
        with pytest.raises(MalformedAnswer, match=why):
            await target.answer(request(target, "x"))


async def test_one_that_takes_too_long_is_given_up() -> None:
    async def sleep(_: str) -> str:
        await asyncio.sleep(60)
        return ""

    target = Target(sleep, timeout=0.01)
    with pytest.raises(ModelTimeout, match="target/sleep broke: TimeoutError"):
        await target.answer(request(target, "x"))


async def test_functions_that_block_run_beside_each_other() -> None:
    together = threading.Barrier(20, timeout=10)

    def wait(text: str) -> str:
        together.wait()
        return text

    target = Target(wait)
    answers = await asyncio.gather(*[target.answer(request(target, str(n))) for n in range(20)])
    assert [answer.text for answer in answers] == [str(n) for n in range(20)]
    await target.aclose()


class Graph:
    """As a compiled graph of LangGraph looks from outside."""

    def get_state(self) -> None: ...

    async def ainvoke(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"messages": [*state["messages"], assistant(f"graph {state['messages'][-1]['content']}")]}


class Runnable:
    name = "My Chain"

    def invoke(self, text: str) -> str:
        return f"chain {text}"


class Engine:
    class Response:
        def __init__(self, response: str) -> None:
            self.response = response

    async def achat(self, text: str) -> Response:
        return self.Response(f"engine {text}")


class Agent:
    class Ended:
        output = "agent"

        class usage:  # noqa: N801 - an attribute
            input_tokens = 5
            output_tokens = 1

    async def run(self, text: str) -> Ended:
        return self.Ended()


class Workflow:
    def run(self, **events: str) -> asyncio.Future[str]:
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        done.set_result(f"workflow {events['user_msg']}")
        return done


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (Graph(), "graph hi"),
        (Runnable(), "chain hi"),
        (Engine(), "engine hi"),
        (Agent(), "agent"),
        (Workflow(), "workflow hi"),
    ],
)
async def test_objects_are_known_by_their_methods(what: object, text: str) -> None:
    assert (await asked(Target(what), "hi")).text == text


async def test_what_is_sent_and_read_may_be_told() -> None:
    class Chain:
        async def ainvoke(self, given: dict[str, str]) -> dict[str, str]:
            return {"answer": given["question"] + "!"}

    target = Target(Chain(), send=lambda text: {"question": text}, read=lambda found: found["answer"])
    assert (await asked(target, "hi")).text == "hi!"
    assert Target(Runnable()).name == "target/My-Chain"
    assert (await asked(Target(Agent()), "hi")).usage == Usage(5, 1)


def test_a_changed_function_is_another_version_and_an_object_one_in_each_process() -> None:
    def made(sign: int) -> App:
        return App(name="a", models=[Target(lambda text: text * sign, name="a/b")])

    def other() -> App:
        return App(name="a", models=[Target(lambda text: text + "!", name="a/b")])

    assert made(2).version == made(2).version != made(3).version != other().version
    assert Target(Graph()).version == UNSEEN
    assert Target(print).version == UNSEEN
    assert Target(Graph(), version="7").version == "7"
    assert Target(Callable()).version == ""
    assert App(name="a", models=[Target(shout, version="1")]).version != App(name="a", models=[Target(shout)]).version


def test_what_nobody_can_ask_is_refused() -> None:
    with pytest.raises(AppError, match=r"Target\(3\): give a function of a text, or an object with one of: ainvoke"):
        Target(3)
    with pytest.raises(AppError, match="a positive number of seconds is wanted"):
        Target(shout, timeout=0)
    with pytest.raises(AppError, match=r"Target\(name='bot'\): a name is wanted like that of a model"):
        Target(shout, name="bot")


async def test_an_app_answers_by_it(house: House) -> None:
    result = await run(App(name="a", models=[Target(shout)], prompt="Answer."), "hi", house)
    assert (result.status, result.output, result.model) == ("answered", "HI", "target/shout")
