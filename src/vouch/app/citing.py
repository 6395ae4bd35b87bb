"""The step that cites: where each sentence of an answer stands in what was recalled, and what goes out of it.

It does not know how a place is found to support a sentence.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

import msgspec

from vouch.app.app import App
from vouch.app.steps import Turn
from vouch.contracts.knowledge import Passage, WithEmbedder
from vouch.contracts.tool import Tool
from vouch.journal.state import RunState
from vouch.knowledge.citing import cite as find_places
from vouch.knowledge.citing_text import marked, withheld
from vouch.knowledge.search_tool import SearchTool
from vouch.values.citation import Citation
from vouch.values.event import AnswerCited, AnyBody

_encode: Final = msgspec.json.Encoder().encode
_citations: Final = msgspec.json.Decoder(tuple[Citation, ...]).decode

UNSUPPORTED: Final = "nothing in the answer is supported by what was found"


class _Row(msgspec.Struct):
    """A passage as the search tool gives it."""

    document: str
    span: tuple[int, int]
    text: str
    version: str = ""


_rows: Final = msgspec.json.Decoder(list[_Row]).decode


def cites(app: App) -> bool:
    """Whether its answers are held against what was recalled."""
    if app.citations == "off" or app.instructions.settings.output_schema is not None:
        return False
    return app.knowledge is not None or any(isinstance(tool, SearchTool) for tool in app.tools)


async def cite(turn: Turn) -> AsyncGenerator[AnyBody]:
    """Look up where each sentence of the last answer stands; what stands nowhere goes out as the app says."""
    app, answer = turn.app, turn.state.messages[-1].text
    embedder = app.knowledge.embedder if isinstance(app.knowledge, WithEmbedder) else None
    said = await find_places(answer, recalled(app, turn.state), question=turn.input, embedder=embedder)
    output = marked(answer, said) if app.citations == "mark" else answer
    output = withheld(answer, said) if app.citations == "withhold" else output
    yield AnswerCited(
        citations=_encode([each.citation for each in said]).decode(),
        sentences=len(said),
        supported=sum(each.citation.supported for each in said),
        changed=output != answer,
        output=output if output != answer else "",
    )


def recalled(app: App, state: RunState) -> list[Passage]:
    """The passages of the last recall, numbered as the prompt got them; then what search tools found in this run."""
    passages = msgspec.json.decode(state.passages, type=list[Passage]) if state.passages else []
    for call in state.calls:
        if not call.failed and isinstance(tool := app.tools_by_name.get(call.name), SearchTool):
            passages += _found(call.content, tool)
    return passages


def _found(content: str, tool: Tool) -> list[Passage]:
    try:
        rows = _rows(content)
    except msgspec.MsgspecError:
        return []  # it found nothing and says so in words
    trusted = tool.trust == "trusted" if isinstance(tool, SearchTool) else False
    return [Passage(row.document, row.text, 0.0, row.span, trusted, row.version) for row in rows]


def citations_of(state: RunState) -> tuple[Citation, ...]:
    """The citations of the last answer."""
    return () if state.cited is None else _citations(str(state.cited.citations))
