"""One line a request on standard output, for people or as JSON: what it was and what became of it, no word of it.

It does not know who reads it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple, TextIO

import msgspec

from vouch.serve.operations.batches import Batches
from vouch.values.event import RequestServed

Style = Literal["json", "text"]
"""`json`: one object a line. `text`: for people."""

SHOWN: Final = 120
"""Characters of a name that a client made up; whoever sends more sends no name."""


class Line(NamedTuple):
    """A request, and when it ended."""

    at: float
    run: str
    served: RequestServed


class RequestLog:
    """Writes to `out` in a thread, so that a reader who stalls stalls no request. Bodies and users are not shown."""

    def __init__(self, style: Style, out: TextIO) -> None:
        self._write: Callable[[Line], str] = as_json if style == "json" else as_text
        self._out = out
        self._lines: Batches[Line] = Batches(self._flush, name="vouch-log")

    def saw(self, run: str, served: RequestServed) -> None:
        """One request has ended."""
        self._lines.put(Line(time.time(), run, served))

    def close(self) -> None:
        """Write what is left."""
        self._lines.close()

    def _flush(self, lines: Sequence[Line]) -> None:
        self._out.write("".join(self._write(line) + "\n" for line in lines))
        self._out.flush()


def as_json(line: Line) -> str:
    """One object."""
    served = line.served
    told: dict[str, Any] = {
        "time": _time(line.at),
        "run": line.run,
        "face": served.face,
        "asked": _shown(served.asked),
        "model": served.model,
        "key": served.key,
        "status": served.status,
        "code": served.code,
        "attempts": len(served.attempts),
        "input_tokens": served.usage.input_tokens,
        "output_tokens": served.usage.output_tokens,
        "cost": None if served.cost is None else str(served.cost),
        "first": served.first,
        "seconds": served.seconds,
        "streamed": served.streamed,
        "cached": served.cached,
    }
    return msgspec.json.encode(told).decode()


def as_text(line: Line) -> str:
    """Words, in a fixed order."""
    served = line.served
    usage = served.usage
    asked = _shown(served.asked).encode("unicode_escape").decode()
    words = [_time(line.at), str(served.status), served.face, asked or "-"]
    if served.model and served.model != served.asked:
        words.append(f"by {served.model.encode('unicode_escape').decode()}")
    words.append(f"{usage.input_tokens}+{usage.output_tokens} tokens in {served.seconds:.3f} s")
    for name, value in (("cost", served.cost), ("key", served.key), ("cache", served.cached), ("code", served.code)):
        if value:
            words.append(f"{name}={value}")
    if len(served.attempts) > 1:
        words.append(f"attempts={len(served.attempts)}")
    return " ".join([*words, f"run={line.run}"])


def _shown(name: str) -> str:
    safe = name.encode("utf-8", "backslashreplace").decode()
    return safe if len(safe) <= SHOWN else f"{safe[:SHOWN]}..."


def _time(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03d}Z"
