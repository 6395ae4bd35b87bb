"""What a message wants: the tools it asks for, with the words that belong to each.

It does not know what was said before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from vouch.models.planner import identifiers
from vouch.models.planner.clauses import Clause, clauses, informs, own_words, polished
from vouch.models.planner.confidence import BAR, chance
from vouch.models.planner.courtesy import courtesy
from vouch.models.planner.fields import normal
from vouch.models.planner.masking import masked
from vouch.models.planner.matching import Match, best, matches, person
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.mention import Mention
from vouch.models.planner.names import introduction
from vouch.models.planner.tokens import in_words, stem, stems, tokens
from vouch.models.planner.toolbox import Skill, Toolbox, introduces

_TOLD: Final = 0.6
"""The chance from which words that are put as no wish are taken for one."""

_HARMLESS: Final = 0.2
_PERSON: Final = 0.35
_CLOSE: Final = 0.08
_LIKELY: Final = 0.3
_LIKELY_WRITE: Final = 0.45

_MUCH: Final = 3
_OWN: Final = 0.8
"""The chance from which a clause about *it* is a wish of its own."""

_REFERS: Final = re.compile(r"\b(?:it|them)\b", re.IGNORECASE)
_ALONE: Final = 0.85
"""The chance from which what is told besides is a wish of its own."""

_ELSE: Final = re.compile(
    r"(?:and\s+)?(?:also|besides|additionally|furthermore|moreover|(?:one|another) (?:more )?thing)\b", re.IGNORECASE
)
_OPPOSED: Final = re.compile(r"\b(?:instead of|rather than)\b", re.IGNORECASE)
_BETTER: Final = 0.02
_TORN: Final = 0.04
"""By how much less near the next tool must come that changes something, before the nearest is taken."""

_OPTIONS: Final = 3


class Wish(NamedTuple):
    """A tool that is wanted, how likely it is, the words about it, where they begin, and arguments for it alone.

    `before` are words about the same from earlier messages, `core` the clause in which it was put.
    """

    skill: Skill
    sure: float
    text: str
    place: int
    fixed: tuple[tuple[str, Any], ...] = ()
    before: tuple[str, ...] = ()
    core: str = ""


class Heard(NamedTuple):
    """All wishes of a message in order; for where there is none, the nearest tools and the chance of the first.

    `torn` when the nearest tool changes something, and another that does so is about as near.
    """

    wishes: tuple[Wish, ...]
    options: tuple[str, ...]
    chance: float
    torn: bool = False


class _Part(NamedTuple):
    """A clause, the tools nearest first, the chance of the first; `apart` where it says that something else comes."""

    clause: Clause
    found: list[Match]
    sure: float
    apart: bool = False


class _Easy(NamedTuple):
    """Tools that a smaller chance is enough for: reads that need nothing but words, and the one that calls a person."""

    free: frozenset[str]
    person: str


def heard(text: str, tools: Toolbox, meanings: Meanings) -> Heard:
    """What `text` wants, in its own words: what it quotes at length is nobody's wish."""
    text = own_words(text)
    parts = _parts(text, tools, meanings)
    if not parts:
        return Heard((), (), 0.0)
    helper = person(tools, meanings)
    easy = _Easy(tools.free, helper.name if helper else "")
    chosen = _chosen(parts, easy)
    if chosen and all(introduces(parts[place].found[0].skill) for place in chosen):
        chosen = _instead(parts, chosen)
    # As a whole a message may be plainer than any clause of it.
    wholes: list[_Part] = []
    if not chosen or any(_is_torn(parts[place]) for place in chosen):
        wholes = [_part(Clause(text, 0, asks=any(part.clause.asks for part in parts)), tools, meanings)]
        if not chosen and _is_wish(wholes[0], easy) and not parts[0].clause.refuses:
            chosen, parts = [0], wholes
        if torn := next((part for place in chosen if _stays_torn(part := parts[place], wholes[0])), None):
            return Heard((), tuple(match.skill.name for match in _writes(torn)[:2]), torn.sure, torn=True)
    wishes = _without_helpers(_merged(_wishes(text, parts, chosen)))
    nearest = max([*parts, *wholes], key=lambda part: (bool(_offers(part)), part.sure))
    wished = tuple(one for wish in wishes for one in _apart(wish))
    torn = _is_torn(nearest, 2 * _TORN)
    return Heard(wished, tuple(_offers(nearest)[:_OPTIONS]), nearest.sure, torn=torn)


