"""Cases that a model writes from documents: question, answer, and the words that it rests on, for people to review.

It does not know the documents' kinds, nor who reviews. Nothing here is a case yet: a line becomes one when somebody has
accepted it and it is imported.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import numpy as np
from msgspec import Struct

from vouch.app.house import House
from vouch.contracts.embedder import Embedder
from vouch.contracts.judge import Heard, Question
from vouch.contracts.model import Model
from vouch.errors import CaseError
from vouch.judges.clerk import Clerk
from vouch.judges.judge import structured
from vouch.prompts.prompt import Prompt
from vouch.proof.passages import Passage, spread
from vouch.values.digest import digest

ALIKE: Final = 0.85
"""Questions whose vectors have this cosine or more ask the same, where their answers agree, too: "when do you open on
Monday" and "on Sunday" have 0.95."""

TAG: Final = "synthetic"

_FILE: Final = Path(__file__).parent / "prompts" / "synthetic-cases.prompt.md"


class Written(Struct, frozen=True):
    """A question that a model wrote, as a line to be reviewed. `accepted` is false until a person says otherwise."""

    accepted: bool
    id: str
    input: str
    expected: str
    source: str
    quote: str
    tags: tuple[str, ...]
    made_by: str


class Made(NamedTuple):
    """The lines to review; how many were left out as asking the same, and why passages gave none."""

    written: tuple[Written, ...]
    twice: int
    alike: int
    failed: tuple[str, ...]
    calls: int


async def make_cases(
    passages: Sequence[Passage],
    model: str | Model,
    house: House,
    *,
    wanted: int = 50,
    embedder: Embedder | None = None,
    concurrency: int = 16,
) -> Made:
    """Let `model` write `wanted` questions or fewer, each found in a passage; recorded and found again.

    A quote that is not in its passage goes back to the model. Questions that ask the same are left out: in the same
    words, and with an `embedder` in others. Raises `CaseError` for a number below 1, and where no passage gave any.
    """
    if wanted < 1 or not passages:
        raise CaseError(f"{wanted!r} questions about {len(passages)} passages: 1 or more of both are wanted")
    clerk = Clerk(house, concurrency=concurrency)
    asked = spread(passages, wanted)
    heard = await _all(clerk, model, asked)
    failed = tuple(
        f"{passage.document}, passage {passage.number}: {said.why}"
        for (passage, _), said in zip(asked, heard, strict=True)
        if said.failed
    )
    name = house.model(model).name
    several = [
        _written(case, passage, name)
        for (passage, count), said in zip(asked, heard, strict=True)
        for case in _cases(said)[:count]
    ]
    if not several:
        raise CaseError(
            f"the model {name!r} wrote no question: {failed[0] if failed else 'the passages hold no facts'}"
        )
    once = list({_bare(each.input): each for each in reversed(several)}.values())[::-1]
    kept = await _unlike(once, embedder) if embedder is not None else once
    return Made(tuple(kept), len(several) - len(once), len(once) - len(kept), failed, clerk.calls)


async def _all(clerk: Clerk, model: str | Model, asked: Sequence[tuple[Passage, int]]) -> list[Heard]:
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(clerk.ask(_question(model, passage, count))) for passage, count in asked]
    except BaseExceptionGroup as several:
        # All fail alike where the model does not exist or the journal fails: one error says it.
        raise several.exceptions[0] from None
    return [task.result() for task in tasks]


def _question(model: str | Model, passage: Passage, count: int) -> Question:
    prompt = _prompt()

    def check(value: Any) -> Any:
        for case in value["cases"]:
            if not case["question"].strip() or not case["answer"].strip():
                raise ValueError("A question or an answer is empty: write both, or leave the entry out.")
            if not _bare(case["quote"]) or _bare(case["quote"]) not in _bare(passage.text):
                raise ValueError(f"The quote {case['quote']!r} is not in the passage: copy its words letter by letter.")
        return value

    return Question(
        judge=model,
        prompt=prompt.name,
        version=prompt.version,
        messages=prompt.render("", {"passage": passage.text, "count": count}),
        settings=prompt.settings,
        read=structured(prompt, check),
        reading=f"synthetic:{digest(passage.text)[:16]}",
        case=f"{passage.document}#{passage.number}",
    )


def _cases(said: Heard) -> list[dict[str, str]]:
    return [] if said.failed else cast("list[dict[str, str]]", said.value["cases"])


def _written(case: dict[str, str], passage: Passage, model: str) -> Written:
    question = case["question"].strip()
    return Written(
        accepted=False,
        id=f"s-{digest((passage.document, question))[:12]}",
        input=question,
        expected=case["answer"].strip(),
        # Questions about one document are alike: they count together.
        source=passage.document,
        quote=case["quote"],
        tags=(TAG,),
        made_by=model,
    )


async def _unlike(several: Sequence[Written], embedder: Embedder) -> list[Written]:
    """Those that ask something else than all before them: in other words, or with another answer."""
    vectors = await embedder.embed([each.input for each in several])
    kept: list[int] = []
    for place, each in enumerate(several):
        near = np.flatnonzero(vectors[kept] @ vectors[place] >= ALIKE).tolist() if kept else []
        if not any(_agree(several[kept[other]].expected, each.expected) for other in near):
            kept.append(place)
    return [several[place] for place in kept]


def _agree(one: str, other: str) -> bool:
    """Whether one answer says nothing that the other does not."""
    first, second = (set(re.findall(r"\w+", text.casefold())) for text in (one, other))
    return first <= second or second <= first


def _bare(text: str) -> str:
    """The words of a text: no capitals, marks at its end or gaps tell two texts apart."""
    return re.sub(r"\s+", " ", text).strip(" .?!").casefold()


@cache
def _prompt() -> Prompt:
    return Prompt.file(_FILE)
