"""Results of tools as sentences: numbers, states and names exactly as they stand in the result.

It does not know what the customer wanted beyond their words.

A result that sums itself up (a field `summary`, `answer` or `message` beside its facts) is told in those words; other
free text is told only by tools that search texts, sentence by sentence, the best first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from vouch.models.planner.fields import Record, is_free_text
from vouch.models.planner.masking import masked
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.tokens import in_words, shortened, stems

_SUMS_UP: Final = ("summary", "answer", "message")
_FIELDS: Final = 14
_ROWS: Final = 8
_LONGEST: Final = 700
_NEAR: Final = 0.3
_SENTENCES: Final = 2
_WORDS: Final = 3  # of a sentence that may be told; shorter ones are headings
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'])|\n+")
_HEADING: Final = re.compile(r"^\s*(?:#+|[-*•])\s*")


def told(value: Any, asked: str, meanings: Meanings, *, searches: bool) -> str:
    """A result in words; an empty text for one that says nothing."""
    if not searches and (summed := _summary(value)):
        return shortened(summed, _LONGEST)
    texts = list(_free_texts(value)) if searches or isinstance(value, str) else []
    if texts and (searches or len(texts[0]) > _LONGEST):
        return best_sentences(texts, asked, meanings)
    if isinstance(value, str):
        return sentence(value)
    if isinstance(value, Mapping):
        return _record(cast("Record", value), asked)
    if isinstance(value, list):
        return _rows(cast("list[Any]", value), asked)
    return "" if value is None else sentence(_short(value))


def _summary(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    record = cast("Record", value)
    found = next((record[name] for name in _SUMS_UP if isinstance(record.get(name), str)), "")
    return sentence(found) if found and (len(record) > 1 or " " in found) else ""


def sums_itself_up(value: Any) -> bool:
    """Whether a result has a sentence about itself."""
    return bool(_summary(value))


def sentence(text: str) -> str:
    """`text` in one line, ended like a sentence."""
    line = " ".join(text.split())
    return line if not line or line[-1] in ".!?…:" else f"{line}."


def _free_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value.split()) >= _WORDS:
            yield value
    elif isinstance(value, Mapping):
        for inner in cast("Record", value).values():
            yield from _free_texts(inner)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _free_texts(inner)


def best_sentences(texts: Sequence[str], asked: str, meanings: Meanings) -> str:
    """The sentences nearest to what was asked, as they stand; an empty text when none is near."""
    pieces = [_HEADING.sub("", piece).strip() for text in texts for piece in _SENTENCE.split(text)]
    pieces = [piece for piece in dict.fromkeys(pieces) if len(piece.split()) >= _WORDS]
    if not pieces:
        return ""
    near = meanings.near(masked(asked), pieces)
    order = sorted(range(len(pieces)), key=lambda place: -float(near[place]))
    best = float(near[order[0]])
    chosen = [place for place in order[:_SENTENCES] if near[place] >= max(_NEAR, 0.75 * best)]
    return shortened(" ".join(sentence(pieces[place]) for place in sorted(chosen)), _LONGEST)


def _record(record: Record, asked: str) -> str:
    """`The status is shipped, the total is 35.00.`: what the question names first, lists last."""
    named = stems(asked)
    pairs = [(in_words(name), text, inner) for name, inner in record.items() if (text := _field(name, inner))]
    pairs.sort(key=lambda pair: (isinstance(pair[2], list), not stems(pair[0]) & named))
    parts = [
        f"the {name} {'are' if isinstance(inner, list) and name.endswith('s') else 'is'} {text}"
        for name, text, inner in pairs[:_FIELDS]
    ]
    line = shortened(", ".join(parts), _LONGEST)
    return sentence(line[:1].upper() + line[1:])


def _field(name: str, value: Any) -> str:
    if value is None or value == "" or value == [] or is_free_text(name, value):
        return ""
    if isinstance(value, Mapping):
        inner = [f"{in_words(key)} {text}" for key, one in cast("Record", value).items() if (text := _field(key, one))]
        return ", ".join(inner)
    if isinstance(value, list):
        rows = [text for one in cast("list[Any]", value)[:_ROWS] if (text := _field(name, one))]
        records = any(isinstance(one, Mapping) for one in cast("list[Any]", value))
        return "; ".join(f"({place}) {row}" for place, row in enumerate(rows, 1)) if records else ", ".join(rows)
    return _short(value)


def _short(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _rows(rows: Sequence[Any], asked: str) -> str:
    if not rows:
        return "There is nothing of that kind."
    if len(rows) == 1:
        only = rows[0]
        return _record(cast("Record", only), asked) if isinstance(only, Mapping) else sentence(_short(only))
    lines = [f"({place}) {_field('', one)}" for place, one in enumerate(rows[:_ROWS], 1)]
    more = f"; and {len(rows) - _ROWS} more" if len(rows) > _ROWS else ""
    return shortened(f"There are {len(rows)}: {'; '.join(lines)}{more}.", _LONGEST)
