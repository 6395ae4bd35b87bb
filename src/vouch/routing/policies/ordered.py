"""How a policy turns the order it found into a plan.

It does not know any policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vouch.contracts.router import Candidate, Plan, Query
from vouch.errors import UsageError
from vouch.routing.pricing import expected


def plan(
    query: Query,
    order: Sequence[Candidate],
    *,
    policy: str,
    reasons: Iterable[str] = (),
    propensity: float = 1.0,
    strongest: Candidate | None = None,
    chances: Mapping[str, float] | None = None,
) -> Plan:
    """A plan with its prices; models that are down come last. Raises `UsageError` without any candidate."""
    if not order:
        raise UsageError(f"policy {policy!r}: no model to choose from; give at least one candidate")
    up = sorted(order, key=lambda candidate: not candidate.healthy)
    return Plan(
        tuple(candidate.name for candidate in up),
        policy,
        tuple(reasons),
        propensity,
        expected(query, up[0]),
        None if strongest is None else expected(query, strongest),
        chances or {},
    )


def named(candidates: Sequence[Candidate], name: str, *, policy: str) -> Candidate:
    """The candidate of this name; raises `UsageError` where it is not among them."""
    for candidate in candidates:
        if candidate.name == name:
            return candidate
    known = ", ".join(candidate.name for candidate in candidates) or "none"
    raise UsageError(f"policy {policy!r} wants {name!r}, which is not among the candidates: {known}")
