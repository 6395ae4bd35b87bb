"""Tests of a model as planner: what it is shown, what it may answer, and what an answer that is none leads to."""

from __future__ import annotations

import msgspec
import pytest

from vouch.contracts.provenance import Planner, Step
from vouch.errors import MalformedAnswer
from vouch.models.scripted import Scripted
from vouch.provenance.planning import ModelPlanner
from vouch.values.request import ToolSpec

PAY = ToolSpec("pay", "Pay someone.", {"type": "object"}, writes=True)


async def plan(answer: str) -> tuple[Step, ...]:
    planned = await ModelPlanner(Scripted([answer])).plan(["pay Ann 5"], [PAY])
    return planned.plan.steps


async def test_a_model_plans_from_what_the_user_said() -> None:
    answer = '```json\n{"steps": [{"tool": "pay", "fixed": {"to": "Ann"}, "sources": {"account": "book"}}]}\n```'
    assert await plan(answer) == (Step("pay", {"to": "Ann"}, {"account": "book"}),)
    assert await plan('{"steps": []}') == ()


async def test_it_is_shown_the_tools_and_the_words_and_nothing_else() -> None:
    model = Scripted(['{"steps": []}'])
    planner = ModelPlanner(model)
    assert isinstance(planner, Planner)
    assert planner.name == f"model({model.name})"
    await planner.plan(["pay Ann 5", "and Bob"], [PAY])
    (request,) = model.requests
    shown = msgspec.json.decode(request.messages[1].text)
    assert shown["the user said"] == ["pay Ann 5", "and Bob"]
    assert [tool["name"] for tool in shown["tools"]] == ["pay"]
    assert request.frame.settings.output_schema is not None


@pytest.mark.parametrize("answer", ["I cannot plan that.", '{"steps": [{"fixed": {}}]}', '{"steps": 3}', ""])
async def test_an_answer_that_is_no_plan_is_said_to_be_none(answer: str) -> None:
    with pytest.raises(MalformedAnswer, match="gave no plan"):
        await plan(answer)
