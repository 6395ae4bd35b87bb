"""What outlives a change of the settings: who was let in, what was counted, and who watches.

It does not know routes, models or apps.
"""

from __future__ import annotations

from collections.abc import Callable

from vouch.serve.keys.gate import Gate
from vouch.serve.operations.export import Exporter
from vouch.serve.operations.meters import Counts, Meters
from vouch.values.event import RequestServed

Watcher = Callable[[str, RequestServed], None]
"""Is told the run and the event of each request that has ended. It is quick, and never raises."""


class Desk:
    """`counts` gives the counters of all processes that serve together, where there are several."""

    def __init__(self, gate: Gate, *, counts: Callable[[Counts], Counts] | None = None) -> None:
        self.gate = gate
        self.meters = Meters()
        self.draining = False
        """Whether it takes no more requests."""
        self.under_way = 0
        self.exporter: Exporter | None = None
        """Sends spans, where it was told to whom."""
        self._counts = counts
        self._watchers: list[Watcher] = [self.meters.saw]

    @property
    def counts(self) -> Counts:
        """All counters."""
        return self.meters.counts if self._counts is None else self._counts(self.meters.counts)

    def watched_by(self, watcher: Watcher) -> None:
        """From now on, tell it, too."""
        self._watchers.append(watcher)

    def saw(self, run: str, served: RequestServed) -> None:
        """A request has ended."""
        for watcher in self._watchers:
            watcher(run, served)