def _parts(text: str, tools: Toolbox, meanings: Meanings) -> list[_Part]:
    """The clauses that are no mere courtesy; two that together come nearer to one tool than alone are one."""
    parts: list[_Part] = []
    apart = False
    for clause in clauses(text, tools.verbs):
        bare = polished(clause.text)
        apart = apart or bool(_ELSE.match(clause.text))
        if not tokens(bare) or courtesy(bare):
            continue
        part, apart = _part(clause, tools, meanings)._replace(apart=apart), False
        if parts and clause.asks and not part.apart:
            before = parts[-1]
            # *Order 123456 - where is it?* is one; *it was order 123456* says nothing of what is put on a card.
            if not before.clause.asks and (stems(masked(before.clause.text, tools.nouns)) or informs(clause.text)):
                joint = _part(clause._replace(text=f"{before.clause.text} {clause.text}"), tools, meanings, clause.text)
                part = part._replace(found=joint.found, sure=joint.sure) if joint.sure > part.sure else part
            elif before.clause.asks and (joint := _joint(text, before, part, tools, meanings)):
                parts[-1] = joint._replace(apart=before.apart)
                continue
        parts.append(part)
    return parts


def _joint(text: str, before: _Part, part: _Part, tools: Toolbox, meanings: Meanings) -> _Part | None:
    """Both clauses as one, where that comes nearer to one tool than either does."""
    if not before.found or not part.found:
        return None
    if min(before.sure, part.sure) >= _OWN and before.found[0].skill is not part.found[0].skill:
        return None
    whole = text[before.clause.start : part.clause.start + len(part.clause.text)]
    joint = _part(before.clause._replace(text=whole), tools, meanings)
    return joint if joint.found[0].score > max(before.found[0].score, part.found[0].score) + _BETTER else None


def _part(clause: Clause, tools: Toolbox, meanings: Meanings, wish: str = "") -> _Part:
    found = matches(clause.text, tools, meanings, wish)
    if found and (informs(clause.text) or "?" in clause.text) and found[0].skill.name not in tools.free:
        found = _harmless_first(found, tools)
    if not clause.asks and introduction(clause.text):
        found = [match for match in found if introduces(match.skill)]
    if clause.refuses:
        said = {stem(token.word) for token in tokens(_OPPOSED.split(clause.text)[-1])}
        found = [match for match in found if not said & {stem(word) for word in match.skill.called.split()}]
    if not found:
        return _Part(clause, [], 0.0)
    score, margin = best(found)
    return _Part(clause, found, chance(score, margin, exemplified=tools.exemplified))


def _harmless_first(found: list[Match], tools: Toolbox) -> list[Match]:
    """A question goes to a look-up that needs nothing more, where one is about as near and the nearest is not sure."""
    score, margin = best(found)
    if chance(score, margin, exemplified=tools.exemplified) >= BAR:
        return found
    near = next(
        (match for match in found[1:] if match.skill.name in tools.free and match.score >= score - _CLOSE), None
    )
    return [near, *(match for match in found if match is not near)] if near else found


def _is_wish(part: _Part, easy: _Easy) -> bool:
    """Whether a clause is sure enough; looking something up does no harm, so a question may have less of a chance."""
    if not part.found:
        return False
    skill = part.found[0].skill
    if _is_question(part) and not skill.writes and (skill.name in easy.free or _ids_of(skill, part.clause.text)):
        return part.sure >= _HARMLESS
    if skill.name == easy.person and part.clause.asks:
        return part.sure >= _PERSON
    return part.sure >= (BAR if part.clause.asks else _TOLD)


