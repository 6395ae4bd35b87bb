"""The customer's own words as a value: names and titles in a text, the reason for a wish, and what is looked for.

It does not know what the words mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import Final

from vouch.models.planner.clauses import asks, clauses, polished
from vouch.models.planner.masking import masked
from vouch.models.planner.mention import Mention, without_overlap
from vouch.models.planner.tokens import STOP, Token, shortened, stem, stems, tokens, word_set

_QUOTED: Final = re.compile(r"(?<![\w'])[\"'“‘«](?P<value>[^\"“”‘«»\n]{1,200}?)[\"'”’»](?!\w)")
_PROPER: Final = re.compile(
    r"(?<![\w@#.])[A-ZÀ-Þ][\w'&-]*(?:\.[A-Z]\.?)*"
    r"(?:\s+(?:(?:of|the|de|la|van|von|&|del|di|al)\s+){0,2}[A-ZÀ-Þ0-9][\w'&-]*)*"
)
_CALLED: Final = re.compile(
    r"\b(?:called|named|titled|entitled)\s+(?P<value>[^,.;!?\n]+?)(?=\s+(?:and|for|from|with|to|in|on|at)\b|[,.;!?\n]|$)",
    re.IGNORECASE,
)
_JOINT: Final = re.compile(
    r"[,;.!?\n]+|\b(?:because|since|as)\b|\s-\s|\band\b(?=\s+(?:it|i|the|they|my|we)\b)", re.IGNORECASE
)
_BECAUSE: Final = re.compile(r"\b(?:because|since|reason is|reason:|due to|as)\s+(?P<why>[^.!?\n]{3,})", re.IGNORECASE)
_ABOUT: Final = re.compile(
    r"\b(?:about|regarding|concerning|search(?:ing)? for|look(?:ing)? for)\s+(?P<what>[^.!?\n]+)", re.IGNORECASE
)
_LEADS: Final = re.compile(r"^(?:it'?s|it is|that is|that's|the \w+ is|my \w+ is|called|i mean)\s+", re.IGNORECASE)
_LONGEST: Final = 300
_SHORT: Final = 80
_NAME: Final = 3
_DEFINITE: Final = word_set("the my this that these those our")
_THING: Final = 3  # words by which a thing is called
_BOTH: Final = re.compile(r"\bit and it\b")
_FIRST: Final = STOP | word_set("cancel return refund order book find get show change send where")


def named(text: str) -> list[Mention]:
    """What stands in quotes, is called something, or is written in capitals in the middle of a sentence."""
    found = quoted(text)
    found += [
        Mention(one["value"].strip(" \"'"), one.start("value"), one.end("value"), 0.85)
        for one in _CALLED.finditer(text)
    ]
    taken = [(one.start, one.end) for one in found]
    for match in _PROPER.finditer(text):
        if not any(match.start() < end and start < match.end() for start, end in taken):
            found += _proper(match, text)
    return without_overlap(found)


def quoted(text: str) -> list[Mention]:
    """What stands in quotes."""
    return [Mention(one["value"].strip(), one.start(), one.end(), 0.9) for one in _QUOTED.finditer(text)]


def _proper(match: re.Match[str], text: str) -> list[Mention]:
    value, start = match[0], match.start()
    opens = not text[:start].strip() or text[:start].rstrip()[-1] in ".!?:\n"
    first, _, rest = value.partition(" ")
    if first.lower() in STOP or (opens and (first.lower() in _FIRST or not rest[:1].isupper())):
        value = rest.lstrip("0123456789., ")
        start = match.end() - len(value)
    return [Mention(value, start, match.end(), 0.75)] if value and value.lower() not in STOP else []


def without_names(text: str) -> str:
    """`text` without what it names."""
    for one in reversed(named(text)):
        text = text[: one.start] + text[one.end :]
    return " ".join(text.split())


def without_things(text: str, known: Set[str]) -> str:
    """`text` with *it* for things that it speaks of and that are none of the `known`: *send the red lamp back*."""
    words = tokens(text)
    spans: list[tuple[int, int]] = []
    for place, word in enumerate(words):
        if word.word in _DEFINITE and (end := _end_of_thing(text, words, place, known)) > place:
            spans.append((word.start, words[end].end))
    for start, end in reversed(spans):
        text = f"{text[:start]}it{text[end:]}"
    return _BOTH.sub("them", text)


def _end_of_thing(text: str, words: Sequence[Token], place: int, known: Set[str]) -> int:
    """The place of the last word of a thing that begins at `place`; `place` itself where nothing unknown follows."""
    end = place
    for after in range(place + 1, min(place + _THING + 1, len(words))):
        token = words[after]
        if token.word in STOP or token.word in known or text[words[end].end : token.start].strip():
            break
        end = after
    return end


def details(text: str, verbs: Set[str]) -> list[str]:
    """The pieces of `text` that are no wish but say something more about one."""
    pieces = [piece.strip() for piece in _JOINT.split(text)]
    return [piece for piece in pieces if stems(masked(piece)) and not asks(piece, verbs)]


def reason(texts: Sequence[str], verbs: Set[str], *, asked: bool) -> Mention | None:
    """Why something is wanted: what comes after *because*, else what is said beside the wish."""
    for text in texts:
        if found := _BECAUSE.search(text):
            return Mention(shortened(found["why"], _LONGEST), found.start("why"), found.end("why"), 0.9)
    if asked and texts and stems(texts[0]):
        return Mention(shortened(polished(texts[0]), _LONGEST), 0, len(texts[0]), 0.9)
    for text in texts:
        said = [piece for piece in details(text, verbs) if len(tokens(piece)) >= 3]
        if said:
            return Mention(shortened(", ".join(said), _LONGEST), 0, 0, 0.7)
    return None


def answer(text: str) -> str:
    """A short answer without what leads up to it."""
    bare = _LEADS.sub("", polished(text)).strip(" .,!\"'")
    return bare if stems(bare) and len(bare) <= _SHORT else ""


def asked(text: str, verbs: Set[str]) -> str:
    """The first clause of `text` that asks something, or all of it."""
    return next((clause.text for clause in clauses(text, verbs) if clause.asks), text)


def question(text: str) -> str:
    """A question as it was put, without courtesies."""
    return shortened(polished(text), _LONGEST)


def looked_for(text: str, verbs: Set[str]) -> str:
    """What a search is for: names in the text; else what comes after *about*; else the words that are no wish."""
    bare = polished(text)
    if names := [one for one in named(bare) if len(one.value) >= _NAME]:
        return shortened(" ".join(str(one.value) for one in names), _LONGEST)
    found = _ABOUT.search(bare)
    said = found["what"] if found else bare
    kept = [token for token in tokens(said) if token.word not in STOP and stem(token.word) not in verbs]
    return shortened(said[kept[0].start : kept[-1].end], _LONGEST) if kept else ""
