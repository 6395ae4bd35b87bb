"""Values that results have for a parameter, and which of them the customer means.

It does not know which calls to make.

Only fields of equal name, and values of a parameter's own pattern, are candidates; free text is neither (see `fields`).
A record is told apart by its short values alone, so what somebody wrote into a note chooses nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from vouch.models.planner import identifiers
from vouch.models.planner.conversation import Past, ids_in
from vouch.models.planner.dates import dates
from vouch.models.planner.fields import LONGEST, Field, Record, is_free_text, normal, plain
from vouch.models.planner.schema import Parameter
from vouch.models.planner.tokens import STOP, in_words, stem, tokens, word_set
from vouch.models.planner.typos import mended

_ORDINALS: Final = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "fifth": 4}
_ORDINAL: Final = re.compile(rf"\b({'|'.join(_ORDINALS)}|last)(?: one)?\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"^\W*(?:number |no\.? ?|#)?([1-9])\W*$", re.IGNORECASE)
_ALL: Final = re.compile(r"\b(?:all|both|everything|every|whole|entire|complete|each)\b", re.IGNORECASE)
_EVERYTHING: Final = re.compile(
    r"\b(?:everything|all of (?:it|them|my)|all my|(?:the|my) (?:whole|entire|complete)|in full|full)\b", re.IGNORECASE
)
"""Says that all of it is meant, whatever else is named: *everything came in a broken box*."""

_NEWEST: Final = re.compile(r"\b(?:latest|newest|most recent|last)\b", re.IGNORECASE)
_OLDEST: Final = re.compile(r"\b(?:oldest|earliest)\b", re.IGNORECASE)
_CHEAPEST: Final = re.compile(r"\b(?:cheapest|least expensive|lowest)\b", re.IGNORECASE)
_DEAREST: Final = re.compile(r"\b(?:most expensive|dearest|priciest)\b", re.IGNORECASE)
_CODE: Final = re.compile(r"(?<![\w@#-])[A-Za-z]+[-_/]?\d[\w-]*")
_PRICES: Final = word_set("price amount total cost paid fee fare rate")
_IDS: Final = word_set("id ids code number no reference ref")
_KINDS: Final = frozenset({"identifier", "email", "phone", "postcode", "person", "country", "open", "time"})


class Candidate(NamedTuple):
    """A value, the stems by which it is told apart, the records it stands in, newest first, and their words in full."""

    value: Any
    words: frozenset[str]
    records: tuple[Record, ...]
    spelled: frozenset[str] = frozenset()


def candidates(parameter: Parameter, calls: Iterable[Past], given: Mapping[str, Any]) -> list[Candidate]:
    """What the newest of `calls` that knows has for `parameter`, in order.

    What is about the ids already `given` comes before what may be about something else; a value given to the other
    side (the old item, where the new one is wanted) is none.
    """
    calls = list(calls)
    wanted = _names(parameter)
    known = {name: value for name, value in ids_in(given).items() if name not in wanted}
    sides = {
        value for name, value in given.items() if plain(name) in wanted and name != parameter.name and _plain(value)
    }
    related: list[tuple[Past, Field]] = []
    others: list[tuple[Past, Field]] = []
    for call in calls:
        for field in call.fields:
            if (
                field.names & wanted
                and fits(parameter, field.value)
                and not (_plain(field.value) and field.value in sides)
            ):
                bond = _bond(call, field, known)
                if bond is not False:
                    (related if bond else others).append((call, field))
    chosen = related or others
    if sides:
        return _merged(related + others, calls)
    newest = chosen[0][0] if chosen else None
    return _merged([pair for pair in chosen if pair[0] is newest], calls)


def _names(parameter: Parameter) -> frozenset[str]:
    return frozenset({normal(parameter.name), plain(parameter.name)})


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float)


def fits(parameter: Parameter, value: Any) -> bool:
    """Whether `value` may be one of `parameter`, or of its items."""
    one = parameter.inner
    if one.kind == "choice":
        return value in one.choices
    if one.kind in ("whole", "number"):
        return as_number(value) is not None
    if not isinstance(value, str) or len(value) > LONGEST:
        return isinstance(value, int) and one.kind == "identifier" and not isinstance(value, bool) and not one.patterns
    if one.kind in ("date", "moment"):
        return bool(re.match(r"\d{4}-\d{2}-\d{2}", value))
    return one.kind in _KINDS and identifiers.fits(value, one.patterns)


def as_number(value: Any) -> int | float | None:
    """A number, also one that is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        if not re.fullmatch(r"-?\d+(?:\.\d+)?", value):
            return None
        return float(value) if "." in value else int(value)
    return value


