"""What a site asks of programs in its robots.txt, as RFC 9309 has it read.

It does not know how the file is fetched.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

_LINE: Final = re.compile(r"[ \t]*([A-Za-z-]+)[ \t]*:[ \t]*([^#\n]*)")
_LINES: Final = 10_000
_STARS: Final = 20
"""Stars of a rule; one with more is left out, matching it could take for ever."""


class Robots(NamedTuple):
    """Rules for one program: `(allows, path pattern)`, and the seconds to wait between two requests."""

    rules: tuple[tuple[bool, str], ...] = ()
    delay: float = 0.0

    def allows(self, path: str) -> bool:
        """Whether `path` (with its query) may be asked for: the longest rule that fits decides, allowing ones first."""
        wanted = _plain(path)
        fitting = [(len(pattern), allowed) for allowed, pattern in self.rules if _fits(pattern, wanted)]
        return max(fitting)[1] if fitting else True


NOTHING: Final = Robots(((False, "/"),))
"""What holds where the rules could not be learned."""


def robots(text: str, agent: str) -> Robots:
    """The rules of a robots.txt for the program named `agent`: those for its name, or else those for `*`."""
    own: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    named: set[str] = set()
    open_group = False
    for line in text.split("\n")[:_LINES]:
        found = _LINE.match(line)
        if not found:
            continue
        key, value = found[1].lower(), found[2].strip()
        if key == "user-agent":
            named = named | {value.lower()} if open_group else {value.lower()}
            open_group = True
        elif key in {"allow", "disallow", "crawl-delay"}:
            open_group = False
            if agent.lower() in named:
                own.append((key, value))
            elif "*" in named:
                others.append((key, value))
    return _ruled(own or others)


def _ruled(said: list[tuple[str, str]]) -> Robots:
    rules = [
        (key == "allow", _plain(value))
        for key, value in said
        if key != "crawl-delay" and value and value.count("*") <= _STARS
    ]
    delays = [float(value) for key, value in said if key == "crawl-delay" and re.fullmatch(r"\d{1,6}(\.\d+)?", value)]
    return Robots(tuple(rules), max(delays, default=0.0))


def _plain(path: str) -> str:
    """A path with the same signs percent-encoded, however it was written."""
    return quote(unquote(path, errors="replace"), safe="/?&=*$,;:@!'()+~")


def _fits(pattern: str, path: str) -> bool:
    """`*` stands for anything, `$` at the end for the end of the path; without it the rest does not matter."""
    ends = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    for index, piece in enumerate(others):
        last = ends and index == len(others) - 1
        found = max(path.rfind(piece), -1) if last else path.find(piece, place)
        if found < place or (last and found + len(piece) != len(path)):
            return False
        place = found + len(piece)
    return not ends or place == len(path)
