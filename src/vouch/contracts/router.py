"""The promise of a router: a question and the models there are in, an ordered list of attempts out.

It does not know how a model is asked, nor how anything is learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from vouch.values.money import Money, Price


class Query(Struct, frozen=True, eq=False):
    """What is known of a question before a model is asked.

    `tokens` are those of the whole prompt, `output_tokens` the expected ones. `needs` names modalities beside text,
    such as "image"; `data` is the class of data it holds, such as "personal", and `region` where it must stay. `tags`
    are what the app declares (task, route, plan of the customer); `signals` are numbers that tell how hard it is, such
    as retrieval scores. `embedding` has shape (dimensions,), where the process has one anyway. `session_model` answered
    the turn before.
    """

    text: str
    tokens: int = 0
    output_tokens: int = 0
    needs: tuple[str, ...] = ()
    tools: int = 0
    region: str = ""
    data: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    signals: Mapping[str, float] = field(default_factory=dict[str, float])
    embedding: NDArray[np.float32] | None = None
    user: str = ""
    session_model: str = ""


class Candidate(Struct, frozen=True):
    """A model that might be asked, and what is known of it now.

    None or an empty tuple in `context`, `regions` and `data` means no limit. `modalities` are those beside text.
    `busy` counts requests in flight, `seconds` is its usual time to answer, `warm_tokens` how much of this prompt it
    still holds in its cache, `price` is per million tokens.
    """

    name: str
    price: Price | None = None
    context: int | None = None
    modalities: tuple[str, ...] = ()
    tools: bool = True
    regions: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    busy: int = 0
    seconds: float | None = None
    warm_tokens: int = 0
    healthy: bool = True


class Plan(Struct, frozen=True):
    """Whom to ask, first to last, and why.

    `propensity` is the chance with which the first was drawn, so that the decision can be judged later. `price` is what
    the first is expected to cost and `strongest_price` what the most able one would have cost; None where unknown.
    `chances` are the learned chances of a good answer; `refused` says per model why it may not be asked.
    """

    attempts: tuple[str, ...]
    policy: str
    reasons: tuple[str, ...] = ()
    propensity: float = 1.0
    price: Money | None = None
    strongest_price: Money | None = None
    chances: Mapping[str, float] = field(default_factory=dict[str, float])
    refused: Mapping[str, str] = field(default_factory=dict[str, str])


@runtime_checkable
class Router(Protocol):
    """A policy. It is a value: what changes from moment to moment stands in the candidates."""

    @property
    def name(self) -> str:
        """The policy's name in the journal and in reports."""
        ...

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """The order of attempts; raises `UsageError` when none of the candidates may be asked."""
        ...
