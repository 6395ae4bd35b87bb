from __future__ import annotations

import msgspec
import numpy as np
import pytest

from vouch.bench.baselines.kinds import Kinds, centers
from vouch.bench.baselines.tagger import Sentence, teacher, train
from vouch.bench.entities import Entity, read_entities
from vouch.errors import BadRequest
from vouch.models.minilm.minilm import MiniLM
from vouch.values.request import Example

PEOPLE = ("Ada", "Alan", "Grace", "Edgar", "Barbara", "Donald")
PLACES = ("Rome", "Paris", "Berlin", "Madrid", "Lisbon", "Vienna")


def taught() -> list[Example]:
    return [
        Example(
            f"{person} {verb} to {place} today",
            msgspec.json.encode([{"type": "person", "text": person}, {"type": "place", "text": place}]).decode(),
        )
        for person in PEOPLE
        for place, verb in zip(PLACES, ("went", "flew", "drove", "walked", "moved", "wrote"), strict=True)
    ] + [Example("nobody went home today", "[]"), Example("what a day", "[]")]


async def test_it_finds_names_that_no_example_has(embedder: MiniLM) -> None:
    pupil = await teacher(embedder)(taught())
    assert read_entities(await pupil("Charles flew to London today")) == [
        Entity("person", "Charles"),
        Entity("place", "London"),
    ]
    assert await pupil("nobody wrote today") == "[]"
    again = await teacher(embedder)(taught())
    assert await again("Mary moved to Oslo today") == await pupil("Mary moved to Oslo today")


async def test_examples_without_entities_teach_nothing(embedder: MiniLM) -> None:
    for examples in ([], [Example("what a day", "[]")], [Example("what a day", "no list")]):
        with pytest.raises(BadRequest, match=f"was given {len(examples)} without any"):
            await teacher(embedder)(examples)


def test_weights_are_averaged_and_unknown_words_are_no_error() -> None:
    sentences = [Sentence(["Ada", "sleeps"], ["B-person", "O"]), Sentence(["it", "rains"], ["O", "O"])] * 5
    tagger = train(sentences, {})
    assert tagger.tag(["Ada", "sleeps"], {}) == ["B-person", "O"]
    assert tagger.scores(["never seen"]).tolist() == [0.0, 0.0]
    assert tagger.tag([], {}) == []


async def test_kinds_of_words(embedder: MiniLM) -> None:
    kinds = Kinds(embedder)
    await kinds.learn([*PEOPLE, *PLACES, ":)", "12"])
    known = await kinds.of(["Oslo", ":)"])
    assert len(known["Ada"]) == 3
    assert len(known["Oslo"]) == 3
    assert ":)" not in known
    assert all(kind.split(".")[0] in ("32", "128", "512") for kind in known["Ada"])
    empty = Kinds(embedder)
    await empty.learn([":)"])
    assert (await empty.of(["Ada"]))["Ada"] == ()


def test_centers_lie_in_the_midst_of_what_is_alike() -> None:
    angles = np.array([0.0, 0.1, 0.2, 2.0, 2.1, 2.2])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = sorted(np.arctan2(*row[::-1]) for row in centers(vectors, 2))
    assert found == pytest.approx([0.1, 2.1], abs=1e-4)
    assert centers(vectors, 6).shape == (6, 2)
