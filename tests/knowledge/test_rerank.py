"""A second look at hits, without a model and with one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.knowledge.made import document
from tests.knowledge.test_retrievers import LAMPS, library, texts

from vouch.errors import ModelError, UsageError
from vouch.knowledge.question import Library, Question, Retriever
from vouch.knowledge.rerank import FEATURES, WEIGHTS, features, second_look
from vouch.knowledge.rerank_model import graded
from vouch.knowledge.searches import hybrid, keyword
from vouch.knowledge.wrapping import reranked
from vouch.models.scripted import Scripted
from vouch.values.document import Chunk

ORDER, TITLE, ALIKE = range(3)


def chunk(text: str, *headings: str, place: int = 0) -> Chunk:
    return Chunk(text[:20], "a", text, (0, len(text)), place, headings=headings)


def test_order_by_hand() -> None:
    asked = [chunk("warranty of lamps, two years"), chunk("nothing else"), chunk("lamps")]
    found = features("warranty lamps years", asked)[:, ORDER]
    # Of three chunks `warranty` and `years` stand in one, `lamps` in two; the common word between does not part a pair.
    rare, often = np.log1p(3), np.log1p(3 / 2)
    assert found == pytest.approx([(rare + often) / (2 * (rare + often)), 0, 0])
    assert features("warranty lamps", [chunk("the warranty lamps")])[0, ORDER] == pytest.approx(1)
    assert features("of the", [chunk("of the")]).tolist() == [[0, 0, 0]]
    assert features("x", []).shape == (0, len(FEATURES))


def test_titles_are_headings_or_a_first_line() -> None:
    asked = [
        chunk("They are bright.", "Lamps"),
        chunk("Lamps\nThey are bright."),
        chunk("Lamps\nAre bright.", place=1),
        chunk("Lamps"),
    ]
    assert features("lamps", asked)[:, TITLE] == pytest.approx([1, 1, 0, 0])


def test_alike_is_the_mean_cosine_to_the_best_others() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1], [1, 0], [0, 1]], np.float32)
    found = features("x", [chunk(str(number)) for number in range(5)], vectors)[:, ALIKE]
    assert found[0] == pytest.approx((0.6 + 0 + 1) / 3)
    assert found[4] == pytest.approx((0 + 0.8 + 1) / 3)
    assert features("x", [chunk("1")], vectors[:1])[0, ALIKE] == 0


def test_weights_are_a_mean_of_what_is_looked_at() -> None:
    assert set(WEIGHTS) == set(FEATURES)
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert min(WEIGHTS.values()) >= 0
    looked = np.zeros((3, 3))
    looked[:, ORDER] = [0, 0, 1]
    scores = np.array([3.0, 2.0, 1.0])
    assert second_look(scores, looked, 0.0).argmax() == 0
    assert second_look(scores, looked, 0.9).argmax() == 2
    assert second_look(np.ones(3), np.zeros((3, 3)), 0.5).tolist() == [0, 0, 0]


async def test_a_second_look_prefers_words_that_stand_together(tmp_path: Path) -> None:
    together = "The warranty period of a lamp is two years."
    scattered = "Period lamps have no warranty."
    among = await library(tmp_path, document("a.md", together), LAMPS, document("b.md", scattered))
    assert (await texts(keyword(), "warranty period", among, 1)) == [scattered]
    assert (await texts(reranked(keyword(), weight=0.9), "warranty period", among, 1)) == [together]
    assert (await texts(reranked(hybrid(), weight=0.9), "warranty period", among, 1)) == [together]
    words_only = Library(among.index)
    assert (await texts(reranked(keyword(), weight=0.9), "warranty period", words_only, 1)) == [together]
    assert await texts(reranked(keyword()), "bulbs", words_only) == ["Lamps use bulbs."]


async def test_what_is_not_looked_at_stays_below(tmp_path: Path) -> None:
    among = await library(tmp_path, *(document(f"{n}.md", f"Lamp number {n} is a lamp.") for n in range(9)))
    found = await reranked(keyword(), candidates=3).find(Question("lamp number 4", 9), among)
    assert len(found) == 9
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    first = await keyword().find(Question("lamp number 4", 9), among)
    assert [hit.chunk.id for hit in found[3:]] == [hit.chunk.id for hit in first[3:]]
    assert {hit.chunk.id for hit in found[:3]} == {hit.chunk.id for hit in first[:3]}


async def test_a_model_grades(tmp_path: Path) -> None:
    among = await library(tmp_path, *(document(f"{n}.md", f"Lamp number {n}.") for n in range(3)))
    first = await texts(keyword(), "lamp", among)
    model = Scripted(['```json\n{"grades": [{"passage": 3, "grade": 7}, {"passage": 1, "grade": 1}]}\n```'])
    assert await texts(graded(keyword(), model), "lamp", among) == [first[2], first[0], first[1]]
    shown = model.requests[0].messages[1].text
    assert all(f"[{place}]\n{text}" in shown for place, text in enumerate(first, 1))
    assert model.requests[0].frame.settings.output_schema is not None


@pytest.mark.parametrize(
    "answer", ["", "I cannot.", '{"grades": 3}', '{"grades": [{"passage": 9, "grade": 3}]}', '{"grades": []}']
)
async def test_a_model_that_grades_nothing_changes_nothing(tmp_path: Path, answer: str) -> None:
    among = await library(tmp_path, *(document(f"{n}.md", f"Lamp number {n}.") for n in range(3)))
    model = Scripted([answer])
    assert await texts(graded(keyword(), model), "lamp", among) == await texts(keyword(), "lamp", among)


async def test_a_model_is_not_asked_for_one_hit_and_its_failure_is_told(tmp_path: Path) -> None:
    among = await library(tmp_path, LAMPS)
    silent = Scripted(list[str]())
    assert await texts(graded(keyword(), silent), "bulbs", among) == ["Lamps use bulbs."]
    assert not silent.requests
    with pytest.raises(ModelError):
        await texts(graded(keyword(), silent), "lamps", among)


async def test_a_model_reads_no_more_than_it_should(tmp_path: Path) -> None:
    among = await library(tmp_path, *(document(f"{n}.md", f"Lamp number {n}.") for n in range(5)))
    model = Scripted(['{"grades": [{"passage": 2, "grade": 3}]}'])
    first = await texts(keyword(), "lamp", among)
    found = await texts(graded(keyword(), model, candidates=2, characters=4), "lamp", among)
    assert found == [first[1], first[0], *first[2:]]
    assert "[2]\nLamp" in model.requests[0].messages[1].text
    assert "number" not in model.requests[0].messages[1].text


def test_settings_out_of_range_are_refused() -> None:
    for settings in ({"candidates": 0}, {"characters": 0}):
        with pytest.raises(UsageError, match="graded"):
            graded(keyword(), Scripted([""]), **settings)
    with pytest.raises(UsageError, match="reranked"):
        reranked(keyword(), candidates=0)


def test_names_tell_all_settings() -> None:
    made = [
        reranked(keyword()),
        reranked(keyword(), candidates=9),
        graded(keyword(), Scripted([""])),
        graded(keyword(), Scripted([""], name="scripted/other")),
        graded(keyword(), Scripted([""]), candidates=3),
        graded(hybrid(), Scripted([""])),
    ]
    assert len({each.name for each in made}) == len(made)
    assert all(isinstance(each, Retriever) for each in made)
