"""What every index engine must do. Subclass it in a test file, with a fixture `engine` that gives an empty one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from tests.knowledge.made import VECTORS, WordVectors, document, entry

from vouch.contracts.index import Change, Found, Index, IndexEngine, Scope
from vouch.errors import UsageError
from vouch.knowledge.condition import holds, read_condition
from vouch.knowledge.difference import between
from vouch.knowledge.question import Library, Question
from vouch.knowledge.searches import hybrid
from vouch.values.document import Chunk

OWNER = Scope(access=None)
A = document("a.md", "Lamps are bright.", "Bulbs go into lamps.", topic="light", year=2024)
B = document("b.md", "Chairs are wooden.", "Nobody sits on a lamp.", topic="seats", year=2020)
SECRET = document("s.md", "Lamps cost three euros to make.", topic="light", access=["staff"])


def change(*documents: object, remove: Sequence[str] = (), **more: bool) -> Change:
    return Change([entry(each) for each in documents], remove, VECTORS.fingerprint, **more)  # type: ignore[arg-type]


async def live(engine: IndexEngine) -> Index:
    found = await engine.snapshot()
    assert found is not None
    return found


async def documents_of(index: Index, found: Sequence[Found]) -> list[str]:
    return [chunk.document for chunk in await index.chunks([each.id for each in found])]


async def by_words(engine: IndexEngine, text: str, scope: Scope = OWNER, limit: int = 10) -> list[str]:
    index = await live(engine)
    return await documents_of(index, await index.keyword(text, limit, scope=scope))


async def by_meaning(engine: IndexEngine, text: str, scope: Scope = OWNER, limit: int = 10) -> list[str]:
    index = await live(engine)
    return await documents_of(index, await index.nearest(VECTORS.encode([text])[0], limit, scope=scope))


FIELDS = (
    {"kind": 1, "title": "lamp", "tags": ["a", "b"], "new": True},
    {"kind": 1.0, "title": "lamps", "tags": ["b", 2], "new": False},
    {"kind": True, "title": "Lampion", "tags": [], "new": 0},
    {"kind": "1", "title": "chair", "tags": "b and c", "size.of-it": -2.5},
    {"kind": 2.5, "title": "", "tags": [True], "size.of-it": 7},
    {"title": 'a "quoted" | name', "size.of-it": 10**6},
    {"kind": -3, "title": "x" * 200, "tags": ["x" * 200]},
    {},
)
CONDITIONS = (
    "kind == 1",
    "kind != 1",
    "kind == true",
    'kind == "1"',
    "kind in [2.5, -3]",
    'not kind in [2.5, -3, "1"]',
    "kind > 1",
    "not kind > 1",
    "kind >= 1 and kind < 2.5",
    "size.of-it <= 7",
    "not (size.of-it <= 7 or kind == 1)",
    "new",
    "not new",
    "tags",
    "tags contains 2",
    "tags contains true",
    "not tags contains 2",
    'title == "lamp"',
    """title == 'a "quoted" | name'""",
    f'title == "{"x" * 200}" or tags contains 2',
    "document == '3.md'",
    "document in ['3.md', '4.md'] and kind",
    "trusted",
    "not trusted and (new or kind == 2.5)",
    "missing == 1 or missing",
    "missing != 1",
    "missing > 1 or missing contains 1",
    'missing contains "x" or missing < "x"',
    'not (missing contains "x") and not missing < "x"',
)
ABOUT_TEXTS = (
    'tags contains "b"',
    'not tags contains "b"',
    f'tags contains "{"x" * 200}"',
    'title contains "amp"',
    'not title contains "amp"',
    'title contains "%" or title contains "|"',
    'title < "lamp"',
    'not title < "lamp"',
    'title >= "lamp" and title <= "lamps"',
)
"""Not every engine can look into a text."""


class IndexContract:
    """The suite. `cannot` are the conditions of `ABOUT_TEXTS` that the engine refuses."""

    cannot: Sequence[str] = ()

    @pytest.fixture
    def other(self, engine: IndexEngine) -> IndexEngine:
        """Another engine over the same index, as another process would open it."""
        raise NotImplementedError

    async def test_every_condition_holds_inside_the_search(self, engine: IndexEngine) -> None:
        shelf = [document(f"{number}.md", f"Lamp {number}.", **fields) for number, fields in enumerate(FIELDS)]
        await engine.write(change(*shelf))
        for text in (*CONDITIONS, *ABOUT_TEXTS):
            condition = read_condition(text)
            fit = {
                each.id for each in shelf if holds(condition, {**each.metadata, "document": each.id, "trusted": False})
            }
            scope = Scope(condition, None)
            assert set(await by_words(engine, "lamp", scope)) == fit, text
            if text in self.cannot:
                with pytest.raises(UsageError, match="holds texts"):
                    await by_meaning(engine, "lamp", scope)
            else:
                assert set(await by_meaning(engine, "lamp", scope)) == fit, text
                assert len(await by_meaning(engine, "lamp", scope, 2)) == min(2, len(fit)), text

    async def test_what_was_written_is_there_for_whoever_opens_it(
        self, engine: IndexEngine, other: IndexEngine
    ) -> None:
        assert await other.snapshot() is None
        name = await engine.write(change(A, B))
        index = await live(other)
        assert (index.version, dict(index.documents)) == (name, dict((await live(engine)).documents))
        assert await by_words(other, "lamps") == await by_words(engine, "lamps")
        assert await by_meaning(other, "lamps") == await by_meaning(engine, "lamps")
        assert await other.snapshot() is index
        await other.write(change(remove=["a.md"]))
        assert set(await by_words(engine, "lamps lamp")) == set(await by_meaning(engine, "lamps")) == {"b.md"}

    async def test_what_changed_or_is_gone_does_not_leak_through_a_filter(self, engine: IndexEngine) -> None:
        await engine.write(change(*(document(f"{number}.md", "A lamp.", kind=1) for number in range(9))))
        one, two = (Scope(read_condition(f"kind == {kind}"), ()) for kind in (1, 2))
        await engine.write(change(document("0.md", "A lamp.", kind=2), document("1.md", "A lamp.", access=["staff"])))
        await engine.write(change(remove=["2.md"]))
        for search in (by_words, by_meaning):
            assert set(await search(engine, "lamp", one)) == {f"{number}.md" for number in range(3, 9)}
            assert await search(engine, "lamp", two) == ["0.md"]
            assert "1.md" not in await search(engine, "lamp", Scope())
            assert await search(engine, "lamp", Scope(read_condition("document == '2.md'"), None)) == []

    async def test_both_searches_are_fused(self, engine: IndexEngine) -> None:
        await engine.write(change(A, B, SECRET))
        library = Library(await live(engine), VECTORS)
        hits = await hybrid().find(Question("wooden chairs", 2, Scope()), library)
        assert hits[0].chunk.document == "b.md"
        assert "s.md" not in [hit.chunk.document for hit in hits]

    async def test_an_index_may_have_no_vectors(self, engine: IndexEngine) -> None:
        plain = [entry(each)._replace(vectors=np.zeros((2, 0), np.float32)) for each in (A, B)]
        await engine.write(Change(plain))
        assert await by_words(engine, "wooden") == ["b.md"]
        assert (await (await live(engine)).vectors([plain[0].chunks[0].id])).shape == (1, 0)
        with pytest.raises(UsageError, match="0 numbers"):
            await by_meaning(engine, "wooden")

    async def test_a_document_may_have_no_chunks(self, engine: IndexEngine) -> None:
        empty = entry(A)._replace(document="e.md", chunks=[], vectors=np.zeros((0, 64), np.float32))
        await engine.write(Change([empty, entry(B)], embedder=VECTORS.fingerprint))
        index = await live(engine)
        assert dict(index.documents) == {"e.md": empty.digest, "b.md": entry(B).digest}
        assert set(await by_meaning(engine, "lamp")) == {"b.md"}
        assert [(each.documents, each.chunks) for each in await engine.versions()] == [(2, 2)]

    async def test_without_a_write_there_is_nothing(self, engine: IndexEngine) -> None:
        assert isinstance(engine, IndexEngine)
        assert await engine.snapshot() is None
        assert await engine.versions() == []

    async def test_what_is_added_is_found_by_words_and_by_meaning(self, engine: IndexEngine) -> None:
        name = await engine.write(change(A, B))
        index = await live(engine)
        assert isinstance(index, Index)
        assert (index.version, index.embedder, index.pinned) == (name, VECTORS.fingerprint, False)
        assert dict(index.documents) == {each.document: each.digest for each in (entry(A), entry(B))}
        assert await by_words(engine, "a wooden chair") == ["b.md"]
        assert (await by_meaning(engine, "Chairs are wooden", limit=1)) == ["b.md"]
        nearest = await index.nearest(VECTORS.encode(["Lamps are bright"])[0], 10, scope=OWNER)
        assert nearest[0].score == pytest.approx(1.0, abs=1e-5)
        assert [each.score for each in nearest] == sorted((each.score for each in nearest), reverse=True)

    async def test_a_chunk_comes_back_as_it_was_given(self, engine: IndexEngine) -> None:
        rich = Chunk(
            "c1", "rich.md", "Text.", (3, 8), 2, ("One", "Two"), "", 4, {"year": 2024, "tags": ["x"]}, ("a",), True
        )
        given = entry(A)._replace(document="rich.md", chunks=[rich], vectors=VECTORS.encode(["Text."]))
        await engine.write(Change([given], embedder=VECTORS.fingerprint))
        index = await live(engine)
        assert await index.chunks(["missing", "c1"]) == [rich]
        vectors = await index.vectors(["c1", "missing"])
        assert np.allclose(vectors, [given.vectors[0], np.zeros(64)])

    async def test_words_of_headings_count(self, engine: IndexEngine) -> None:
        chunk = Chunk("c1", "h.md", "Within a week.", (0, 14), headings=("Delivery",))
        await engine.write(Change([entry(A)._replace(document="h.md", chunks=[chunk], vectors=VECTORS.encode(["x"]))]))
        assert await by_words(engine, "delivery") == ["h.md"]

    async def test_an_update_takes_the_old_text_away(self, engine: IndexEngine) -> None:
        first = await engine.write(change(A, B))
        second = await engine.write(change(document("b.md", "Tables are round.")))
        assert first != second
        assert await by_words(engine, "chairs") == []
        assert await by_words(engine, "tables") == ["b.md"]
        assert set(await by_meaning(engine, "chairs")) == {"a.md", "b.md"}
        assert len(await by_meaning(engine, "chairs")) == 3
        index = await live(engine)
        assert await index.chunks([chunk.id for chunk in entry(B).chunks]) == []

    async def test_what_is_removed_is_gone_at_once(self, engine: IndexEngine) -> None:
        await engine.write(change(A, B))
        await engine.write(change(remove=["b.md", "never-there.md"]))
        assert await by_words(engine, "chairs lamp") == ["a.md", "a.md"]
        assert set(await by_meaning(engine, "chairs")) == {"a.md"}
        index = await live(engine)
        gone = [chunk.id for chunk in entry(B).chunks]
        assert list(index.documents) == ["a.md"]
        assert await index.chunks(gone) == []
        assert not (await index.vectors(gone)).any()
        assert await index.around(gone[0], 1, 1) == []

    async def test_everything_can_be_removed(self, engine: IndexEngine) -> None:
        await engine.write(change(A))
        await engine.write(change(remove=["a.md"]))
        assert await by_words(engine, "lamps") == await by_meaning(engine, "lamps") == []
        await engine.write(change(B))
        assert await by_words(engine, "lamps") == ["b.md"]

    async def test_a_write_without_a_difference_makes_no_version(self, engine: IndexEngine) -> None:
        name = await engine.write(change(A, B))
        assert await engine.write(change(A, remove=["never-there.md"])) == name
        assert len(await engine.versions()) == 1

    async def test_a_snapshot_stays_as_it_was(self, engine: IndexEngine) -> None:
        await engine.write(change(A))
        index = await live(engine)
        await engine.write(change(document("a.md", "Tables are round.")))
        found = await index.keyword("lamps", 10, scope=OWNER)
        assert await documents_of(index, found) == ["a.md", "a.md"]
        assert await by_words(engine, "lamps") == []

    async def test_scores_do_not_depend_on_how_the_index_came_about(self, engine: IndexEngine) -> None:
        await engine.write(change(A, document("b.md", "Old words about lamps and chairs.")))
        await engine.write(change(B, SECRET))
        await engine.write(change(remove=["s.md"]))
        grown = await live(engine)
        await engine.write(change(A, B, fresh=True))
        built = await live(engine)
        for text in ("lamps", "lamp chair", "wooden bulbs"):
            one = await grown.keyword(text, 10, scope=OWNER)
            two = await built.keyword(text, 10, scope=OWNER)
            assert [each.id for each in one] == [each.id for each in two]
            assert [each.score for each in one] == pytest.approx([each.score for each in two])

    async def test_filters_hold_inside_the_search(self, engine: IndexEngine) -> None:
        many = [document(f"{number}.md", f"A lamp of kind {number}.", kind=number) for number in range(200)]
        await engine.write(change(*many))
        scope = Scope(read_condition("kind in [7, 9] or document == '11.md'"), None)
        assert set(await by_words(engine, "lamp", scope, 3)) == {"7.md", "9.md", "11.md"}
        assert set(await by_meaning(engine, "a lamp", scope, 3)) == {"7.md", "9.md", "11.md"}

    async def test_access_holds_inside_the_search(self, engine: IndexEngine) -> None:
        await engine.write(change(A, SECRET))
        for search in (by_words, by_meaning):
            assert set(await search(engine, "lamps", Scope())) == {"a.md"}
            assert set(await search(engine, "lamps", Scope(access=("guests",)))) == {"a.md"}
            assert set(await search(engine, "lamps", Scope(access=("guests", "staff")))) == {"a.md", "s.md"}
            assert set(await search(engine, "lamps", OWNER)) == {"a.md", "s.md"}
            assert await search(engine, "lamps", Scope(read_condition("trusted"), None)) == []

    async def test_parents_are_kept_but_not_searched(self, engine: IndexEngine) -> None:
        parent = Chunk("p", "a.md", "Lamps are bright. Bulbs too.", (0, 28))
        one = Chunk("c1", "a.md", "Lamps are bright.", (0, 17), 0, parent="p")
        two = Chunk("c2", "a.md", "Bulbs too.", (18, 28), 1, parent="p")
        vectors = VECTORS.encode([each.text for each in (parent, one, two)])
        await engine.write(Change([entry(A)._replace(chunks=[parent, one, two], vectors=vectors)]))
        index = await live(engine)
        assert [each.id for each in await index.keyword("bright bulbs", 10, scope=OWNER)] in (
            ["c1", "c2"],
            ["c2", "c1"],
        )
        assert {each.id for each in await index.nearest(vectors[0], 10, scope=OWNER)} == {"c1", "c2"}
        assert await index.chunks(["p"]) == [parent]
        assert await index.around("c1", 1, 1) == [one, two]

    async def test_neighbours_stay_within_the_document(self, engine: IndexEngine) -> None:
        await engine.write(change(A, document("m.md", "One.", "Two.", "Three.", "Four."), B))
        index = await live(engine)
        middle = entry(document("m.md", "One.", "Two.", "Three.", "Four.")).chunks
        assert await index.around(middle[1].id, 1, 1) == list(middle[:3])
        assert await index.around(middle[0].id, 2, 0) == [middle[0]]
        assert await index.around(middle[3].id, 0, 5) == [middle[3]]
        assert await index.around("missing", 1, 1) == []

    async def test_vectors_of_two_embedders_never_mix(self, engine: IndexEngine) -> None:
        await engine.write(change(A))
        other = WordVectors(32)
        with pytest.raises(UsageError, match="fresh=True"):
            await engine.write(Change([entry(B, other)], embedder=other.fingerprint))
        with pytest.raises(UsageError, match="fresh=True"):
            await engine.write(Change([entry(B)], embedder="another of the same size"))
        assert list((await live(engine)).documents) == ["a.md"]
        await engine.write(Change([entry(B, other)], embedder=other.fingerprint, fresh=True))
        index = await live(engine)
        assert (list(index.documents), index.embedder) == (["b.md"], other.fingerprint)
        with pytest.raises(UsageError, match="32"):
            await index.nearest(VECTORS.encode(["x"])[0], 1, scope=OWNER)

    async def test_what_cannot_be_written_is_refused(self, engine: IndexEngine) -> None:
        with pytest.raises(UsageError, match="one row a chunk"):
            await engine.write(Change([entry(A)._replace(vectors=np.zeros((7, 64), np.float32))]))
        with pytest.raises(UsageError, match="given twice"):
            await engine.write(change(A, A))
        with pytest.raises(UsageError, match="as many"):
            await engine.write(Change([entry(A), entry(B, WordVectors(32))]))
        assert await engine.snapshot() is None

    async def test_a_limit_is_one_or_more(self, engine: IndexEngine) -> None:
        await engine.write(change(A))
        with pytest.raises(UsageError, match="limit=0"):
            await by_words(engine, "lamps", limit=0)
        assert len(await by_words(engine, "lamps", limit=1)) == 1

    async def test_rollback_brings_the_version_before_back(self, engine: IndexEngine) -> None:
        first = await engine.write(change(A))
        second = await engine.write(change(B))
        assert [(each.name, each.live) for each in await engine.versions()] == [(second, True), (first, False)]
        assert await engine.rollback() == first
        index = await live(engine)
        assert (index.version, index.pinned, list(index.documents)) == (first, True, ["a.md"])
        assert await engine.rollback(second) == second
        assert set((await live(engine)).documents) == {"a.md", "b.md"}
        with pytest.raises(UsageError, match="no version 'v7'"):
            await engine.rollback("v7")

    async def test_a_write_goes_on_from_where_one_went_back_to(self, engine: IndexEngine) -> None:
        first = await engine.write(change(A))
        second = await engine.write(change(B))
        await engine.rollback()
        with pytest.raises(UsageError, match="older"):
            await engine.rollback()
        third = await engine.write(change(document("c.md", "Tables.")))
        index = await live(engine)
        assert (set(index.documents), index.pinned) == ({"a.md", "c.md"}, False)
        assert [each.name for each in await engine.versions()] == [third, second, first]

    async def test_what_is_forgotten_does_not_come_back(self, engine: IndexEngine) -> None:
        await engine.write(change(A, B))
        await engine.write(change(SECRET))
        await engine.forget(["a.md"])
        assert await by_words(engine, "bulbs") == []
        assert set((await live(engine)).documents) == {"b.md", "s.md"}
        with pytest.raises(UsageError, match="older"):
            await engine.rollback()

    async def test_versions_that_are_not_live_can_be_compared(self, engine: IndexEngine) -> None:
        first = await engine.write(change(A))
        second = await engine.write(change(B, remove=["a.md"]))
        found = await between(engine)
        assert (found.before, found.after, found.added, found.removed) == (first, second, ("b.md",), ("a.md",))
        with pytest.raises(UsageError, match="has no version 'nothing'; there are: "):
            await between(engine, "nothing")

    async def test_nothing_to_roll_back_to(self, engine: IndexEngine) -> None:
        with pytest.raises(UsageError, match="no version yet"):
            await engine.rollback()

    async def test_readers_beside_a_writer_see_whole_versions(self, engine: IndexEngine) -> None:
        await engine.write(change(A))
        sizes: set[int] = set()

        async def read() -> None:
            for _ in range(20):
                sizes.add(len((await live(engine)).documents))
                assert "a.md" in await by_words(engine, "lamps", limit=100)
                await asyncio.sleep(0)

        async def write() -> None:
            for number in range(6):
                both = [document(f"{number}-{each}.md", "More lamps.") for each in "xy"]
                await engine.write(change(*both))

        await asyncio.gather(read(), write(), read())
        assert sizes <= {1, 3, 5, 7, 9, 11, 13}

    async def test_many_small_writes_lose_nothing(self, engine: IndexEngine) -> None:
        for number in range(25):
            await engine.write(change(document(f"{number % 20}.md", f"Lamp number{number}.")))
        assert len((await live(engine)).documents) == 20
        assert await by_words(engine, "number24") == ["4.md"]
        assert await by_words(engine, "number4") == []
        assert len(await by_words(engine, "lamp", limit=100)) == 20
