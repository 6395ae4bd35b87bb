from __future__ import annotations

from collections.abc import Sequence

import pytest

from vouch.bench.baselines import shelf, trivial
from vouch.bench.baselines.sentences import sentences
from vouch.bench.baselines.taught import Pupil, Taught
from vouch.contracts.model import Model
from vouch.errors import BadRequest, UsageError
from vouch.models.minilm.minilm import MiniLM
from vouch.values.message import assistant, user
from vouch.values.request import Done, Example, Request, TextDelta, ask, frame

EXAMPLES = (Example("1", "a"), Example("2", "b"), Example("3", "b"))


def asking(text: str, examples: tuple[Example, ...] = EXAMPLES, name: str = "baseline/frequent") -> Request:
    return ask(frame(name, examples=examples), [user(text)])


async def test_it_is_taught_once_for_the_same_examples() -> None:
    lessons: list[int] = []

    async def teacher(examples: Sequence[Example]) -> Pupil:
        lessons.append(len(examples))

        async def answer(text: str) -> str:
            return text.upper()

        return answer

    model = Taught("baseline/upper", teacher)
    assert isinstance(model, Model)
    assert [(await model.answer(asking(text))).text for text in "ab"] == ["A", "B"]
    assert lessons == [3]
    assert (deltas := [each async for each in model.stream(asking("c", EXAMPLES[:2]))])[:1] == [TextDelta("C")]
    assert isinstance(deltas[-1], Done)
    await model.aclose()
    await model.answer(asking("a"))
    assert lessons[-1] == 3


async def test_a_question_is_wanted() -> None:
    model = shelf.baseline("baseline/frequent", lambda: pytest.fail("no embedder is wanted"))
    for messages in ([], [user("a"), assistant("b")]):
        with pytest.raises(BadRequest, match="end the messages with one"):
            await model.answer(ask(frame("x", examples=EXAMPLES), messages))


async def test_the_most_frequent_answer_and_the_first_sentence() -> None:
    frequent = shelf.baseline("baseline/frequent", lambda: pytest.fail("no embedder is wanted"))
    assert (await frequent.answer(asking("?"))).text == "b"
    with pytest.raises(BadRequest, match="was given none"):
        await trivial.frequent(())
    lead = shelf.baseline("baseline/lead", lambda: pytest.fail("no embedder is wanted"))
    assert (await lead.answer(asking("One is. Two are.", ()))).text == "One is."
    assert (await lead.answer(asking("  ", ()))).text == ""


def test_baselines_by_name(embedder: MiniLM) -> None:
    for name in shelf.NAMES:
        assert shelf.baseline(name, lambda: embedder).name == name
    assert embedder.fingerprint in shelf.baseline("baseline/tagger", lambda: embedder).version
    with pytest.raises(UsageError, match="no baseline 'baseline/best'; there are: baseline/frequent"):
        shelf.baseline("baseline/best", lambda: embedder)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One is. Two are! “Are they?” She left", ["One is.", "Two are!", "“Are they?", "She left"]),
        ("J. Smith paid 3.50 dollars. it was e.g. much", ["J. Smith paid 3.50 dollars. it was e.g. much"]),
        ("a heading\n\nA line", ["a heading", "A line"]),
        ("", []),
    ],
)
def test_sentences(text: str, cut: list[str]) -> None:
    assert sentences(text) == cut
