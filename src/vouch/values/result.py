"""How a run ended.

It does not know the steps that led there.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vouch.values.money import Money, Usage

Status = Literal["answered", "abstained", "blocked", "stopped", "failed", "waiting"]
"""`answered`: an answer was given; `abstained`: handed over, no model was sure enough; `blocked`: a guard refused;
`stopped`: a budget ran out; `failed`: no model could be reached, or the app broke; `waiting`: for a person."""


class Result(Struct, frozen=True, omit_defaults=True):
    """How a run ended: its output, what the output rests on, and what it used. `why` explains any other end."""

    run: str
    status: Status
    output: str = ""
    confidence: float | None = None
    model: str = ""
    usage: Usage = Usage()
    cost: Money | None = None
    seconds: float = 0.0
    steps: int = 0
    why: str = ""
