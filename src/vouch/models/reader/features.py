"""What speaks for a row of words being the answer: features with names, most of them true or absent.

It does not know their weights.

In the manner of the logistic regression of Rajpurkar et al. (2016), SQuAD, section 5, with looks of words in place of
parse trees: the kind of question against the look of the words and of their neighbours, and where the question's own
words stand around them. A feature names looks, signs and small words, never a word that says something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from vouch.models.reader.asking import Question
from vouch.models.reader.words import UNITS, Word

Features = list[tuple[str, float]]

_REACH: Final = 12
_NOWHERE: Final = 99


class Scene(NamedTuple):
    """A sentence in which an answer is looked for.

    `near` is its cosine to the question, `shared` the share of the question's weight that its words carry, `around` the
    same with the sentences beside it, `passage` the same with its whole passage. `lead` is how much better `near` and
    the shares together are than the best other sentence's, `ahead` how much better `passage` is than the best other
    passage's; 0 where there is no other. `rank` is the place of its passage among several, from 1, the best first as a
    search gives them; 0 where there is only one.
    """

    words: Sequence[Word]
    near: float
    shared: float
    around: float
    passage: float = 1.0
    lead: float = 0.0
    ahead: float = 0.0
    rank: int = 0


def starts(question: Question, words: Sequence[Word]) -> list[Features]:
    """For each word: what speaks for an answer that begins there."""
    classes = [_class(question, word) for word in words]
    found: list[Features] = []
    for place, word in enumerate(words):
        before, second = _at(classes, place - 1), _at(classes, place - 2)
        look = _look(question, word)
        mine = [f"s.{look}.{before}", f"s.{before}", f"s.{second}.{before}"]
        for kind in dict.fromkeys(question.kinds):
            mine += [f"s.{kind}.{look}", f"s.{kind}.<{before}", f"s.{kind}.{look}.<{before}", f"s.{kind}.<<{second}"]
        found.append([(name, 1.0) for name in mine])
    return found


def ends(question: Question, words: Sequence[Word]) -> list[Features]:
    """For each word: what speaks for an answer that ends there."""
    classes = [_class(question, word) for word in words]
    found: list[Features] = []
    for place, word in enumerate(words):
        after, second = _at(classes, place + 1), _at(classes, place + 2)
        look = _look(question, word)
        mine = [f"e.{look}.{after}", f"e.{after}", f"e.{after}.{second}"]
        for kind in dict.fromkeys(question.kinds):
            mine += [f"e.{kind}.{look}", f"e.{kind}.>{after}", f"e.{kind}.{look}.>{after}"]
        found.append([(name, 1.0) for name in mine])
    return found


def spans(
    question: Question, scene: Scene, rarity: Mapping[str, float], places: Sequence[tuple[int, int]]
) -> list[Features]:
    """For each candidate: what speaks for it as a whole and for where it stands."""
    words = scene.words
    asked = [place for place, word in enumerate(words) if word.stem in question.stems]
    focus = [place for place in asked if words[place].stem == question.focus]
    named = [place for place in asked if words[place].stem in question.names]
    whole: Features = [
        ("sentence.near", scene.near),
        ("sentence.shared", scene.shared),
        ("sentence.around", scene.around),
        ("sentence.lead", scene.lead),
        ("passage.shared", scene.passage),
        ("passage.ahead", scene.ahead),
        *([(f"passage.rank{min(scene.rank, 3)}", 1.0)] if scene.rank else []),
    ]
    kinds = tuple(dict.fromkeys(question.kinds))
    return [
        [
            *whole,
            *((name, 1.0) for name in _shape(question, words, first, last, kinds)),
            *_near(words, first, last, asked, rarity),
            *_distances(first, last, {"focus": focus, "name": named, "asked": asked}, kinds[0]),
        ]
        for first, last in places
    ]


def _shape(question: Question, words: Sequence[Word], first: int, last: int, kinds: Sequence[str]) -> list[str]:
    inside = words[first : last + 1]
    looks: list[str] = []
    for word in inside:
        look = _look(question, word)
        if not looks or looks[-1] != look:
            looks.append(look)
    shape = "+".join(looks[:5]) + ("+.." if len(looks) > 5 else "")
    repeated = sum(word.stem in question.stems for word in inside if word.look not in ("small", "sign"))
    telling = sum(word.look not in ("small", "sign") for word in inside)
    size = min(len(inside), 6) if len(inside) < 10 else 10
    names = [f"x.asked{min(repeated, 2)}", f"x.size{size}", f"x.telling{min(telling, 5)}", f"x.{shape}"]
    names.append("x.all-asked" if repeated == telling else f"x.some-asked{repeated > 0}")
    unit = inside[-1].stem in UNITS or inside[-1].text.lower() in UNITS or inside[0].text in UNITS
    closed = _enclosed(words, first, last)
    for kind in kinds:
        names += [f"x.{kind}.{shape}", f"x.{kind}.size{size}", f"x.{kind}.asked{min(repeated, 2)}"]
        names += [f"x.{kind}.unit"] if unit else []
        names += [f"x.{kind}.{closed}"] if closed else []
    if question.focus and inside[-1].stem == question.focus:
        names.append(f"x.{kinds[0]}.ends-in-focus")
    return names


def _enclosed(words: Sequence[Word], first: int, last: int) -> str:
    before = words[first - 1].text if first else "^"
    after = words[last + 1].text if last + 1 < len(words) else "$"
    return f"{before}_{after}" if before in '^,(“"—:' and after in '$,)”"—.;' else ""


def _near(words: Sequence[Word], first: int, last: int, asked: Sequence[int], rarity: Mapping[str, float]) -> Features:
    """The weight of the question's words to the left and the right, less the farther off."""
    left = right = 0.0
    for place in asked:
        weight = rarity.get(words[place].stem, 0.0)
        if place < first:
            left += weight / (1 + min(first - place, _REACH) / 3)
        elif place > last:
            right += weight / (1 + min(place - last, _REACH) / 3)
    return [("near.left", left), ("near.right", right), ("near.both", left + right), ("near.most", max(left, right))]


def _distances(first: int, last: int, several: Mapping[str, Sequence[int]], kind: str) -> Features:
    found: Features = []
    for what, places in several.items():
        away = min((first - each if each < first else max(0, each - last) for each in places), default=_NOWHERE)
        side = "" if away in (0, _NOWHERE) else "<" if any(first - each == away for each in places) else ">"
        step = away if away < 4 else 4 if away < 7 else 7 if away < 12 else 12 if away < _NOWHERE else 99
        found += [(f"d.{what}{side}{step}", 1.0), (f"d.{kind}.{what}{side}{step}", 1.0)]
    return found


def _at(classes: Sequence[str], place: int) -> str:
    return classes[place] if 0 <= place < len(classes) else "^" if place < 0 else "$"


def _class(question: Question, word: Word) -> str:
    """A sign or small word as it is; of the others, whether the question has it, or its look."""
    if word.look in ("small", "sign"):
        return word.text.lower()
    if word.stem == question.focus:
        return "FOCUS"
    return "ASKED" if word.stem in question.stems else word.look


def _look(question: Question, word: Word) -> str:
    return "asked" if word.look not in ("small", "sign") and word.stem in question.stems else word.look
