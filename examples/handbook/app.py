"""Handbook: questions over a folder of some 200 pages, each answer with the document, version and span it stands in.

It runs with no key and no language model: `local/reader` finds the words that answer, or is not sure enough; then
`NotFound` says so.
"""

from collections.abc import AsyncIterator
from pathlib import Path

from vouch import App, Gate, Prompt, Proof
from vouch.knowledge.knowledge import Knowledge
from vouch.values.message import assistant
from vouch.values.request import Answer, Delta, Request, in_one_piece

from . import scoring
from .generate import write_pages

HERE = Path(__file__).parent


class NotFound:
    """The last model to be asked: it says that nothing was found, whatever the question."""

    name = "handbook/not-found"
    version = "1"

    async def answer(self, request: Request) -> Answer:
        """The one thing it says, to whatever request."""
        del request
        return Answer(assistant(scoring.NOT_FOUND), model=self.name)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same, in one piece."""
        for delta in in_one_piece(await self.answer(request)):
            yield delta

    async def aclose(self) -> None:
        """It holds nothing."""


# The pages are written by a generator and not kept in Git.
write_pages(HERE / "pages")

handbook = App(
    name="handbook",
    prompt=Prompt.file("prompts/handbook.prompt.md"),
    models=["local/reader", NotFound()],
    knowledge=Knowledge("pages/**/*.*", root=HERE, limit=3),
    least_confidence=0.5,
    proofs=[
        Proof(
            "cases.jsonl",
            scoring.cited(),
            Gate(claim=0.55, no_worse_than=0.03),
            also=[scoring.words(), scoring.places()],
        )
    ],
)
