"""Documents that hypothesis makes: Markdown of headings, paragraphs, lists, tables and code, every block another."""

from __future__ import annotations

from hypothesis import strategies as st

from vouch.knowledge.reading.markdown import read_markdown
from vouch.values.document import Chunk, Document

WORDS = st.sampled_from(
    [
        "lamp",
        "bulb",
        "refund",
        "order",
        "ships",
        "12",
        "within",
        "e.g.",
        "Dr.",
        "days.",
        "policy?",
        "yes!",
        "東京。",
        "a",
    ]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)


@st.composite
def blocks(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["heading", "text", "text", "text", "list", "table", "code"]))
    text = draw(SENTENCES)
    lines = draw(st.lists(SENTENCES, min_size=1, max_size=6))
    if kind == "heading":
        return f"{'#' * draw(st.integers(1, 3))} {text[:40]}"
    if kind == "list":
        return "\n".join(f"- {line}" for line in lines)
    if kind == "table":
        return "\n".join(["| what | why |", "| --- | --- |", *(f"| {line} | x |" for line in lines)])
    return "```\n" + "\n\n".join(lines) + "\n```" if kind == "code" else text


def numbered(pieces: list[str]) -> list[str]:
    """Blocks of which none is like another."""
    return [piece if piece.startswith("```") else f"{piece} no{number}x" for number, piece in enumerate(pieces)]


TEXTS = st.lists(blocks(), max_size=25).map(numbered).map("\n\n".join)


def document(text: str) -> Document:
    return read_markdown(text.encode(), "guide.md")


def check(source: Document, chunks: tuple[Chunk, ...]) -> None:
    """What holds of all chunks: their text stands at their span, and nothing but blanks is in none of them."""
    covered = bytearray(len(source.text))
    for place, chunk in enumerate(chunks):
        start, end = chunk.span
        assert source.text[start:end] == chunk.text
        assert chunk.text.strip()
        assert (chunk.place, chunk.document) == (place, source.id)
        covered[start:end] = b"\1" * (end - start)
    assert not "".join(sign for sign, seen in zip(source.text, covered, strict=True) if not seen).strip()
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    assert [chunk.span for chunk in chunks] == sorted(chunk.span for chunk in chunks)
