"""A write that waits for a person, in the lines that they decide by.

It does not know what is decided. A model may have chosen every word of the arguments: nothing in them can begin a line.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final

import msgspec

from vouch.app.decide import Waiting

_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


def lines_of(write: Waiting, *, exact: bool = False) -> list[str]:
    """What is to be done, and why somebody is asked; with the arguments as JSON where `exact`, or where there is a
    warning: a sentence may leave some of them out.
    """
    if write.uncertain:
        return [f"find out: was {write.tool} {exactly(write.arguments)} made?"]
    lines = [(write.shown or write.tool).replace("\n", "\n  ")]
    if exact or write.warning:
        lines.append(f"{write.tool} {exactly(write.arguments)}")
    if write.warning:
        lines.append(f"({write.warning})".replace("\n", "\n  "))
    return lines


def exactly(arguments: str) -> str:
    """The arguments of a call as one line of JSON; what is none is a JSON text."""
    try:
        return _encode(json.loads(arguments, parse_float=Decimal)).decode()
    except (ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return json.dumps(arguments)
