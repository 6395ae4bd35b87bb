"""Whether two questions that mean nearly the same differ in a word on which the answer hangs.

It does not know meanings, which vectors compare: only numbers, names, negations, opposites and what is asked for. It
knows the English of them; in other languages numbers and names hold, and the commonest negations.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r"[A-Za-z]+n['’]t\b|[^\W_]+(?:[.,@/:_-]+[^\W_]+)*", re.UNICODE)
_QUOTED: Final = re.compile(r"[\"“«„`]([^\"“”»`]{1,200})[\"”»`]")
_SIGNS: Final = re.compile(r"[€$£¥%]")
_SENTENCE: Final = re.compile(r"[.!?]\s+|\n")

_NEGATIONS: Final = frozenset(
    "not no never none nothing nobody nowhere neither nor without cannot cant dont doesnt didnt wont isnt arent wasnt "  # noqa: SIM905
    "werent havent hasnt hadnt couldnt shouldnt wouldnt aint unable fail failed fails nicht kein keine keinen nie ohne "
    "pas jamais sans nunca sin non mai senza niet geen nooit zonder nao não sem".split()
)
_NUMBERS: Final = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "  # noqa: SIM905
        "seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "hundred": "100", "thousand": "1000", "million": "1000000"}
_NUMBERS.pop("one")  # mostly a pronoun

_OPPOSITES: Final = tuple(
    tuple(frozenset(side.split()) for side in pair.split("|"))
    for pair in (
        "enable enabled activate activated allow|disable disabled deactivate deactivated block blocked forbid",
        "on|off",
        "in into|out",
        "up top|down bottom",
        "before|after",
        "increase raise higher more most maximum|decrease reduce lower less fewer least minimum",
        "buy bought purchase|sell sold",
        "open opened|close closed",
        "start begin|stop end cancel cancelled canceled",
        "add added|remove removed delete deleted",
        "send sent sending transfer|receive received receiving",
        "deposit|withdraw withdrawal withdrew",
        "first|last",
        "old older previous|new newer next",
        "accept accepted approve approved|reject rejected decline declined refuse refused",
        "lock locked|unlock unlocked",
        "to|from",
        "can|must",
        "true right correct|false wrong incorrect",
        "yes|no",
        "safe|unsafe dangerous",
        "cheap cheapest|expensive",
        "early earliest|late latest",
        "min|max",
        "import|export",
        "upload|download",
        "encrypt|decrypt",
        "login|logout",
        "install|uninstall",
        "subscribe|unsubscribe",
        "physical|virtual",
        "debit|credit",
        "my|your",
        "he him his|she her hers",
        "pros advantages benefits|cons disadvantages risks",
        "today|tomorrow yesterday",
        "morning|evening night",
        "single|multiple",
        "legal|illegal",
    )
)
_ASKED: Final = frozenset("how why when where who whom whose which what".split())  # noqa: SIM905
_ME: Final = frozenset("i me my mine".split())  # noqa: SIM905
_YOU: Final = frozenset("you your yours".split())  # noqa: SIM905
_TIMES: Final = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september "  # noqa: SIM905
    "october november december today tomorrow yesterday tonight weekend".split()
)


class Marks(NamedTuple):
    """What two questions must have in common."""

    numbers: frozenset[tuple[str, int]]
    names: frozenset[str]
    negated: bool
    asked: frozenset[str]
    speaks_first: str
    words: frozenset[str]


def agree(one: Marks, other: Marks) -> bool:
    """Whether nothing stands against giving one question's answer to the other."""
    return (
        one.numbers == other.numbers
        and one.names == other.names
        and one.negated == other.negated
        and one.asked == other.asked
        and not (one.speaks_first and other.speaks_first and one.speaks_first != other.speaks_first)
        and not any(_opposed(one.words, other.words, pair) for pair in _OPPOSITES)
    )


def marks_of(text: str) -> Marks:
    """The marks of one question."""
    tokens = [found[0] for found in _TOKEN.finditer(text)]
    lower = [token.lower().replace("’", "'") for token in tokens]
    words = frozenset(lower)
    numbers = Counter(_NUMBERS.get(token, token) for token in lower if token in _NUMBERS or _has_digit(token))
    numbers.update(_SIGNS.findall(text))
    negations = sum(word.replace("'", "") in _NEGATIONS or word.endswith("n't") for word in lower)
    return Marks(
        frozenset(numbers.items()), _names(text, tokens), bool(negations % 2), words & _ASKED, _first(lower), words
    )


def _first(words: list[str]) -> str:
    """Who is named first, the one who asks or the one asked; nothing where only one of them is."""
    told = ["you" if word in _YOU else "me" for word in words if word in _YOU or word in _ME]
    return told[0] if len(set(told)) == 2 else ""


def _names(text: str, tokens: list[str]) -> frozenset[str]:
    """Words with a capital that do not begin a sentence, days and months, and whatever is quoted."""
    starts = {found[0] for sentence in _SENTENCE.split(text) if (found := _TOKEN.search(sentence))}
    if text.isupper():
        return frozenset()
    named = {
        token.lower()
        for token in tokens
        if (token[0].isupper() and len(token) > 1 and token not in starts) or token.lower() in _TIMES
    }
    return frozenset(named | {quoted.lower() for quoted in _QUOTED.findall(text)})


def _opposed(one: frozenset[str], other: frozenset[str], pair: tuple[frozenset[str], ...]) -> bool:
    left, right = pair
    first, second = (bool(one & left), bool(one & right)), (bool(other & left), bool(other & right))
    return first != second and any(first) and any(second)


def _has_digit(token: str) -> bool:
    return any(sign.isdigit() for sign in token)