def _bond(call: Past, field: Field, known: Mapping[str, Any]) -> bool | None:
    """Whether the field is about an id known: False when it is about another of that name, None when about none."""
    near = [ids_in(call.given), *(ids_in(record) for record in (field.record, *field.around))]
    bonds = [bond for ids in near for bond in _bonds(ids, known)]
    return all(bonds) if bonds else None


def _bonds(ids: Mapping[str, Any], known: Mapping[str, Any]) -> list[bool]:
    """For each name that both have, whether they are equal.

    A record of the same id is the same thing, whatever else of it shall be another: an order is told by its number, and
    not by the card it was paid with.
    """
    bonds = {name: str(ids[name]) == str(value) for name, value in known.items() if name in ids}
    own = [equal for name, equal in bonds.items() if name.split()[-1] in _IDS]
    return own if any(own) else list(bonds.values())


def _merged(pairs: Sequence[tuple[Past, Field]], calls: Sequence[Past]) -> list[Candidate]:
    """One candidate a value, told apart by all that any call says about it."""
    found: dict[str, list[tuple[Past, Field]]] = {}
    for call, field in pairs:
        found.setdefault(str(field.value), []).append((call, field))
    merged: list[Candidate] = []
    for key, own in found.items():
        records = [field.record or {"": field.value} for _, field in own]
        names = own[0][1].names
        if len(found) > 1:
            records += [
                other.record
                for call in calls
                for other in call.fields
                if str(other.value) == key and other.names & names and other.record not in records
            ]
        texts = [text for record in records for text in _short_texts(record)]
        words = frozenset(word for text in texts for word in words_of(text))
        spelled = frozenset(token.word for text in texts for token in tokens(text))
        merged.append(Candidate(own[0][1].value, words, tuple(records), spelled))
    return merged


@lru_cache(maxsize=4096)
def words_of(text: str) -> frozenset[str]:
    """The words of a value as they are compared, and the value itself where it is a date or number."""
    return frozenset(stem(token.word) for token in tokens(text) if token.word not in STOP) | {text.lower()}


