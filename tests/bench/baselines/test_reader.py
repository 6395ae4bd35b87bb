from __future__ import annotations

import pytest

from vouch.bench.baselines.reader import Found, best, candidates, least_score, teacher
from vouch.errors import BadRequest
from vouch.models.minilm.minilm import MiniLM
from vouch.values.request import Example

PARAGRAPH = (
    "The bridge over the Lahn was opened in 1884. The bridge was designed by Friedrich Holm and is 212 metres long. "
    "Swallows nest under its arches every spring."
)


def asked(question: str) -> str:
    return f"Paragraph: {PARAGRAPH}\nQuestion: {question}"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the bridge opened?", "1884"),
        ("Who designed the bridge?", "Friedrich Holm"),
        ("How many metres long is it?", "212"),
    ],
)
async def test_words_of_a_fitting_kind_are_found(embedder: MiniLM, question: str, answer: str) -> None:
    assert (await best(asked(question), embedder)).text == answer


async def test_nothing_is_found_in_nothing(embedder: MiniLM) -> None:
    assert await best("Paragraph: \nQuestion: Who?", embedder) == Found("", -1.0)
    assert await best("Paragraph: 1 2 3.\nQuestion: Who is it?", embedder) != Found("", -1.0)
    assert await best("Paragraph:   \nQuestion: Who?", embedder) == Found("", -1.0)
    assert await best("Paragraph: the of.\nQuestion: Who is it?", embedder) == Found("", -1.0)


async def test_it_learns_when_to_be_silent(embedder: MiniLM) -> None:
    right = [Example(asked("When was the bridge opened?"), "1884"), Example(asked("Who designed the bridge?"), "Holm")]
    silent = Example(asked("What do penguins eat in winter?"), "unanswerable")
    pupil = await teacher(embedder)([*right, silent])
    assert await pupil(asked("When was the bridge opened?")) == "1884"
    assert await pupil(asked("What do penguins eat in winter?")) == "unanswerable"
    mute = await teacher(embedder)([silent])
    assert await mute(asked("When was the bridge opened?")) == "unanswerable"
    with pytest.raises(BadRequest, match="was given none"):
        await teacher(embedder)([])


def test_the_least_score_is_where_speaking_pays() -> None:
    known = [
        (Found("a b", 0.9), "a b"),
        (Found("c", 0.8), "d"),
        (Found("e", 0.7), "e"),
        (Found("f", 0.6), ""),
        (Found("g", 0.1), "g"),
    ]
    # Those above .6 gain two; the one at .6 loses one, and the last gains it back, which is no more than two.
    assert least_score(known) == 0.7
    assert least_score([(Found("a", 0.5), "")]) == float("inf")
    assert least_score([]) == float("inf")


def test_words_of_the_question_are_no_answer() -> None:
    found = [each.text for each in candidates("Who met Ada Byron?", "Ada Byron met Charles Holm in London.", 0.5)]
    assert found[:2] == ["Charles Holm", "London"]
    assert not any("Ada" in each for each in found)
