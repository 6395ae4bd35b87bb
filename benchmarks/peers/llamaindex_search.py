"""LlamaIndex's default vector retriever, and its fusion of that with its BM25 retriever.

It does not know Vouch. Run it in the environment that `scripts/peers llamaindex` makes.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import logging
from functools import partial
from typing import Any

from handed import Handed, Search, answer, handed
from llama_index.core import VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever

logging.disable(logging.WARNING)
CANDIDATES = 100


class Table(BaseEmbedding):
    """Vectors that were made before."""

    known: dict[str, list[float]]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self.known[query]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.known[text]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self.known[query]


def nodes(given: Handed) -> list[Any]:
    rows = given.document_vectors.tolist()
    return [
        TextNode(id_=each, text=text, embedding=row)
        for each, text, row in zip(given.ids, given.texts, rows, strict=True)
    ]


def vector(given: Handed, table: Table, depth: int) -> Any:
    return VectorStoreIndex(nodes(given), embed_model=table).as_retriever(similarity_top_k=depth)


def words(given: Handed, depth: int) -> Any:
    return BM25Retriever.from_defaults(nodes=nodes(given), similarity_top_k=min(depth, len(given.ids)))


def fused(given: Handed, table: Table, mode: str) -> Any:
    return QueryFusionRetriever(
        [vector(given, table, CANDIDATES), words(given, CANDIDATES)],
        llm=MockLLM(),
        mode=mode,
        similarity_top_k=given.depth,
        num_queries=1,
        use_async=False,
    )


def search(retriever: Any) -> Search:
    return lambda question: [found.node.node_id for found in retriever.retrieve(question)]


if __name__ == "__main__":
    given = handed()
    table = Table(known=given.vectors())
    answer(
        given,
        {
            "llamaindex_vector": lambda: search(vector(given, table, given.depth)),
            "llamaindex_bm25": lambda: search(words(given, given.depth)),
            **{
                f"llamaindex_{name}": partial(lambda mode: search(fused(given, table, mode)), mode)
                for name, mode in (("rrf", "reciprocal_rerank"), ("relative", "relative_score"))
            },
        },
    )
