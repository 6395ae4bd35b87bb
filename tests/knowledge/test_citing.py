from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from vouch.contracts.knowledge import Passage
from vouch.knowledge.citing import cite
from vouch.values.citation import Citation

TEXT = "Returns are free within 30 days. Shoes must be unworn. Ask Mira Lund about lamps."
RETURNS = Passage("returns.md", TEXT, 1.0, (100, 100 + len(TEXT)), version="v1")
GIFTS = Passage("gifts.md", "A gift card is good for three years. It cannot be paid out in cash.", 0.9, version="v2")
PASSAGES = [RETURNS, GIFTS]


class Alike:
    """Takes texts about the same thing for alike: whatever holds the same of a few words."""

    name = "alike"
    fingerprint = "alike 1"
    dimensions = 3

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        groups = (("shoe", "footwear"), ("gift", "voucher"), ("",))
        rows = [
            next(at for at, group in enumerate(groups) if any(word in text.lower() for word in group)) for text in texts
        ]
        return np.eye(3, dtype=np.float32)[rows]


async def only(answer: str, passages: Sequence[Passage] = PASSAGES, question: str = "") -> Citation:
    (said,) = await cite(answer, passages, question=question)
    return said.citation


async def test_a_sentence_that_stands_there_is_cited_with_its_exact_place() -> None:
    found = await only("Returns are free within 30 days.")
    assert (found.document, found.version, found.support) == ("returns.md", "v1", 1.0)
    assert TEXT[found.start - 100 : found.end - 100] == "Returns are free within 30 days"


async def test_a_few_words_are_cited_alone_where_the_question_leads() -> None:
    shelf = [
        Passage("a.md", "Lamps are kept for 30 days. Shoes go back within 30 days.", 1.0, (0, 57)),
        Passage("b.md", "Pens are kept for 30 days.", 1.0, (0, 26)),
    ]
    found = await only("30 days", shelf, "How long may I keep pens?")
    assert (found.document, found.start, found.end) == ("b.md", 18, 25)
    found = await only("30 days", shelf, "When do shoes go back?")
    assert (found.document, found.start) == ("a.md", 49)


async def test_other_words_for_the_same_are_supported() -> None:
    found = await only("You can return things for free within 30 days [1].")
    assert (found.document, found.wrong) == ("returns.md", ())
    assert 0.6 <= found.support < 1
    assert TEXT[found.start - 100 : found.end - 100] == "Returns are free within 30 days."


async def test_two_neighbouring_sentences_may_support_one() -> None:
    found = await only("Returns are free within 30 days, and shoes must be unworn.")
    assert TEXT[found.start - 100 : found.end - 100].endswith("must be unworn.")


@pytest.mark.parametrize(
    "sentence",
    [
        "Returns are free within 60 days.",
        "We have a shop in the middle of Paris.",
        "Gift cards can be had at the baker's for 12 euros.",
    ],
)
async def test_what_is_made_up_is_not_supported(sentence: str) -> None:
    found = await only(sentence)
    assert (found.document, found.start, found.end) == ("", 0, 0)
    assert not found.supported


async def test_a_mark_decides_between_two_places_and_a_wrong_one_is_told() -> None:
    twice = [RETURNS, Passage("old.md", TEXT, 0.5, version="v0")]
    assert (await only("Returns are free within 30 days [2].", twice)).document == "old.md"
    assert (await only("Returns are free within 30 days [old.md].", twice)).document == "old.md"
    found = await only("Returns are free within 30 days [2].")
    assert (found.document, found.wrong) == ("returns.md", (" [2]",))
    found = await only("We sell elephants in three sizes [7].")
    assert (found.document, found.wrong) == ("", (" [7]",))
    assert (await only("Returns are free within 30 days [1, 2].")).wrong == ()


async def test_without_its_place_in_the_document_the_whole_passage_is_cited() -> None:
    cut = Passage("long.md", "Shoes must be unworn.", 1.0, (10, 400))
    found = await only("Shoes must be unworn.", [cut])
    assert (found.start, found.end) == (10, 400)


async def test_questions_and_courtesies_claim_nothing() -> None:
    said = await cite("Hello Ann! Shoes must be unworn. Anything else?", PASSAGES)
    assert [each.citation.sentence for each in said] == ["Shoes must be unworn."]
    assert await cite("", PASSAGES) == []
    assert await cite("Is it?", PASSAGES) == []


async def test_a_single_word_is_a_claim_where_it_is_the_whole_answer() -> None:
    assert (await only("Mira")).document == "returns.md"
    assert not (await only("Rollo")).supported
    assert not (await only("Mir")).supported


async def test_nothing_was_recalled() -> None:
    found = await only("Shoes must be unworn [1].", [])
    assert (found.support, found.wrong) == (0.0, (" [1]",))
    assert not (await only("Shoes must be unworn.", [Passage("empty.md", " ", 1.0)])).supported


async def test_closeness_in_meaning_supports_what_shares_no_words() -> None:
    said = await cite("Footwear has to look new. Vouchers last 5 years.", PASSAGES, embedder=Alike())
    assert [each.citation.document for each in said] == ["returns.md", ""]
    assert said[0].citation.support == 1.0
    assert await cite("", PASSAGES, embedder=Alike()) == []


async def test_how_much_support_is_wanted_can_be_said() -> None:
    answer = "Returns are free of charge within 30 days for all."
    (strict,) = await cite(answer, PASSAGES, least=0.99)
    (lax,) = await cite(answer, PASSAGES, least=0.3)
    assert (strict.citation.supported, lax.citation.supported) == (False, True)
    assert strict.citation.support == lax.citation.support