def _offers(part: _Part) -> list[str]:
    """The tools of a clause that may be offered."""
    return [match.skill.name for match in part.found if not introduces(match.skill)]


def _is_torn(part: _Part, least: float = _TORN) -> bool:
    """Whether the nearest tool changes something, and another that does so is about as near."""
    if not part.found or not part.found[0].skill.writes:
        return False
    first, *others = _writes(part)
    return bool(others) and first.score - others[0].score < least


def _stays_torn(part: _Part, whole: _Part) -> bool:
    """Whether a torn clause is so in its message, too, or that speaks for another tool."""
    if not _is_torn(part):
        return False
    return _is_torn(whole) or not whole.found or whole.found[0].skill is not part.found[0].skill


def _writes(part: _Part) -> list[Match]:
    return [match for match in part.found if match.skill.writes]


def _is_question(part: _Part) -> bool:
    return informs(part.clause.text) or "?" in part.clause.text


def _ids_of(skill: Skill, text: str) -> bool:
    """Whether `text` names a thing by an id that the tool takes."""
    return any(_mentions(one.patterns, text) for one in skill.parameters if one.kind == "identifier" and one.patterns)


def _chosen(parts: Sequence[_Part], easy: _Easy) -> list[int]:
    """The places of wishes: all clauses put as one; where there is none, the likeliest of the others."""
    asking = [place for place, part in enumerate(parts) if _is_wish(part, easy) and part.clause.asks]
    asking = [place for place in asking if place == asking[0] or not _goes_on(parts[place])]
    if asking:
        told = [place for place in range(len(parts)) if place not in asking and _stands_alone(parts, place, asking)]
        return sorted([*asking, *told])
    # What is asked for and not understood is not what is merely told besides: that begins no change.
    unheard = any(part.clause.asks and len(stems(masked(part.clause.text))) >= _MUCH for part in parts)
    told = [
        place
        for place, part in enumerate(parts)
        if _is_wish(part, easy) and not (unheard and part.found[0].skill.writes)
    ]
    return [max(told, key=lambda place: parts[place].sure)] if told else []


def _stands_alone(parts: Sequence[_Part], place: int, asking: Sequence[int]) -> bool:
    """Whether what is merely told wants another change of another thing than all that is asked for."""
    part = parts[place]
    if part.sure < _ALONE or not part.found[0].skill.writes:
        return False
    ids = set(map(str, _ids(part.found[0].skill, part.clause.text)))
    asked = [parts[other] for other in asking]
    theirs = [set(map(str, _ids(other.found[0].skill, other.clause.text))) for other in asked]
    others = all(other.found[0].skill is not part.found[0].skill for other in asked)
    return bool(ids) and others and all(their and not their & ids for their in theirs)


def _instead(parts: Sequence[_Part], chosen: list[int]) -> list[int]:
    """Where the only wish is who the customer is: what else the message likely wants, or nothing if that is unclear."""
    others = [
        place
        for place, part in enumerate(parts)
        if place not in chosen and (part.clause.asks or len(stems(masked(part.clause.text))) >= _MUCH)
    ]
    if not others:
        return chosen
    likeliest = max(others, key=lambda place: parts[place].sure)
    part = parts[likeliest]
    return [likeliest] if part.found and is_likely(part.found[0].skill, part.sure) else []


def is_likely(skill: Skill, sure: float) -> bool:
    """Whether a wish is taken up when the customer goes on as if it were understood."""
    return sure >= (_LIKELY_WRITE if skill.writes else _LIKELY)


def _goes_on(part: _Part) -> bool:
    """Whether a clause rather says more of the wish before it, as *put it on my card* does."""
    return part.sure < _OWN and bool(_REFERS.search(part.clause.text))


