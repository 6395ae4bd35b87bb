"""One question asked in several ways."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.knowledge.test_retrievers import LAMPS, RETURNS, STAFF, library, texts

from vouch.errors import ModelError, UsageError
from vouch.knowledge.question import Question, Retriever
from vouch.knowledge.searches import hybrid, keyword
from vouch.knowledge.several import rephrased, several
from vouch.models.scripted import Scripted


async def test_each_part_is_asked_and_the_rankings_are_one(tmp_path: Path) -> None:
    among = await library(tmp_path, RETURNS, LAMPS)
    found = await texts(several(keyword()), "Do shoes come back? What bulbs do lamps use?", among, 2)
    assert set(found) == {"Shoes cannot come back.", "Lamps use bulbs."}


async def test_by_hand_and_the_question_itself_counts_double(tmp_path: Path) -> None:
    among = await library(tmp_path, RETURNS, LAMPS)

    def ways(question: str) -> Sequence[str]:
        return ["bulbs", question, " "]

    found = await several(keyword(), ways).find(Question("receipt"), among)
    assert [(hit.chunk.text, hit.score) for hit in found] == [
        ("Bring the receipt.", pytest.approx(2 / 61)),
        ("Lamps use bulbs.", pytest.approx(1 / 61)),
    ]


async def test_every_way_keeps_the_scope(tmp_path: Path) -> None:
    among = await library(tmp_path, LAMPS, STAFF)
    assert "Staff returns lamps by post." not in await texts(several(hybrid(), lambda _: ["staff post"]), "x", among)


async def test_a_model_writes_other_wordings(tmp_path: Path) -> None:
    among = await library(tmp_path, RETURNS, LAMPS)
    model = Scripted(["1. bulbs of lamps\n\n- proof of purchase, receipt\n3) shoes\n4) staff"])
    found = await texts(rephrased(keyword(), model), "illumination", among)
    assert {"Lamps use bulbs.", "Bring the receipt.", "Shoes cannot come back."} <= set(found)
    assert [message.text for message in model.requests[0].messages][1] == "illumination"
    assert "At most 3" in model.requests[0].messages[0].text
    with pytest.raises(ModelError):
        await texts(rephrased(keyword(), Scripted(list[str]())), "lamps", among)


def test_settings_are_checked_and_named() -> None:
    with pytest.raises(UsageError, match="rephrased"):
        rephrased(keyword(), Scripted([""]), count=0)
    made = [
        several(keyword()),
        several(hybrid()),
        several(keyword(), str.split),
        several(keyword(), called="mine"),
        rephrased(keyword(), Scripted([""])),
        rephrased(keyword(), Scripted([""]), count=2),
    ]
    assert len({each.name for each in made}) == len(made)
    assert all(isinstance(each, Retriever) for each in made)
