"""The tools of a request, read once: what each needs, gives, and is wanted for.

It does not know any conversation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from msgspec import Struct, structs

from vouch.models.planner.deeds import commanded
from vouch.models.planner.fields import normal, patterns_in, promised_by
from vouch.models.planner.kinds import PERSONAL
from vouch.models.planner.masking import masked
from vouch.models.planner.schema import Parameter, parameters
from vouch.models.planner.tokens import in_words, stem, tokens, word_set
from vouch.values.request import ToolSpec

_FIRST: Final = re.compile(r"(?<=[\w)])[.:;](?:\s|$)")
_PHRASES: Final = 40  # of one tool; more would cost time and teach little
_ASKING: Final = word_set("query question search topic")
_WISHING: Final = word_set("would could should please")
_LIBRARY: Final = word_set(
    "knowledge policy policies faq faqs document documents docs doc article articles handbook manual guide help "
    "rules terms passages"
)


class Skill(Struct, frozen=True):
    """A tool: its parameters, the names of the fields it gives, and how people say that they want it.

    `phrases` are its examples and what it does in a sentence, without facts, `about` its description, `called` its name
    in words; `searches` when it looks words up in texts; `verb` the stem of the word that its name begins with, `deeds`
    tells how many of its examples wish for it with which verb.
    """

    name: str
    writes: bool
    parameters: tuple[Parameter, ...]
    gives: frozenset[str]
    phrases: tuple[str, ...]
    about: str
    called: str
    searches: bool
    verb: str = ""
    deeds: Mapping[str, int] = {}

    @property
    def required(self) -> tuple[Parameter, ...]:
        """What it cannot do without."""
        return tuple(one for one in self.parameters if one.required)

    @property
    def any_of(self) -> tuple[Parameter, ...]:
        """What of it must at least be one, where it names nothing that it cannot do without."""
        if self.required:
            return ()
        return tuple(one for one in self.parameters if one.kind in PERSONAL or one.kind == "identifier")

    @property
    def looks_up_words(self) -> bool:
        """Whether words are all that it needs, so that it can be asked anything."""
        return not self.writes and len(self.required) == 1 and self.required[0].kind == "words"


class Toolbox(Struct, frozen=True):
    """All tools.

    `verbs` are the stems of the words with which wishes begin, `words` all by which tools are chosen, `nouns` those for
    things that have ids; `free` the names of reads that need nothing but words, or what such reads give. `texts` are
    all by which tools are chosen, each tool's phrases, what it is about and how it is called, from its `starts` on.
    `known` are the words of names and descriptions, of parameters too.
    """

    skills: tuple[Skill, ...]
    verbs: frozenset[str]
    words: frozenset[str]
    nouns: frozenset[str]
    free: frozenset[str]
    exemplified: bool
    texts: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    known: frozenset[str] = frozenset()

    def skill(self, name: str) -> Skill | None:
        """The tool of this name."""
        return next((one for one in self.skills if one.name == name), None)

    @property
    def reads(self) -> tuple[Skill, ...]:
        """The tools that change nothing."""
        return tuple(one for one in self.skills if not one.writes)


def introduces(skill: Skill) -> bool:
    """Whether the tool finds somebody by what people know about themselves."""
    wanted = skill.required or skill.any_of
    return not skill.writes and bool(wanted) and all(one.personal for one in wanted)


def toolbox(specs: Sequence[ToolSpec]) -> Toolbox:
    """The tools of these specifications."""
    looks = _looks(specs)
    skills = tuple(_skill(spec, looks) for spec in specs)
    firsts = [tokens(text)[:1] for spec in specs for text in (in_words(spec.name), spec.description, *spec.examples)]
    verbs = frozenset(stem(token.word) for first in firsts for token in first)
    own = [(*one.phrases, one.about, one.called) for one in skills]
    texts = tuple(text for each in own for text in each)
    starts = tuple(accumulate((len(each) for each in own), initial=0))[:-1]
    words = frozenset(token.word for text in texts for token in tokens(text)) | _WISHING
    nouns = frozenset(
        word for one in skills for taken in one.parameters if taken.kind == "identifier" for word in taken.title.split()
    )
    exemplified = any(spec.examples for spec in specs)
    known = frozenset(token.word for one in skills for text in _told(one) for token in tokens(text))
    return Toolbox(skills, verbs, words, nouns, _free(skills), exemplified, texts, starts, known)


def _told(skill: Skill) -> Iterator[str]:
    """What the schema says of a tool."""
    yield skill.about
    yield skill.called
    for one in skill.parameters:
        yield one.title
        yield one.description


def _looks(specs: Sequence[ToolSpec]) -> dict[str, tuple[str, ...]]:
    """By normal name: the patterns that any tool's parameters or results have for it, for equal names are equal."""
    looks: dict[str, tuple[str, ...]] = {}
    for spec in specs:
        for one in parameters(spec.parameters):
            if one.patterns:
                looks.setdefault(normal(one.name), one.patterns)
    for spec in specs:
        for name, pattern in patterns_in(spec.returns or {}, spec.name):
            looks.setdefault(name, (pattern,))
    return looks


def _with_look(one: Parameter, looks: dict[str, tuple[str, ...]]) -> Parameter:
    if one.patterns or one.kind not in ("identifier", "open"):
        return one
    patterns = looks.get(normal(one.name), ())
    return structs.replace(one, patterns=patterns, kind="identifier") if patterns else one


def _free(skills: Sequence[Skill]) -> frozenset[str]:
    reads = [skill for skill in skills if not skill.writes]
    free = {skill.name for skill in reads if skill.looks_up_words}
    for _ in reads:
        given = frozenset[str]().union(*(skill.gives for skill in reads if skill.name in free))
        free |= {
            skill.name
            for skill in reads
            if skill.required and all(one.kind == "words" or normal(one.name) in given for one in skill.required)
        }
    return frozenset(free)


def _skill(spec: ToolSpec, looks: dict[str, tuple[str, ...]]) -> Skill:
    wanted = tuple(_with_look(one, looks) for one in parameters(spec.parameters))
    about = spec.description.split("\n\n")[0].strip()
    examples = (*spec.examples[:_PHRASES], _FIRST.split(about, maxsplit=1)[0]) if spec.examples else ()
    searches = _searches(spec, wanted)
    verb = stem((in_words(spec.name).split() or [""])[0])
    said = Counter(commanded(one) for one in spec.examples[:_PHRASES] if not searches)
    return Skill(
        spec.name,
        spec.writes,
        wanted,
        promised_by(spec.returns, spec.name),
        tuple(dict.fromkeys(phrase for example in examples if (phrase := masked(example)))),
        about or in_words(spec.name),
        in_words(spec.name),
        searches,
        verb,
        {one: count for one, count in said.items() if one},
    )


def _searches(spec: ToolSpec, wanted: Sequence[Parameter]) -> bool:
    """Whether it answers questions out of texts: it needs words alone, and its name or description says so."""
    needed = [one for one in wanted if one.required]
    if spec.writes or len(needed) != 1 or needed[0].kind != "words":
        return False
    said = set(in_words(spec.name).split()) | {token.word for token in tokens(spec.description)}
    return bool(said & _LIBRARY) and bool(set(in_words(needed[0].name).split()) & _ASKING)