def _short_texts(value: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    if depth > 4:
        return
    if isinstance(value, Mapping):
        for key, inner in cast("Record", value).items():
            yield from _short_texts(inner, key, depth + 1)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _short_texts(inner, name, depth + 1)
    elif value is not None and not isinstance(value, bool) and not is_free_text(name, value):
        yield str(value)


def of_its_look(parameter: Parameter, found: Candidate, calls: Iterable[Past]) -> list[Candidate]:
    """Ids anywhere in results that look like the parameter's, told apart by what they stand under.

    They look like it when they fit its pattern; where it has none, when they look like the candidate `found`.
    """
    look = _look(str(found.value))
    alike: dict[str, frozenset[str]] = {}
    for call in calls:
        for value, under in _under(call.value, ()):
            fitting = identifiers.fits(value, parameter.patterns) if parameter.patterns else _look(value) == look
            if len(value) <= LONGEST and fitting and any(sign.isdigit() for sign in value):
                words = frozenset(word for name in (*under, value) for word in words_of(in_words(name)))
                alike[value] = alike.get(value, frozenset()) | words
    return [Candidate(value, words, ()) for value, words in alike.items()]


def said_alike(found: Candidate, texts: Sequence[str], others: Collection[Any]) -> str | None:
    """An id that `texts`, newest first, name and that looks like the one found, when it is none of the `others`."""
    if not isinstance(found.value, str) or not any(sign.isdigit() for sign in found.value):
        return None
    for text in texts:
        for token in _CODE.findall(text):
            if _look(token) == _look(found.value) and token not in others:
                return token
    return None


def _look(value: str) -> str:
    """Runs of letters as one letter, digits as nines: CARD-6934 and GIFT-3730 look alike."""
    return re.sub(r"[A-Za-z]+", "A", re.sub(r"\d", "9", value))


def _under(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Ids with what they stand under: keys of records, lists of texts, and fields that are called so."""
    if isinstance(value, Mapping) and len(path) < 5:
        for key, inner in cast("Record", value).items():
            if any(sign.isdigit() for sign in key):
                yield key, path[-1:]
            if isinstance(inner, str) and in_words(key).split()[-1:] and in_words(key).split()[-1] in _IDS:
                yield inner, (key,)
            yield from _under(inner, (*path, key))
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            if isinstance(inner, str) and path and not is_free_text(path[-1], inner):
                yield inner, path[-1:]
            yield from _under(inner, path)


def choose(found: Sequence[Candidate], texts: Sequence[str], today: date | None = None) -> Candidate | None:
    """The candidate that `texts`, newest first, tell from all others, or None."""
    for text in texts:
        scores = _scores(found, text, today)
        best = max(scores, default=0.0)
        if best > 0 and scores.count(best) == 1:
            return found[scores.index(best)]
        tied = [one for one, score in zip(found, scores, strict=True) if score == best]
        if (extreme := _extreme(tied, text)) or (extreme := _ordinal(found, text)):
            return extreme
    return None


def choose_several(found: Sequence[Candidate], texts: Sequence[str], today: date | None = None) -> list[Candidate]:
    """All candidates that the newest of `texts` that speaks of any speaks of; all of them where it says so."""
    for text in texts:
        if _EVERYTHING.search(text):
            return list(found)
        scores = _scores(found, text, today)
        named = [one for one, score in zip(found, scores, strict=True) if score >= 0.6 * max(scores) > 0]
        named = _by_own_name(found, text) or named
        if named:
            return named
        if _ALL.search(text):
            return list(found)
        if one := _ordinal(found, text):
            return [one]
    return []


def _by_own_name(found: Sequence[Candidate], text: str) -> list[Candidate]:
    """The candidates of whose values `text` has a word that no other has; of those, the ones whose last it has."""
    own = [words_of(str(one.value)) for one in found]
    text = mended(text, frozenset[str]().union(*(one.spelled for one in found)))
    said, every = words_of(text), {stem(token.word) for token in tokens(text)}
    counts = Counter(word for words in own for word in words)
    named = [one for one, words in zip(found, own, strict=True) if any(counts[word] == 1 for word in words & said)]
    return [one for one in named if _last(str(one.value)) in every] or named


def _last(value: str) -> str:
    """The stem of the word that says what it is: a *picture frame* is a frame."""
    words = tokens(value)
    return stem(words[-1].word) if words else ""


def _scores(found: Sequence[Candidate], text: str, today: date | None) -> list[float]:
    """How much of what `text` says speaks for each: a word of its value twice, a word of all candidates for none."""
    expected = frozenset[str]().union(*(one.spelled for one in found))
    said = (
        words_of(text)
        | words_of(mended(text, expected))
        | {mention.value.isoformat() for mention in dates(text, today)}
    )
    counts = Counter(word for one in found for word in one.words & said)
    own = [words_of(str(one.value)) for one in found]
    return [
        sum((2 if word in name else 1) / counts[word] for word in one.words & said if counts[word] < len(found))
        for one, name in zip(found, own, strict=True)
    ]


def _ordinal(found: Sequence[Candidate], text: str) -> Candidate | None:
    if number := _NUMBER.match(text):
        place = int(number[1]) - 1
        return found[place] if place < len(found) else None
    if (named := _ORDINAL.search(text)) is None:
        return None
    place = _ORDINALS.get(named[1].lower(), len(found) - 1)
    return found[place] if place < len(found) else None


def _extreme(found: Sequence[Candidate], text: str) -> Candidate | None:
    """The newest, oldest, cheapest or dearest, where the text wants it."""
    for wish, pick, key in (
        (_NEWEST, max, _dated),
        (_OLDEST, min, _dated),
        (_CHEAPEST, min, _priced),
        (_DEAREST, max, _priced),
    ):
        if wish.search(text):
            known = [(value, -place) for place, one in enumerate(found) if (value := key(one)) is not None]
            if len(known) > 1 and len(known) == len(found):
                return found[-pick(known)[1]]
    return None


def _dated(one: Candidate) -> str | None:
    texts = (text for record in one.records for text in map(str, record.values()))
    return next((text for text in texts if re.match(r"\d{4}-\d{2}-\d{2}", text)), None)


def _priced(one: Candidate) -> float | None:
    for record in one.records:
        for name, value in record.items():
            if set(in_words(name).split()) & _PRICES and (number := as_number(value)) is not None:
                return float(number)
    return None


def label(one: Candidate, most: int = 4) -> str:
    """A candidate as a customer may read it: its value, and what else is short and plain in its record."""
    extra: list[str] = []
    for name, value in one.records[0].items() if one.records else ():
        if isinstance(value, str) and value != one.value and not is_free_text(name, value) and value:
            extra.append(value)
        elif isinstance(value, list) and value and all(isinstance(inner, str) for inner in cast("list[Any]", value)):
            extra.append(", ".join(cast("list[str]", value)[:3]))
    return f"{one.value} ({', '.join(extra[:most])})" if extra else str(one.value)
