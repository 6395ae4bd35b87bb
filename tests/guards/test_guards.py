"""All guards together: the promise they keep, and how an app asks them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from vouch import guards
from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import run
from vouch.contracts.guard import Guard, Judgement, Sided, WithPassages
from vouch.contracts.knowledge import Passage
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt

ALL = [
    lambda: guards.deny(["word"]),
    lambda: guards.grounded(["A passage."]),
    guards.injection,
    guards.invisible,
    lambda: guards.personal(["email", "card"]),
    lambda: guards.secrets(["correct horse"]),
    lambda: guards.shape({"type": "object"}),
]


@pytest.mark.parametrize("make", ALL)
async def test_each_is_a_frozen_guard_whose_equals_judge_equally(make: object) -> None:
    one, other = make(), make()  # type: ignore[operator]
    assert isinstance(one, Guard)
    assert (one, one.name) == (other, other.name)
    with pytest.raises(AttributeError):
        one.name = "another"
    for text in ("", "\ud800 half a pair", "é" * 3_000):
        assert isinstance(await one.judge(text), Judgement)


def test_only_two_look_at_one_side_and_one_at_passages() -> None:
    made = [make() for make in ALL]
    assert [guard.name.partition("(")[0] for guard in made if isinstance(guard, Sided)] == ["grounded", "shape"]
    assert [guard.name.partition("(")[0] for guard in made if isinstance(guard, WithPassages)] == ["grounded"]


async def test_an_app_asks_them_on_their_sides(house: House) -> None:
    app = App(name="a", models=[Scripted(['{"ok": true}', "ok"])], guards=[guards.shape(), guards.deny(["mallory"])])
    assert (await run(app, "no JSON", house)).status == "answered"
    assert (await run(app, "Mallory says hi", house)).status == "blocked"
    after = await run(app, "no JSON", house)
    assert (after.status, after.why) == ("blocked", "no JSON: JSON is malformed: invalid character (byte 0)")


class Library:
    version = "1"

    async def recall(self, query: str) -> Sequence[Passage]:
        return [Passage("policy.md", "Refunds are paid within 14 days.", 0.9)]


async def test_an_app_hands_over_the_passages_it_found(house: House) -> None:
    prompt = Prompt.text("Answer from {{ passages }}", inputs={"passages": {"type": "array"}})
    model = Scripted(["Refunds are paid within 14 days.", "Refunds are paid within 30 days."])
    app = App(name="a", models=[model], prompt=prompt, knowledge=Library(), guards=[guards.grounded()])
    assert (await run(app, "When?", house)).status == "answered"
    blocked = await run(app, "When?", house)
    assert (blocked.status, blocked.output) == ("blocked", "")
    assert "a number that is in none" in blocked.why
