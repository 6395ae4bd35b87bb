"""What asking a model is expected to cost, with what it still holds of the prompt in its cache.

It does not know any price list.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from vouch.contracts.router import Candidate, Query
from vouch.values.money import Money, Usage

_UNKNOWN: Final = Decimal("Infinity")


def expected(query: Query, candidate: Candidate) -> Money | None:
    """The price of the query's tokens; None where the model has no price."""
    if candidate.price is None:
        return None
    warm = min(max(candidate.warm_tokens, 0), query.tokens)
    return candidate.price.of(Usage(query.tokens, query.output_tokens, cache_read_tokens=warm))


def cheapest_first(query: Query, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Rising by expected price; a model without a price comes last, and equals stay in their order.

    A query without token counts is priced as one token read and one written.
    """
    asked = query if query.tokens or query.output_tokens else Query(query.text, tokens=1, output_tokens=1)

    def amount(candidate: Candidate) -> Decimal:
        price = expected(asked, candidate)
        return _UNKNOWN if price is None else price.amount

    return sorted(candidates, key=amount)
