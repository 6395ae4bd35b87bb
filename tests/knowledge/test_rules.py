"""Rules of reading, cutting and words: when they change, their number must, and indexes by older rules are noticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.knowledge.made import WordVectors

from vouch.errors import UsageError
from vouch.knowledge import knowledge as knowing
from vouch.knowledge.cutting import nested, small
from vouch.knowledge.exact import engine as writing
from vouch.knowledge.exact import snapshot
from vouch.knowledge.knowledge import Knowledge
from vouch.knowledge.reading.formats import read_file
from vouch.knowledge.reading.limits import LIMITS
from vouch.knowledge.rules import CUTTING, READING, RULES, WORDS
from vouch.knowledge.words import words_of
from vouch.values.digest import digest
from vouch.values.document import Document

SAMPLES = {
    "a.md": "---\ntopic: lamps\n---\n# Lamps\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\nNo.",
    "b.html": "<html><title>T</title><body><h1>Head</h1><p>A <b>bold</b> text.<ul><li>x<li>y</ul><script>no</script>",
    "c.csv": "name,price\nlamp,20\nchair,40\n",
    "d.txt": "A first paragraph. " * 40 + "\n\n" + "A second one, longer still; with parts. " * 60,
    "e.eml": "From: a@example.org\nSubject: Lamps\nContent-Type: text/plain\n\nDo you sell lamps?\n> quoted\n",
    "f.py": "import os\n\n\ndef lamp(price: int) -> int:\n    return price * 2\n",
}
"""One of each kind of text that needs no package."""

SENTENCES = (
    "The cities' studies were running; matches, classes and buses stopped. Inhibition of decisions: a tie.",
    "Ärzte prüften über 3.000 Fälle, naïve cafés und ﬁnes Gebäck; 東京都に行きます。 ไทย 2024-03 C++ e_mail",
)


def read(name: str) -> list[Document]:
    return [each for each in read_file(SAMPLES[name].encode(), name, LIMITS) if isinstance(each, Document)]


def test_whoever_changes_a_rule_raises_its_number() -> None:
    """Where this fails: raise the number in `rules`, and only then take over the new digest here."""
    documents = [document for name in SAMPLES for document in read(name)]
    assert len(documents) >= len(SAMPLES)
    cuts = [cut(document) for document in documents for cut in (small, nested)]
    words = [words_of(each, kind) for each in SENTENCES for kind in ("light", "none")]
    assert (READING, digest(documents)[:12]) == (1, "1cddb9cf91ca")
    assert (CUTTING, digest(cuts)[:12]) == (1, "47c99f211c7f")
    assert (WORDS, digest(words)[:12]) == (1, "c62ce7a6f537")


async def test_an_index_by_older_rules_is_built_anew_without_embedding_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text("Lamps are sold with bulbs.")
    older = Knowledge("*.md", root=tmp_path, embedder=WordVectors())
    with monkeypatch.context() as patch:
        patch.setattr(writing, "WORDS", WORDS - 1)
        patch.setattr(snapshot, "WORDS", WORDS - 1)
        patch.setattr(knowing, "RULES", (READING, CUTTING, WORDS - 1))
        older = Knowledge("*.md", root=tmp_path, embedder=WordVectors())
        await older.refresh()
        assert await older.recall("lamps")
        first = (await older.engine.versions())[0].name

    still = Knowledge("*.md", root=tmp_path, embedder=WordVectors(), refresh=False)
    with pytest.raises(UsageError, match=r"words by the rules 0 of an older Vouch, .*: vouch index refresh APP"):
        await still.recall("lamps")

    embedder = WordVectors()
    now = Knowledge("*.md", root=tmp_path, embedder=embedder)
    assert [each.document for each in await now.recall("lamps")] == ["a.md"]
    assert embedder.asked == ["lamps"]  # the question; the text's vector is remembered
    assert [each.live for each in await now.engine.versions()] == [True, False]
    done = await now.refresh()
    assert (done.documents, RULES[-1]) == (0, WORDS)

    await now.engine.rollback(first)
    with pytest.raises(UsageError, match="bring it up to date"):
        await now.recall("lamps")
    manifest = json.loads((next((now.following.folder / "versions").glob("000002*"))).read_bytes())
    assert manifest["words"] == WORDS
