r"""Patterns sought in long texts: with RE2 where it is installed (time grows with the length alone), else with `re`.

It does not know what the patterns mean. They are written in what both engines read alike: no look-around, no
back-references; `\b`, `\w`, `\d` mean ASCII in RE2. A pattern that RE2 cannot read is sought with `re`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import import_module
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol

from vouch.errors import AppError, ConfigError

_MEMORY: Final = 256 << 20
"""Bytes that RE2 may use for one pattern at most; it takes them only when a text asks for them."""

_CLOSE: Final = 4
"""Characters between two matches up to which they stand close together."""
_REACH: Final = 640
_MARGIN: Final = 80
"""Characters in which the next match is sought there; one that ends within the last of them may be longer."""

_SHORT: Final = 256
"""Characters of a text that is sooner encoded again than kept."""

_FEW: Final = 32
"""Matches that are taken from RE2 where `re` can go on: each costs ten times as much as one of Python's own."""


class Span(NamedTuple):
    """Where something stands in a text, in characters."""

    start: int
    end: int


class Scanner(Protocol):
    """Finds one pattern."""

    def spans(self, text: str, most: int | None = None) -> Iterator[Span]:
        """The places that match, from left to right, none overlapping another; the first `most` of them."""
        ...


class Signals(Protocol):
    """Finds which of many patterns are in a text, in one pass."""

    def found(self, data: bytes) -> frozenset[int]:
        """The indices of the patterns that are somewhere in a text, given in UTF-8."""
        ...


class Re2Scanner:
    """One pattern, sought by RE2 in the text's UTF-8 bytes.

    `dense` is the same pattern for Python's `re`, so written that it cannot lose itself in repetition. Its matches cost
    a tenth, what lies between them far more: it goes on where matches stand close together.
    """

    def __init__(self, pattern: str, dense: str = "") -> None:
        re2: Any = import_module("re2")
        self._pattern: Any = re2.compile(pattern, _options(re2))
        self._dense = re.compile(dense) if dense else None

    def spans(self, text: str, most: int | None = None) -> Iterator[Span]:
        """The places that match."""
        return islice(self._spans(text), most)

    def _spans(self, text: str) -> Iterator[Span]:
        data, few = encoded(text), _FEW if self._dense else None
        place = offset = 0
        while True:
            first, count, within = place, 0, 0
            found = self.places(data, few, start=offset)
            for span in found if len(data) == len(text) else _in_characters(data, found, Span(offset, place)):
                yield span
                place, count, within = span.end, count + 1, within + span.end - span.start
            if self._dense is None or count < _FEW:
                return
            if place - first - within < _FEW * _CLOSE:
                for span in _crowded(self._dense, text, place):
                    yield span
                    place = span.end
            offset += len(_encoded(text[first:place]))

    def places(self, data: bytes, most: int | None = None, *, start: int = 0) -> Iterator[Span]:
        """The places that match from `start` on, in bytes of UTF-8."""
        matches: Iterator[Any] = islice(self._pattern.finditer(data, start), most)
        return (Span(*match.span()) for match in matches)


class PlainScanner:
    """One pattern, sought by Python's `re`: ten times slower, and far slower where a pattern nests repetition."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def spans(self, text: str, most: int | None = None) -> Iterator[Span]:
        """The places that match."""
        return (Span(*match.span()) for match in islice(self._pattern.finditer(text), most))


class Re2Signals:
    """Many patterns as one automaton."""

    def __init__(self, patterns: Sequence[str]) -> None:
        re2: Any = import_module("re2")
        self._set: Any = re2.Set.SearchSet(_options(re2))
        for pattern in patterns:
            self._set.Add(pattern)
        self._set.Compile()

    def found(self, data: bytes) -> frozenset[int]:
        """The patterns that are in the text."""
        return frozenset(self._set.Match(data) or ())


class PlainSignals:
    """Many patterns one after the other, with Python's `re`."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [re.compile(pattern) for pattern in patterns]

    def found(self, data: bytes) -> frozenset[int]:
        """The patterns that are in the text."""
        text = data.decode("utf-8", "replace")
        return frozenset(place for place, pattern in enumerate(self._patterns) if pattern.search(text))


@cache
def scanner(pattern: str, dense: str = "") -> Scanner:
    """The quickest scanner for `pattern` that is installed; `dense`: see `Re2Scanner`."""
    return Re2Scanner(pattern, dense) if has_re2() else PlainScanner(dense or pattern)


def users_scanner(name: str, pattern: str) -> Scanner:
    """A scanner for a pattern that a user wrote; raises an `AppError` when neither engine can read it."""
    try:
        plain = PlainScanner(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise AppError(
            f"pattern {name!r}: {pattern!r} cannot be read ({error}); a regular expression is wanted, such as "
            "r'EMP-[0-9]{6}'; is a special sign unescaped?"
        ) from error
    if any(plain.spans("")):
        raise AppError(f"pattern {name!r}: {pattern!r} also matches nothing at all; let it ask for one character")
    if not has_re2():
        return plain
    try:
        return Re2Scanner(pattern)
    except import_module("re2").error:
        return plain


def all_of(patterns: Sequence[str]) -> Signals:
    """The quickest finder of `patterns` that is installed."""
    return Re2Signals(patterns) if has_re2() else PlainSignals(patterns)


def has_re2() -> bool:
    """Whether the package google-re2 is installed."""
    try:
        import_module("re2")
    except ImportError:
        return False
    return True


def optional(module: str, *, package: str, guard: str, without: str) -> Any:
    """A module of an optional package; raises a `ConfigError` that says how to get it, or how to do `without`."""
    try:
        return import_module(module)
    except ImportError as error:
        raise ConfigError(
            f"{guard} needs the package {package}, which is not installed: pip install 'vouch-llm[guards]', {without}"
        ) from error


def _options(re2: Any) -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True
    return options


def encoded(text: str) -> bytes:
    """`text` in UTF-8; the last long ones are kept, for the guards of an app look at the same text one by one."""
    return _kept(text) if len(text) > _SHORT else _encoded(text)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair is no character in UTF-8; as three bytes it is none to RE2, either, and keeps its place.
        return text.encode("utf-8", "surrogatepass")


_kept: Final = lru_cache(maxsize=2)(_encoded)


def _crowded(pattern: re.Pattern[str], text: str, place: int) -> Iterator[Span]:
    """The matches from `place` on, as long as the next is near."""
    size, search = len(text), pattern.search
    while match := search(text, place, place + _REACH):
        start, end = match.span()
        if end > place + _REACH - _MARGIN and place + _REACH < size:
            # It might go on behind what was looked at.
            return
        yield Span(start, end)
        place = end


def _in_characters(data: bytes, spans: Iterable[Span], since: Span) -> Iterator[Span]:
    """Places in bytes as places in characters; every byte is looked at once. `since`: one place, in both."""
    last, count = since
    for start, end in spans:
        begins = count + len(data[last:start].decode("utf-8", "surrogatepass"))
        count, last = begins + len(data[start:end].decode("utf-8", "surrogatepass")), end
        yield Span(begins, count)
