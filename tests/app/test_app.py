from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from vouch import scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.contracts.guard import Judgement
from vouch.contracts.knowledge import Passage
from vouch.errors import AppError
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.tools.function import tool
from vouch.values.case import Case, Dataset
from vouch.values.request import Example, Settings


@tool(trust="trusted")
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


class Guarding:
    def __init__(self, name: str) -> None:
        self.name = name

    async def judge(self, text: str) -> Judgement:
        return Judgement(passed=True)


class Knowing:
    def __init__(self, version: str) -> None:
        self.version = version

    async def recall(self, query: str) -> list[Passage]:
        return []


PROOF = Proof("cases.jsonl", scorers.label())
KNOWING_PROMPT = Prompt.text("From {{ passages }}", inputs={"passages": {"type": "array"}})


def test_an_app_is_a_frozen_value() -> None:
    app = App(name="a", models=["local/classifier"], tools=[add], guards=[Guarding("g")], proofs=[PROOF])
    assert (app.models, app.tools, app.proofs) == (("local/classifier",), (add,), (PROOF,))
    assert app.instructions == Prompt.text("")
    with pytest.raises(FrozenInstanceError):
        app.name = "b"  # type: ignore[misc]
    changed = replace(app, prompt="Be kind.")
    assert (changed.version != app.version, changed.models) == (True, app.models)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, r"App\(name=''\): give a short name without spaces"),
        ({"name": "two words"}, "give a short name without spaces"),
        ({"name": "tab\t"}, "give a short name without spaces"),
        ({"name": "bell\a"}, "give a short name without spaces"),
        ({"name": 7}, r"App\(name=7\)"),
        ({"models": []}, "has no models; give at least one, such as 'local/classifier'"),
        ({"models": "local/classifier"}, r"App\(models='local/classifier'\): give a list"),
        ({"models": ["gpt-4o"]}, "model 'gpt-4o' has no provider; write provider/model, such as 'openai/gpt-4o'"),
        ({"models": [None]}, "None is not a model; give a name, such as"),
        ({"models": ["a/b", Scripted([], name="a/b")]}, "has two models of one name: a/b, a/b; rename one"),
        ({"tools": add}, "give a list"),
        ({"tools": [len]}, "<built-in function len> is not a tool; put @tool above its definition"),
        ({"tools": [add, add]}, "has two tools of one name: add, add"),
        ({"guards": [print]}, "is not a guard; give one with a name and `async def judge`"),
        ({"guards": [Guarding("g"), Guarding("g")]}, "has two guards of one name: g, g"),
        ({"proofs": PROOF}, "give a list"),
        ({"proofs": ["cases.jsonl"]}, "'cases.jsonl' is not a proof; give Proof"),
        ({"proofs": [PROOF, Proof("more/cases.jsonl", scorers.exact())]}, "has two proofs of one name: cases, cases"),
        ({"prompt": 3}, r"App\(prompt=3\): give a Prompt, or its system message as text"),
        ({"prompt": None}, r"App\(prompt=None\)"),
        ({"least_confidence": 1.1}, r"App\(least_confidence=1.1\): give a share from 0 to 1"),
        ({"least_confidence": -0.1}, "give a share from 0 to 1"),
        ({"repairs": -1}, r"App\(repairs=-1\): give 0 or more"),
        ({"knowledge": Knowing("1")}, "has knowledge, but its prompt has no input `passages`"),
    ],
)
def test_an_app_that_is_declared_wrongly_is_an_error_at_once(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(AppError, match=message):
        App(**{"name": "a", "models": ["local/classifier"], **wrong})


BASE: dict[str, Any] = {"name": "a", "models": ["x/y"], "prompt": KNOWING_PROMPT}


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": KNOWING_PROMPT.with_examples([Example("q", "a")])},
        {
            "prompt": Prompt.text(
                "From {{ passages }}", inputs={"passages": {"type": "array"}}, settings=Settings(seed=1)
            )
        },
        {"models": ["x/z"]},
        {"models": ["x/y", "x/z"]},
        {"tools": [add]},
        {"guards": [Guarding("g")]},
        {"knowledge": Knowing("1")},
        {"least_confidence": 0.5},
        {"repairs": 3},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_version_changes_with_all_that_answers_depend_on(change: dict[str, Any]) -> None:
    assert App(**{**BASE, **change}).version != App(**BASE).version


def test_a_version_does_not_depend_on_what_is_claimed_or_spent_or_on_the_name() -> None:
    from vouch.app.budget import Budget

    app = App(**BASE)
    assert replace(app, proofs=[PROOF], budget=Budget(steps=1)).version == app.version
    assert replace(app, name="b").version == app.version
    assert replace(app, name="b").key("?") != app.key("?") != app.key("!")
    assert replace(app, knowledge=Knowing("1")).version != replace(app, knowledge=Knowing("2")).version


def test_all_models_see_the_same_frame_but_for_the_name() -> None:
    app = App(name="a", models=["x/y", Scripted([], name="s/t")], tools=[add])
    assert app.model_names == ("x/y", "s/t")
    frames = app.frames
    assert [(name, frame.model) for name, frame in frames.items()] == [("x/y", "x/y"), ("s/t", "s/t")]
    assert len({frame.digest for frame in frames.values()}) == 1
    assert frames["x/y"].tools == (add.spec,)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Gate(claim=99), r"Gate\(claim=99\): give a share between 0 and 1, such as 0.95"),
        (lambda: Gate(claim=1.0), r"Gate\(claim=1.0\)"),
        (lambda: Gate(claim="0.9"), r"Gate\(claim='0.9'\)"),  # type: ignore[arg-type]
        (lambda: Gate(confidence=0), r"Gate\(confidence=0\)"),
        (lambda: Gate(no_worse_than=2), r"Gate\(no_worse_than=2\)"),
        (lambda: Gate(alone=[0.95, 98]), r"Gate\(alone\[1\]=98\)"),
        (lambda: Proof("cases.jsonl", "label"), r"Proof\(scorer='label'\): give a scorer, such as scorers.label\(\)"),  # type: ignore[arg-type]
        (lambda: Proof(["a"], scorers.label()), r"Proof\(cases=\['a'\]\): give a file of cases, or a Dataset"),  # type: ignore[arg-type]
    ],
)
def test_a_claim_that_is_declared_wrongly_is_an_error_at_once(make: Callable[[], object], message: str) -> None:
    with pytest.raises(AppError, match=message):
        make()


def test_a_proof_is_called_after_its_cases_unless_it_has_a_name() -> None:
    assert Proof("data/refunds.jsonl", scorers.label()).name == "refunds"
    assert Proof(Path("refunds.jsonl"), scorers.label()).name == "refunds"
    assert Proof(Dataset("numbers", (Case("a", "b"),)), scorers.label()).name == "numbers"
    assert Proof("refunds.jsonl", scorers.label(), name="own").name == "own"
    assert Gate(alone=[0.9]).alone == (0.9,)
