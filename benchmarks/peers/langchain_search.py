"""LangChain's BM25 retriever with its defaults, its in-memory vector store, and its ensemble of both.

It does not know Vouch. Run it in the environment that `scripts/peers langchain` makes.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

from typing import Any

from handed import Handed, Search, answer, handed
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore

CANDIDATES = 100


class Table(Embeddings):
    """Vectors that were made before."""

    def __init__(self, known: dict[str, list[float]]) -> None:
        self._known = known

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Rows of the table."""
        return [self._known[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """A row of the table."""
        return self._known[text]


def documents(given: Handed) -> list[Document]:
    return [Document(page_content=text, id=each) for each, text in zip(given.ids, given.texts, strict=True)]


def vector(given: Handed, depth: int) -> Any:
    store = InMemoryVectorStore(Table(given.vectors()))
    store.add_documents(documents(given))
    return store.as_retriever(search_kwargs={"k": depth})


def words(given: Handed, depth: int) -> Any:
    return BM25Retriever.from_documents(documents(given), k=depth)


def both(given: Handed) -> Any:
    return EnsembleRetriever(retrievers=[words(given, CANDIDATES), vector(given, CANDIDATES)], weights=[0.5, 0.5])


def search(retriever: Any) -> Search:
    return lambda question: [str(found.id) for found in retriever.invoke(question)]


if __name__ == "__main__":
    given = handed()
    answer(
        given,
        {
            "langchain_vector": lambda: search(vector(given, given.depth)),
            "langchain_bm25": lambda: search(words(given, given.depth)),
            "langchain_ensemble": lambda: search(both(given)),
        },
    )
