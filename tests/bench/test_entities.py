from __future__ import annotations

import pytest

from vouch.bench.entities import Entity, EntityF1, bio, read_entities, tagged, written
from vouch.values.case import Case
from vouch.values.result import Result

TOKENS = ["Ada", "Lovelace", "met", "Ada", "in", "St.", "James", "'s", "Square"]
TAGS = ["B-person", "I-person", "O", "B-person", "O", "B-location", "I-location", "I-location", "I-location"]
CASE = Case("c", " ".join(TOKENS), TAGS)


def test_what_is_written_is_read_as_the_same_tags() -> None:
    output = written(TOKENS, TAGS)
    entities = read_entities(f"Here they are:\n```json\n{output}\n```")
    assert entities == [
        Entity("person", "Ada Lovelace"),
        Entity("person", "Ada"),
        Entity("location", "St. James 's Square"),
    ]
    assert tagged(TOKENS, entities).tags == TAGS


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        # IOB1, of the shared task: B- only where a span follows upon another of its kind.
        ("I-PER I-PER O I-LOC B-LOC I-LOC", "B-PER I-PER O B-LOC B-LOC I-LOC"),
        ("I-PER I-ORG I-ORG", "B-PER B-ORG I-ORG"),
        ("B-PER I-PER O B-ORG B-ORG", "B-PER I-PER O B-ORG B-ORG"),
        ("S-PER O B-LOC I-LOC E-LOC S-LOC", "B-PER O B-LOC I-LOC I-LOC B-LOC"),
        ("", ""),
    ],
)
def test_tags_of_other_schemes_become_bio(tags: str, wanted: str) -> None:
    assert bio(tags.split()) == wanted.split()
    assert bio(wanted.split()) == wanted.split()


def test_spaces_do_not_count_and_what_is_not_there_is_absent() -> None:
    found = tagged(
        TOKENS, [Entity("location", "St. James's Square"), Entity("person", "Ada"), Entity("group", "Nobody")]
    )
    assert found.tags == ["B-person", *["O"] * 4, "B-location", *["I-location"] * 3]
    assert found.absent == ["group"]
    assert tagged(TOKENS, [Entity("x", "Ada Love"), Entity("x", " ")]).absent == ["x", "x"]
    assert tagged(["a"], [Entity("x", "a"), Entity("x", "a")]).absent == ["x"]


@pytest.mark.parametrize(
    "output",
    ["none", "[", '["O"]', '[{"type": "person"}]', '[{"type": " ", "text": "x"}]', "[" * 5000 + "]", "[\ud800]"],
)
def test_anything_else_is_no_list_of_entities(output: str) -> None:
    assert read_entities(output) is None


def test_a_kind_of_several_words_is_one() -> None:
    assert read_entities('[{"type": "creative work", "text": "x"}]') == [Entity("creative-work", "x")]
    assert read_entities("[]") == []


async def test_an_absent_entity_is_one_too_many() -> None:
    right = [{"type": "person", "text": "Ada Lovelace"}, {"type": "person", "text": "Ada"}]
    output = str([*right, {"type": "location", "text": "Rome"}]).replace("'", '"')
    tally = EntityF1().tally(CASE, Result("r", "answered", output))
    assert tally == {"hit person": 2.0, "missed location": 1.0, "extra location": 1.0}
    assert EntityF1().figure(tally) == pytest.approx(2 / 3)
    score = await EntityF1().score(CASE, Result("r", "answered", output))
    assert score.value == pytest.approx(2 / 3)


async def test_tags_are_an_answer_too_and_nothing_where_nothing_is_expected() -> None:
    scorer = EntityF1()
    assert (await scorer.score(CASE, Result("r", "answered", str(TAGS).replace("'", '"')))).right
    empty = Case("c", "just words", ["O", "O"])
    assert (await scorer.score(empty, Result("r", "answered", "[]"))).right
    assert (await scorer.score(empty, Result("r", "failed", why="no model"))).value == 0.0
    assert (await scorer.score(Case("c", "x", "no tags"), Result("r", "answered", "[]"))).unscored
    assert scorer.tally(CASE, Result("r", "failed")) == {"missed person": 2.0, "missed location": 1.0}
