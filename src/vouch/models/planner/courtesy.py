"""Messages that want nothing: greetings, thanks, goodbyes, a plain yes or no; and words that take a wish back.

It does not know what was said before.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from vouch.models.planner.tokens import tokens, word_set

Courtesy = Literal["", "greeting", "thanks", "goodbye", "yes", "no", "enough"]

_GREETING: Final = word_set("hi hello hey howdy greetings morning afternoon evening moin hallo dear")
_THANKS: Final = word_set(
    "thanks thank thx ty cheers appreciated appreciate grateful perfect great wonderful brilliant awesome"
)
_GOODBYE: Final = word_set("bye goodbye cya ciao farewell regards wishes sincerely weekend")
_YES: Final = word_set("yes yeah yep yup sure ok okay correct right exactly absolutely definitely")
_NO: Final = word_set("no nope nah nothing none")
_FILL: Final = word_set(
    "good day to you there all team sir madam and so very much a lot for your the help it that is that's i really this "
    "was have nice one please do of course everything else more now fine then well just be am i'm we are got again my "
    "friend kind helpful support all done sounds will not thats its had ll"
)
_ENOUGH: Final = re.compile(
    r"\b(?:never ?mind|forget (?:it|that|about it)|leave it|doesn't matter|does not matter|"
    r"changed my mind about (?:it|that)|don't bother|drop it|scrap that)\b",
    re.IGNORECASE,
)
_WISHES_WELL: Final = re.compile(
    r"(?:have|enjoy) (?:a|your|the) (?:\w+ )?(?:day|evening|weekend|one|night|time)|(?:best|kind|warm) \w+",
    re.IGNORECASE,
)
_UNKNOWN: Final = re.compile(
    r"\b(?:(?:do not|don't|dont) (?:know|have|remember|recall)|no idea|not sure|no clue|can(?:no|')t (?:find|remember)|"
    r"cannot find|haven't got|lost (?:it|the)|forgot|forgotten|where do i find)\b",
    re.IGNORECASE,
)
_KINDS: Final[tuple[tuple[Courtesy, frozenset[str]], ...]] = (
    ("goodbye", _GOODBYE),
    ("thanks", _THANKS),
    ("no", _NO),
    ("yes", _YES),
    ("greeting", _GREETING),
)
_SHORT: Final = 6  # words of a message that may take back a wish as a whole


def courtesy(text: str) -> Courtesy:
    """What kind of courtesy `text` is, when it is nothing more."""
    words = [token.word for token in tokens(text)]
    if words and len(words) <= _SHORT and _ENOUGH.search(text):
        return "enough"
    if _WISHES_WELL.fullmatch(text.strip(" .!,")):
        return "goodbye"
    every = frozenset(words)
    if not every or not every <= _FILL.union(*(kind for _, kind in _KINDS)):
        return ""
    for kind, names in _KINDS:
        if every & names:
            return kind
    return ""


def takes_back(text: str) -> bool:
    """Whether `text` takes back what was wanted before."""
    return bool(_ENOUGH.search(text))


def does_not_know(text: str) -> bool:
    """Whether `text` says that something asked for is not known."""
    return bool(_UNKNOWN.search(text))