def _wishes(text: str, parts: Sequence[_Part], chosen: Sequence[int]) -> list[Wish]:
    """Each chosen clause with those that follow it; what comes before the first belongs to the first."""
    wishes: list[Wish] = []
    firsts = [_first(parts, chosen[number - 1] if number else -1, place) for number, place in enumerate(chosen)]
    for number, place in enumerate(chosen):
        start = parts[firsts[number]].clause.start
        last = firsts[number + 1] - 1 if number + 1 < len(chosen) else len(parts) - 1
        end = parts[last].clause.start + len(parts[last].clause.text)
        part = parts[place]
        wishes.append(Wish(part.found[0].skill, part.sure, text[start:end].strip(), start, core=part.clause.text))
    return wishes


def _first(parts: Sequence[_Part], before: int, place: int) -> int:
    """The first clause about the wish at `place`: after another wish the one that says that something else comes.

    Without such, the one with the id of what the wish calls *it*.
    """
    if before < 0:
        return 0
    between = range(before + 1, place)
    if found := [one for one in between if parts[one].apart]:
        return found[0]
    skill, text = parts[place].found[0].skill, parts[place].clause.text
    named = [one for one in between if _ids(skill, parts[one].clause.text)]
    return named[-1] if named and _REFERS.search(text) and not _ids(skill, text) else place


def _merged(wishes: Sequence[Wish]) -> list[Wish]:
    """Neighbours that want the same tool for the same thing are one wish."""
    merged: list[Wish] = []
    for wish in wishes:
        if merged and merged[-1].skill is wish.skill and not _differ(merged[-1], wish):
            last = merged.pop()
            text, core = f"{last.text}. {wish.text}", f"{last.core}. {wish.core}"
            wish = last._replace(text=text, sure=max(last.sure, wish.sure), core=core)
        merged.append(wish)
    return merged


def _differ(one: Wish, other: Wish) -> bool:
    """Whether both name ids, and not the same ones."""
    first, second = (set(map(str, _ids(wish.skill, wish.text))) for wish in (one, other))
    return bool(first and second and first != second)


def _without_helpers(wishes: list[Wish]) -> list[Wish]:
    """Without look-ups that only say who the customer is, where something else is wanted that needs to know it."""
    needed = {normal(one.name) for wish in wishes for one in wish.skill.required}
    rest = [wish for wish in wishes if not (introduces(wish.skill) and wish.skill.gives & needed)]
    return rest or wishes


def _ids(skill: Skill, text: str) -> list[Any]:
    return [mention.value for one in _single_ids(skill) for mention in _mentions(one.patterns, text)]


def _single_ids(skill: Skill) -> list[Any]:
    ids = [one for one in skill.parameters if (one.item or one).kind == "identifier" and (one.item or one).patterns]
    looks = [(one.item or one).patterns for one in ids]
    return [one for one in ids if one.kind != "list" and one.required and looks.count(one.patterns) == 1]


def _mentions(patterns: Sequence[str], text: str) -> list[Mention]:
    return identifiers.by_pattern(text, patterns, bare=False)


def _apart(wish: Wish) -> list[Wish]:
    """One wish for each of several ids that it names for a parameter that takes one; its own clause comes first."""
    for one in _single_ids(wish.skill):
        named = list(dict.fromkeys(mention.value for mention in _mentions(one.patterns, wish.text)))
        values = list(dict.fromkeys(mention.value for mention in _mentions(one.patterns, wish.core))) or named
        if len(named) > 1 and not _corrected(wish.text):
            return [wish._replace(fixed=((one.name, value),)) for value in values]
    return [wish]


def _corrected(text: str) -> bool:
    """Whether the text takes back one id for another."""
    words = {token.word for token in tokens(in_words(text))}
    return bool(words & {"sorry", "mean", "meant", "instead", "rather", "not", "actually"})
