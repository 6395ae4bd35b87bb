from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from vouch.app import steps
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.turn import Ending, next_step, unjudged
from vouch.contracts.guard import Judgement
from vouch.contracts.knowledge import Passage
from vouch.journal.state import RunState
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.values.event import (
    AnswerChecked,
    AnyBody,
    Event,
    GuardJudged,
    KnowledgeFound,
    ModelAnswered,
    ModelFailed,
    PromptRendered,
    RouteChosen,
    RunStarted,
    ToolRead,
)
from vouch.values.message import ToolCall, user


class Guarding:
    name = "g"

    async def judge(self, text: str) -> Judgement:
        raise AssertionError


class Knowing:
    version = "1"

    async def recall(self, query: str) -> list[Passage]:
        raise AssertionError


PROMPT = Prompt.text(
    "From {{ passages }}", inputs={"passages": {"type": "array"}}, outputs={"type": "string", "enum": ["yes"]}
)
APP = App(
    name="a",
    models=[Scripted([], name="a/one"), Scripted([], name="b/two")],
    prompt=PROMPT,
    knowledge=Knowing(),
    guards=[Guarding()],
    repairs=1,
)
BARE = App(name="b", models=[Scripted([], name="a/one")])
MESSAGES = msgspec.json.encode((user("hi"),)).decode()

started = RunStarted(app="a", version="v", key="k", input="hi")
judged_in = GuardJudged(guard="g", side="input", passed=True)
judged_out = GuardJudged(guard="g", side="output", passed=True)
known = KnowledgeFound(query="hi", hits="[]")
rendered = PromptRendered(prompt="p", version="v", messages=MESSAGES)
routed = RouteChosen(policy="in order", plan=("a/one", "b/two"))
answered = ModelAnswered(model="a/one", request="r", text="yes")
calls = ModelAnswered(model="a/one", request="r", calls=(ToolCall("1", "f", "{}"), ToolCall("2", "f", "{}")))
unsure = ModelAnswered(model="a/one", request="r", text="maybe", confidence=0.4, kept=False)
failed = ModelFailed(model="a/one", request="r", error="Overloaded", message="busy")
given_up = ModelFailed(model="b/two", request="r", error="Unauthorized", message="no key", given_up=True)
asked = (started, judged_in, known, rendered, routed)


def state(*bodies: AnyBody) -> RunState:
    made = RunState("run")
    for seq, body in enumerate(bodies):
        made.apply(Event("run", seq, 1000.0, body))
    return made


@pytest.mark.parametrize(
    ("bodies", "step"),
    [
        ((started,), steps.guard_input),
        ((started, judged_in), steps.recall),
        ((started, judged_in, known), steps.compose),
        ((started, judged_in, known, rendered), steps.route),
        (asked, steps.ask),
        ((*asked, failed), steps.ask),
        ((*asked, unsure), steps.ask),
        ((*asked, calls), steps.read),
        ((*asked, calls, ToolRead(call_id="1", name="f", content="x")), steps.read),
        (
            (*asked, calls, ToolRead(call_id="1", name="f", content="x"), ToolRead(call_id="2", name="f", content="x")),
            steps.ask,
        ),
        ((*asked, answered), steps.check),
        ((*asked, answered, AnswerChecked(passed=False, problem="no")), steps.ask),
        ((*asked, answered, AnswerChecked(passed=True)), steps.guard_output),
        ((*asked, answered, AnswerChecked(passed=True), judged_out), steps.finish),
    ],
)
def test_the_next_step_follows_from_what_has_happened(bodies: tuple[AnyBody, ...], step: Callable[..., Any]) -> None:
    assert next_step(APP, state(*bodies), 1000) is step
    # Pure: asking again changes nothing.
    same = state(*bodies)
    assert next_step(APP, same, 1000) is next_step(APP, same, 1000)


def test_steps_that_an_app_has_no_use_for_are_skipped() -> None:
    taken: list[Any] = []
    bodies: list[AnyBody] = [started]
    for body in (rendered, RouteChosen(policy="in order", plan=("a/one",)), answered):
        taken.append(next_step(BARE, state(*bodies), 1000))
        bodies.append(body)
    taken.append(next_step(BARE, state(*bodies), 1000))
    assert taken == [steps.compose, steps.route, steps.ask, steps.finish]


refused_in = GuardJudged(guard="g", side="input", passed=False, why="a secret")
wrong = AnswerChecked(passed=False, problem="no")


@pytest.mark.parametrize(
    ("bodies", "ending"),
    [
        ((started, refused_in), Ending("blocked", "a secret")),
        (
            (
                *asked,
                answered,
                AnswerChecked(passed=True),
                GuardJudged(guard="g", side="output", passed=False, why="w"),
            ),
            Ending("blocked", "w"),
        ),
        ((*asked, answered, wrong, answered, wrong), Ending("failed", "the answer still did not fit after 1 repairs")),
        ((*asked, given_up, given_up), Ending("failed", "Unauthorized: no key")),
        ((*asked, unsure, unsure), Ending("abstained", "no model was sure enough: a/one had confidence 0.40")),
        (
            (*asked, given_up, msgspec.structs.replace(unsure, confidence=None)),
            Ending("abstained", "no model was sure enough: a/one had no confidence"),
        ),
        ((*asked, unsure, given_up), Ending("abstained", "no model was sure enough: a/one had confidence 0.40")),
    ],
)
def test_a_run_ends_without_an_answer_when_nothing_is_left_to_try(bodies: tuple[AnyBody, ...], ending: Ending) -> None:
    assert next_step(APP, state(*bodies), 1000) == ending


def test_a_budget_stops_a_run_but_never_takes_away_an_answer() -> None:
    app = App(name="a", models=[Scripted([])], budget=Budget(steps=1, seconds=10))
    plan = RouteChosen(policy="in order", plan=("scripted/model",))
    before = state(started, rendered, plan)
    assert next_step(app, before, 1009) is steps.ask
    assert next_step(app, before, 1010) == Ending("stopped", "its budget of 10 s is used up: 10.0 s")
    assert next_step(app, state(started, rendered, plan, calls), 1000) == Ending(
        "stopped", "its budget of 1 steps is used up"
    )
    assert next_step(app, state(started, rendered, plan, answered), 2000) is steps.finish


def test_the_guards_that_have_not_looked_are_known_by_side() -> None:
    assert unjudged(APP, state(started), "input") == APP.guards
    assert unjudged(APP, state(started, judged_in), "input") == ()
    assert unjudged(APP, state(started, judged_in), "output") == APP.guards
