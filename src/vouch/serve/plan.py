"""Which upstreams to ask, in which order, for the name that a client asked for.

It does not know what is asked, nor how an upstream answers.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from vouch.errors import ConfigError, RequestRefused
from vouch.project.config import RouteEntry
from vouch.serve.upstream import Upstream

KEPT: Final = 4_096
"""Upstreams that are kept: clients may make up names without end."""


class Plans:
    """Routes by name, and upstreams opened at their first use by `connect`, which raises `ConfigError` for none."""

    def __init__(self, routes: Mapping[str, RouteEntry], connect: Callable[[str], Upstream]) -> None:
        self._routes = dict(routes)
        self._connect = connect
        self._upstreams: dict[str, Upstream] = {}

    @property
    def names(self) -> list[str]:
        """The routes there are."""
        return sorted(self._routes)

    @property
    def opened(self) -> Sequence[Upstream]:
        """The upstreams that were asked for up to now."""
        return list(self._upstreams.values())

    def upstreams(self, asked: str, *, user: str = "") -> Sequence[Upstream]:
        """The upstreams for this name, the first to ask first; raises `RequestRefused` (404) for a name of none."""
        known = self._upstreams.get(asked)
        if known is not None:
            return (known,)
        route = self._routes.get(asked)
        if route is None:
            return (self._upstream(asked),)
        found = [self._upstream(name) for name in route.models]
        if route.policy == "least_loaded":
            return sorted(found, key=lambda upstream: upstream.busy)
        if route.policy == "weighted":
            return _weighted(found, route.weights or (1.0,) * len(found), f"{asked}\0{user}")
        return found

    def _upstream(self, name: str) -> Upstream:
        if name not in self._upstreams:
            if len(self._upstreams) >= KEPT:
                self._upstreams.clear()
            try:
                self._upstreams[name] = self._connect(name)
            except ConfigError as error:
                near = difflib.get_close_matches(name, self._routes, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise RequestRefused(f"{error}{hint}", status=404, code="model_not_found") from error
        return self._upstreams[name]


def _weighted(found: Sequence[Upstream], weights: Sequence[float], of: str) -> list[Upstream]:
    """The same for the same user: the first drawn by weight, then the others, the heaviest first."""
    drawn = int.from_bytes(hashlib.sha256(of.encode()).digest()[:8], "big") / 2**64 * sum(weights)
    first = 0
    for place, weight in enumerate(weights):
        if weight:
            first = place
            if drawn < weight:
                break
        drawn -= weight
    rest = sorted((place for place in range(len(found)) if place != first), key=lambda place: -weights[place])
    return [found[first], *(found[place] for place in rest)]
