from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import run
from vouch.contracts.model import Model
from vouch.errors import ReplayMiss
from vouch.journal.journal import Journal
from vouch.models.replay import Replay
from vouch.models.scripted import Scripted
from vouch.tools.function import tool
from vouch.values.message import ToolCall, assistant, user
from vouch.values.money import Usage
from vouch.values.request import Answer, CallDelta, Done, TextDelta, ask, frame


@tool(trust="trusted")
def stock(article: str) -> int:
    """How many are in stock."""
    return 7


def shop(*models: Model, prompt: str = "You sell lamps.") -> App:
    return App(name="shop", models=models, prompt=prompt, tools=[stock])


def replayed(journal: Journal, **more: str) -> Replay:
    return Replay(journal, name="replay/journal", **more)


async def test_a_recorded_run_is_given_again_without_its_model(house: House) -> None:
    calls = (ToolCall("1", "stock", '{"article": "lamp"}'), ToolCall("2", "stock", "{}"))
    script = [
        Answer(assistant("Let me see.", *calls), usage=Usage(30, 5), finish="tools", model="big-2025"),
        Answer(assistant("We have 7." + "!" * 5000), usage=Usage(60, 8), confidence=0.75, model="big-2025"),
    ]
    recorded = await run(shop(Scripted(script, name="house/big")), "Lamps?", house)
    again = await run(shop(replayed(house.journal)), "Lamps?", house)
    assert (again.status, again.output, again.confidence) == ("answered", recorded.output, 0.75)
    assert (again.usage, again.steps) == (Usage(90, 13), 2)
    assert again.model == "replay/journal"
    # And what was replayed may be replayed.
    assert (await run(shop(replayed(house.journal)), "Lamps?", house)).output == recorded.output


async def test_the_latest_answer_is_given_and_one_model_s_may_be_chosen(house: House) -> None:
    for name, said in (("a/one", "first"), ("b/two", "other"), ("a/one", "second")):
        model = Scripted([said], name=name)
        await run(shop(model), "Lamps?", house)
    [request] = model.requests
    assert (await replayed(house.journal).answer(request)).text == "second"
    assert (await replayed(house.journal, only="b/two").answer(request)).text == "other"
    with pytest.raises(ReplayMiss, match=r"no answer is recorded for 'Lamps\?': .*journal.db' holds no answers of c/3"):
        await replayed(house.journal, only="c/3").answer(request)


async def test_a_miss_names_the_nearest_recorded_run(house: House) -> None:
    near = await run(shop(Scripted(["7"])), "How many lamps do you have in stock?", house)
    await run(shop(Scripted(["Tuesday"])), "When do you close?", house)
    result = await run(shop(replayed(house.journal)), "How many lamps have you in stock?", house)
    assert result.status == "failed"
    assert result.why.startswith("ReplayMiss: no answer is recorded for 'How many lamps have you in stock?'")
    assert f"the nearest recorded run is {near.run} ('How many lamps do you have in stock?')" in result.why
    assert f"`vouch trace {near.run}`" in result.why
    # Another prompt is another request, however equal the question.
    other = shop(replayed(house.journal), prompt="You sell lamps and bulbs.")
    assert "ReplayMiss" in (await run(other, "How many lamps do you have in stock?", house)).why


async def test_an_empty_journal_says_so(house: House) -> None:
    with pytest.raises(ReplayMiss, match="holds no answers of any model"):
        await replayed(house.journal).answer(ask(frame("a/b"), [user("hi")]))


async def test_a_stream_gives_the_words_the_calls_and_the_answer(house: House) -> None:
    call = ToolCall("1", "stock", '{"article": "lamp"}')
    model = Scripted([assistant("Let me see.", call), "7", ""])
    await run(shop(model), "Lamps?", house)
    replay = replayed(house.journal)
    deltas = [delta async for delta in replay.stream(model.requests[0])]
    assert deltas[:2] == [TextDelta("Let me see."), CallDelta(0, call.arguments, "1", "stock")]
    assert deltas[2:] == [Done(await replay.answer(model.requests[0]))]
    assert [type(delta) for delta in [d async for d in replay.stream(model.requests[1])]] == [TextDelta, Done]
    await replay.aclose()


async def test_many_requests_at_once_read_the_journal_once(house: House, tmp_path: Path) -> None:
    model = Scripted(lambda request: request.messages[-1].text.upper())
    await asyncio.gather(*(run(shop(model), f"question {number}", house) for number in range(50)))
    replay = replayed(house.journal)
    answers = await asyncio.gather(*(replay.answer(request) for request in model.requests))
    assert [answer.text for answer in answers] == [request.messages[-1].text.upper() for request in model.requests]
