"""The classifier as a model: what it learns from, what it answers, and how it behaves when many ask at once."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.models.classifier.words import TOPICS, Words, sentences

from vouch.contracts.model import Learner, Model
from vouch.errors import BadRequest, ConfigError
from vouch.models.classifier.classifier import _KEPT, Classifier
from vouch.models.minilm.minilm import MiniLM
from vouch.models.minilm.places import find
from vouch.values.message import assistant, system, user
from vouch.values.request import Done, Example, Frame, Request, Settings, TextDelta, ask, frame

TAUGHT = frame("local/classifier", examples=sentences(10))


def about(words: str, taught: Frame = TAUGHT) -> Request:
    return ask(taught, [system("Be quick."), user(words)])


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def model(words: Words) -> Classifier:
    return Classifier(embedder=words)


async def test_it_answers_with_a_label_and_says_how_sure_it_is(model: Classifier) -> None:
    assert isinstance(model, Model)
    assert isinstance(model, Learner)
    for label, topic in TOPICS.items():
        answer = await model.answer(about(topic))
        assert (answer.text, answer.finish, answer.model) == (label, "stop", "local/classifier")
        assert answer.usage.total_tokens == 0
        assert answer.confidence is not None
        assert 0.7 < answer.confidence < 1
    unsure = await model.answer(about("refund my parcel money delivery"))
    assert unsure.confidence is not None
    assert unsure.confidence < 0.8
    await model.aclose()


async def test_a_stream_is_the_same_answer(model: Classifier) -> None:
    deltas = [delta async for delta in model.stream(about("refund my money back"))]
    answer = await model.answer(about("refund my money back"))
    assert deltas == [TextDelta("refund"), Done(answer)]


async def test_without_a_frame_of_examples_the_conversation_teaches(model: Classifier) -> None:
    messages = [system("Sort these.")]
    for example in sentences(2):
        messages += [user(example.input), assistant(example.output)]
    answer = await model.answer(ask(frame("local/classifier"), [*messages, user("my parcel is late")]))
    assert answer.text == "shipping"


@pytest.mark.parametrize(
    ("examples", "given"),
    [((), "0 of them with 0 different"), ((Example("a", "x"), Example("b", "x")), "2 of them with 1 different")],
)
async def test_without_two_labels_it_says_what_to_give(
    model: Classifier, examples: tuple[Example, ...], given: str
) -> None:
    taught = frame("local/classifier", examples=examples)
    with pytest.raises(BadRequest, match=f"was given {given} labels; it needs at least two.*Give the frame `examples`"):
        await model.answer(about("refund my money back", taught))
    with pytest.raises(BadRequest, match=given):
        await model.out_of_fold(taught)


async def test_without_a_question_it_says_so(model: Classifier) -> None:
    with pytest.raises(BadRequest, match="was given no user message to answer"):
        await model.answer(ask(TAUGHT, [system("hello")]))


async def test_a_label_outside_the_schema_is_refused(model: Classifier) -> None:
    def settled(schema: dict[str, object]) -> Frame:
        return frame("local/classifier", settings=Settings(output_schema=schema), examples=TAUGHT.examples)

    with pytest.raises(BadRequest, match=r"taught the label 'shipping' \(1 such labels\), but output_schema allows"):
        await model.answer(about("refund my money back", settled({"enum": ["refund", "login"]})))
    for schema in ({"enum": [*TOPICS, "more"]}, {"type": "string"}):
        assert (await model.answer(about("refund my money back", settled(schema)))).text == "refund"


async def test_out_of_fold_gives_one_trial_an_example(model: Classifier) -> None:
    trials = await model.out_of_fold(TAUGHT)
    assert len(trials) == len(TAUGHT.examples)
    assert sum(right for _, right in trials) > 0.8 * len(trials)
    assert all(0 < confidence < 1 for confidence, _ in trials)


async def test_it_learns_once_and_answers_those_who_wait_together(model: Classifier, words: Words) -> None:
    topics = [topic for topic in TOPICS.values() for _ in range(10)]
    answers = await asyncio.gather(*[model.answer(about(topic)) for topic in topics])
    assert {answer.text for answer in answers} == set(TOPICS)
    assert words.calls == [len(TAUGHT.examples), 30]
    await asyncio.gather(model.out_of_fold(TAUGHT), *[model.answer(about(topic)) for topic in topics])
    assert words.calls == [len(TAUGHT.examples), 30, 30]


async def test_equal_examples_in_another_frame_are_not_learned_again(model: Classifier, words: Words) -> None:
    await model.answer(about("refund my money back"))
    again = frame("local/classifier", examples=(*TAUGHT.examples,))
    assert again.examples is not TAUGHT.examples
    await model.answer(about("refund my money back", again))
    assert words.calls.count(len(TAUGHT.examples)) == 1


async def test_who_gives_up_waiting_does_not_stop_the_lesson(model: Classifier, words: Words) -> None:
    first = asyncio.create_task(model.answer(about("refund my money back")))
    second = asyncio.create_task(model.answer(about("parcel delivery late")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).text == "shipping"
    with pytest.raises(asyncio.CancelledError):
        await first
    assert words.calls == [len(TAUGHT.examples), 1]


class Broken(Words):
    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        await super().embed(texts)
        if len(self.calls) == 1:
            raise BadRequest("no vectors today")
        return await super().embed(texts)


async def test_a_lesson_that_fails_is_tried_again(tmp_path: Path) -> None:
    model = Classifier(embedder=Broken(), cache=tmp_path)
    found = await asyncio.gather(*[model.answer(about("money back")) for _ in range(2)], return_exceptions=True)
    assert [str(error) for error in found] == ["no vectors today"] * 2
    assert (await model.answer(about("refund my money back"))).text == "refund"


async def test_what_is_kept_in_a_folder_is_not_learned_again(tmp_path: Path) -> None:
    one = await Classifier(embedder=Words(), cache=tmp_path).answer(about("refund money"))
    words = Words()
    assert await Classifier(embedder=words, cache=tmp_path).answer(about("refund money")) == one
    assert words.calls == [1]
    words.fingerprint = "words-2"
    await Classifier(embedder=words, cache=tmp_path).answer(about("refund money"))
    assert words.calls == [1, len(TAUGHT.examples), 1]


async def test_the_lessons_used_least_are_forgotten(model: Classifier, words: Words) -> None:
    for seed in range(_KEPT + 1):
        await model.answer(about("refund my money back", frame("local/classifier", examples=sentences(2, seed=seed))))
    assert len(model._pupils) == len(model._keys) == _KEPT
    words.calls.clear()
    await model.answer(about("refund my money back", frame("local/classifier", examples=sentences(2, seed=_KEPT))))
    assert words.calls == [1]


def test_one_model_serves_several_event_loops_in_turn(model: Classifier, words: Words) -> None:
    async def many() -> set[str]:
        answers = await asyncio.gather(*[model.answer(about(topic)) for topic in TOPICS.values()])
        return {answer.text for answer in answers}

    async def cut_short() -> None:
        asyncio.create_task(model.answer(about("refund my money back")))  # noqa: RUF006 - dies with its loop
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(cut_short())
    assert asyncio.run(many()) == set(TOPICS)
    assert asyncio.run(many()) == set(TOPICS)
    gc.collect()


async def test_closing_ends_a_lesson_under_way(words: Words) -> None:
    model = Classifier("local/mine", embedder=words)
    asked = asyncio.create_task(model.answer(about("refund my money back")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await model.aclose()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert (await model.answer(about("refund my money back"))).model == "local/mine"


async def test_with_real_sentence_vectors() -> None:
    try:
        find()
    except ConfigError as absent:
        pytest.skip(str(absent))
    encoder = MiniLM.open()
    taught = (
        Example("Where is my parcel?", "shipping"),
        Example("It has still not arrived", "shipping"),
        Example("When will the courier come?", "shipping"),
        Example("I want my money back", "refund"),
        Example("Please return the payment", "refund"),
        Example("Cancel it and credit my card", "refund"),
    )
    model = Classifier(embedder=encoder)
    answers = await asyncio.gather(
        *[
            model.answer(about(words, frame("local/classifier", examples=taught)))
            for words in ("The package never came", "Could you reimburse me?")
        ]
    )
    assert [answer.text for answer in answers] == ["shipping", "refund"]
    encoder.close()
