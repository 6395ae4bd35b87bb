"""What a model must be able and allowed to do before anybody thinks about how good it is.

It does not know policies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vouch.contracts.router import Candidate, Query


def refusal(query: Query, candidate: Candidate) -> str:
    """Why this model may not be asked; empty where it may."""
    tokens = query.tokens + query.output_tokens
    missing = [need for need in query.needs if need not in candidate.modalities]
    if candidate.context is not None and tokens > candidate.context:
        return f"{tokens:,} tokens, and it takes {candidate.context:,}"
    if missing:
        return f"cannot read {', '.join(missing)}"
    if query.tools and not candidate.tools:
        return "cannot call tools"
    if query.region and candidate.regions and query.region not in candidate.regions:
        return f"runs in {', '.join(candidate.regions)}, and the data must stay in {query.region}"
    if query.data and candidate.data and query.data not in candidate.data:
        return f"may see {', '.join(candidate.data)}, not {query.data} data"
    return ""


def refusals(query: Query, candidates: Sequence[Candidate]) -> Mapping[str, str]:
    """The reason by model, for those that may not be asked."""
    reasons = {candidate.name: refusal(query, candidate) for candidate in candidates}
    return {name: reason for name, reason in reasons.items() if reason}
