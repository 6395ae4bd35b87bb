"""What a question asks for: its question word, the kind of answer that fits, and the words it says.

It does not know where an answer is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import Final, NamedTuple

from vouch.models.planner.tokens import stem, word_set
from vouch.models.reader.words import Word, words

_NOUNS: Final = {
    "time": word_set("year date century decade month day time period era season week hour deadline"),
    "place": word_set(
        "country city state region river area continent location place town county mountain province nation street "
        "island district building floor room office kingdom empire territory address"
    ),
    "person": word_set(
        "person king queen author scientist leader president man woman actor singer artist player emperor general "
        "mathematician physicist philosopher writer composer director founder manager pope people group contact team "
        "organization company university party agency institution department"
    ),
    "number": word_set(
        "percentage percent number amount temperature size ratio price cost fee rate limit distance age length score "
        "population share quantity sum budget allowance maximum minimum"
    ),
    "name": word_set("name term word title nickname language theory law act document form system code"),
}
_MANY: Final = re.compile(
    r"\bhow (?:many|much|high|tall|large|big|far|old|deep|wide|heavy|fast|hot|cold|expensive)\b"
    r"|\bwhat (?:do|does|did|will|would) [^?]* cost\b"
)
_LONG: Final = re.compile(
    r"\bhow (?:long|often|soon|early|late)\b|\bhow many (?:days|weeks|months|years|hours|minutes)\b"
)
_WHEN: Final = re.compile(
    r"\bwhen\b|\b(?:what|which) (?:year|date|century|decade|month|day|weekday|time)\b|\bby when\b|\bwhat time\b"
)
_WORDS: Final = ("who", "whom", "whose", "where", "when", "why", "how", "which", "what")
_IDLE: Final = word_set("who whom whose where when why how which what many much")
_DOING: Final = word_set("do does did can could will would has have had should may might must")
_SKIPPED: Final = _DOING | word_set("is are was were am be the a an")
_AUXILIARY: Final = word_set("is are was were do does did can could will would has have had should may must am be")


class Question(NamedTuple):
    """A question read. `kinds` name what is asked for, from coarse to fine; `stems` are of words that say something.

    `focus` is the stem of the word that names what is asked for, such as *country* in *in which country*.
    """

    text: str
    kinds: tuple[str, ...]
    stems: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]
    focus: str


@lru_cache(maxsize=1024)
def read(text: str) -> Question:
    """The question in a text; the last one, where there are several."""
    said = [word for word in words(text) if word.look != "sign"]
    place = next((place for place, word in enumerate(said) if word.text.lower() in _WORDS), -1)
    asked = said[place].text.lower() if place >= 0 else "none"
    telling = [word for word in said if word.look != "small" and word.text.lower() not in _IDLE]
    focus = _focus(said, place, asked)
    stems = frozenset(word.stem for word in telling)
    names = frozenset(word.stem for word in telling if word.look == "Name" and word.start > 0)
    numbers = frozenset(word.text.lower() for word in telling if word.look in ("number", "year"))
    return Question(text, _kinds(text.lower(), asked, focus, said, place), stems, names, numbers, focus)


def _focus(said: list[Word], place: int, asked: str) -> str:
    """The word that names what is asked for: of *which river bank*, bank; of *what is the yearly limit for*, limit.

    Else the first word that says something.
    """
    behind = said[place + 1 :]
    if asked in ("what", "which", "whose"):
        skipped = 0
        while skipped < len(behind) and behind[skipped].text.lower() in _SKIPPED:
            skipped += 1
        if not behind[:skipped] or behind[skipped - 1].text.lower() not in _DOING:
            named = list(takewhile(lambda word: word.look != "small", behind[skipped : skipped + 4]))
            if named:
                return named[-1].stem
    return next((word.stem for word in behind if word.look != "small" and word.text.lower() not in _IDLE), "")


def _kinds(low: str, asked: str, focus: str, said: list[Word], place: int) -> tuple[str, ...]:
    if _WHEN.search(low):
        return "when", "when"
    if _LONG.search(low):
        return "long", "long"
    if _MANY.search(low):
        return "many", "many"
    coarse = {"whom": "who", "whose": "who"}.get(asked, asked)
    if coarse not in ("what", "which", "how", "none"):
        return coarse, coarse
    following = said[place + 1].text.lower() if 0 <= place < len(said) - 1 else ""
    noun = next((kind for kind, nouns in _NOUNS.items() if focus in _stemmed(nouns)), "")
    if coarse in ("what", "which"):
        verb = following in _AUXILIARY
        fine = noun or ("is" if following in ("is", "are", "was", "were") else "does" if verb else "thing")
        return "what", f"what-{fine}{'-is' if noun and verb else ''}"
    return coarse, coarse


@lru_cache(maxsize=16)
def _stemmed(nouns: frozenset[str]) -> frozenset[str]:
    return frozenset(stem(noun) for noun in nouns)
