"""What the customer is told: reports, questions, and courtesies.

It does not know when which of them is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from vouch.models.planner.candidates import Candidate, label
from vouch.models.planner.conversation import Past
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.reading import sentence, sums_itself_up, told
from vouch.models.planner.schema import Parameter
from vouch.models.planner.tokens import in_words, shortened, singular
from vouch.models.planner.toolbox import Skill

NOTHING_FOUND: Final = "I found nothing about that."
CANNOT_HELP: Final = "I am sorry, I cannot help with that."
ANYTHING_ELSE: Final = "All right. Is there anything else I can do for you?"

_COURTESIES: Final = {
    "greeting": "Hello! What can I do for you?",
    "thanks": "You are welcome. Is there anything else I can do for you?",
    "goodbye": "Goodbye, and have a good day.",
    "enough": "All right, I leave it at that. Is there anything else I can do for you?",
}
_FINDS: Final = (
    (re.compile(r"(?:what|how|when|where|whether|which|who|if|why)\b"), "tell you "),
    (re.compile(r"(?:an?|the|all|one|some|every|your|their)\b"), "show you "),
)
_OPTIONS: Final = 8
_LONGEST: Final = 90
_YOURS: Final = (
    (
        re.compile(
            r"\b(?:the (?:customer|user|member|person|client|caller|guest|passenger|traveller|patient)(?:'s|s')"
            r"|their)\b"
        ),
        "your",
    ),
    (re.compile(r"\b(?:the (?:customer|user|member|person|client|caller)|they)\b"), "you"),
)


def courtesy(kind: str) -> str:
    """The answer to a courtesy."""
    return _COURTESIES.get(kind, ANYTHING_ELSE)


def report(skill: Skill, call: Past, asked: str, meanings: Meanings) -> str:
    """What came of a call."""
    if call.failed:
        return sentence(shortened(call.content, 500)) or "I am sorry, that did not work."
    result = told(call.value, asked, meanings, searches=skill.searches)
    if not skill.writes:
        return result or NOTHING_FOUND
    sums_up = sums_itself_up(call.value)
    return result if sums_up else f"Done: {skill.called}. {result}".strip()


def blocked(message: str, parameters: Sequence[Parameter]) -> str:
    """A look-up that failed, and what may help."""
    named = (
        listed([named_for_customer(one) for one in parameters if one.required] or [named_for_customer(parameters[0])])
        if parameters
        else ""
    )
    return f"{sentence(shortened(message, 500))} " + (f"Could you check {named}?" if named else "")


def need(parameters: Sequence[Parameter], instead: Sequence[Parameter]) -> str:
    """The question for missing facts."""
    asked = listed([named_for_customer(one) for one in parameters])
    other = [one for one in instead if one.personal]
    either = f" (or else {listed([named_for_customer(one) for one in other])})" if other else ""
    return f"For that, please tell me {asked}{either}."


def which(parameter: Parameter, found: Sequence[Candidate]) -> str:
    """The question which of several things is meant."""
    noun = " ".join(
        singular(word) for word in in_words(parameter.name).split() if word not in ("id", "ids", "new", "number")
    )
    options = ", ".join(f"({place}) {label(one)}" for place, one in enumerate(found[:_OPTIONS], 1))
    more = " or another" if len(found) > _OPTIONS else ""
    return f"Which {noun or 'one'} do you mean: {options}{more}?"


def clarify(skills: Sequence[Skill]) -> str:
    """The question what is wanted at all."""
    if not skills:
        return CANNOT_HELP
    options = "; ".join(f"({place}) {_offer(skill)}" for place, skill in enumerate(skills, 1))
    return f"I am not sure what you would like me to do. I can, for example: {options}. Which of these is it, if any?"


def _offer(skill: Skill) -> str:
    """What a tool does, as something that *I can*: a description that names what is found is what I can tell."""
    first = re.split(r"(?<=\w)[.:;](?:\s|$)", skill.about, maxsplit=1)[0]
    if len(first) > _LONGEST:
        return skill.called
    offer = first[:1].lower() + first[1:]
    lead = next((lead for begins, lead in _FINDS if not skill.writes and begins.match(offer)), "")
    return f"{lead}{offer}"


def named_for_customer(one: Parameter) -> str:
    """A parameter as its owner would call it: by its description, with *their* as *your*."""
    first = re.split(r"[.;:](?:\s|$)", one.description, maxsplit=1)[0].strip()
    name = first if 0 < len(first) <= _LONGEST else f"the {one.title}"
    name = name[:1].lower() + name[1:] if not name[:2].isupper() else name
    for pattern, word in _YOURS:
        name = pattern.sub(word, name)
    if one.kind == "choice":
        return f"{name} ({listed([in_words(str(choice)) for choice in one.choices], 'or')})"
    if one.is_address:
        return f"{name} ({listed([field.title for field in one.fields if field.required])})"
    if one.kind in ("date", "moment") and "-" not in name:
        return f"{name} (such as 2025-03-31)"
    return name


def listed(names: Sequence[str], joint: str = "and") -> str:
    """`a, b and c`."""
    return f" {joint} ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
