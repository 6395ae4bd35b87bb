"""What comes next in a conversation: calls, or words.

It does not know how the conversation was read.

Goals are taken in order. Look-ups of several goals are made together; a change of the world goes alone. What came of
all goals is told at once, when none of them can go on without the customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from vouch.models.planner import words
from vouch.models.planner.chaining import Chain
from vouch.models.planner.confidence import BAR
from vouch.models.planner.conversation import Conversation, Goal, Question
from vouch.models.planner.matching import person
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.steps import Blocked, Do, Look, Need, Step, Which
from vouch.models.planner.toolbox import Skill, Toolbox
from vouch.values.request import Finish

_FAILURES: Final = 2
"""After so many messages that are not understood, or answers that do not help, a person is called."""

_ASKED: Final = 2
_LOW: Final = 0.2
_POLITE: Final = 0.95


@dataclass(frozen=True)
class Planned:
    """A call to make, and the place of the goal whose own call it is, or -1."""

    skill: Skill
    arguments: str
    goal: int = -1


@dataclass(frozen=True)
class Decision:
    """Calls, or words, with how sure they are; `after` is the conversation once that is done."""

    after: Conversation
    calls: tuple[Planned, ...] = ()
    text: str = ""
    sure: float = 1.0
    finish: Finish = "stop"


def decide(talk: Conversation, tools: Toolbox, meanings: Meanings) -> Decision:
    """The next thing to do. Pure: the same conversation gives the same decision."""
    steps = [(place, Chain(tools, talk, place, meanings).step()) for place, _ in talk.open]
    return _calls(talk, steps) or _give_up(talk, steps, tools, meanings) or _speak(talk, steps, tools, meanings)


def _calls(talk: Conversation, steps: Sequence[tuple[int, Step]]) -> Decision | None:
    """The calls to make now: reads until the first write, or that write alone."""
    reads: dict[tuple[str, str], Planned] = {}
    sure = 1.0
    for place, step in steps:
        for do in step.calls if isinstance(step, Look) else (step,) if isinstance(step, Do) else ():
            if _was_tried(talk, place, do):
                continue
            own = place if do.own else -1
            planned = Planned(do.skill, do.spelled, own)
            if do.skill.writes:
                if reads:
                    break
                return Decision(talk, (planned,), sure=talk.goals[place].sure * do.sure, finish="tools")
            key = (do.skill.name, do.spelled)
            if own >= 0 or key not in reads:
                reads[key] = planned
            sure = min(sure, talk.goals[place].sure * do.sure)
        else:
            continue
        break
    return Decision(talk, tuple(reads.values()), sure=sure, finish="tools") if reads else None


def _was_tried(talk: Conversation, place: int, do: Do) -> bool:
    """Whether this goal's own call failed before, and nothing more is known since."""
    return do.own and (do.spelled, talk.successes) in talk.goals[place].tried


def _give_up(
    talk: Conversation, steps: Sequence[tuple[int, Step]], tools: Toolbox, meanings: Meanings
) -> Decision | None:
    """Hand over where nothing is understood or asking does not help; abstain where nobody can be called."""
    stuck = [place for place, step in steps if _is_stuck(talk.goals[place], step)]
    lost = talk.unclear and talk.failures >= _FAILURES
    if not stuck and not lost:
        return None
    for place in stuck:
        talk = talk.with_goal(place, status="failed", reported=True)
    skill = person(tools, meanings)
    tried = skill is not None and any(
        goal.tool == skill.name and goal.turn == len(talk.said) - 1 for goal in talk.goals
    )
    if skill is not None and not tried:
        goal = Goal(skill.name, talk.said[-_FAILURES:], BAR, len(talk.said) - 1)
        talk = msgspec.structs.replace(talk, goals=(*talk.goals, goal), unclear=False, question=Question())
        step = Chain(tools, talk, len(talk.goals) - 1, meanings).step()
        if decision := _calls(talk, [(len(talk.goals) - 1, step)]):
            return decision
        talk = talk.with_goal(len(talk.goals) - 1, status="failed", reported=True)
    after = msgspec.structs.replace(talk.dropped(), unclear=False)
    return Decision(after, text=words.CANNOT_HELP, sure=_LOW, finish="abstained")


def _is_stuck(goal: Goal, step: Step) -> bool:
    """Whether the same facts were asked for often enough."""
    return isinstance(step, Need | Which) and goal.asked.count(_asked(step)) >= _ASKED


def _asked(step: Step) -> str:
    """A question in short: the same one again means that the answer to it did not help."""
    if isinstance(step, Need):
        return " ".join(("facts", *(one.name for one in step.parameters)))
    if isinstance(step, Which):
        return " ".join(("which", step.parameter.name, *(str(one.value) for one in step.found)))
    return ""


def _speak(talk: Conversation, steps: Sequence[tuple[int, Step]], tools: Toolbox, meanings: Meanings) -> Decision:
    """Tell what came of the goals, and ask the first question that is open."""
    parts: list[str] = []
    sure = [goal.sure for goal in talk.goals if not goal.reported and goal.status in ("done", "failed")]
    for place, goal in enumerate(talk.goals):
        if goal.status in ("done", "failed") and not goal.reported:
            parts.append(_report(talk, goal, tools, meanings))
            talk = talk.with_goal(place, reported=True)
    question = Question()
    for place, step in steps:
        text, asked = _question(talk, place, step)
        if asked.kind and question.kind:
            continue
        parts.append(text)
        sure.append(talk.goals[place].sure)
        question = asked if asked.kind else question
        talk = _after(talk, place, step, asked)
    if parts:
        talk = msgspec.structs.replace(talk, question=question)
        return Decision(talk, text=" ".join(dict.fromkeys(part for part in parts if part)), sure=min(sure))
    return _nothing_to_do(talk, tools)


def _report(talk: Conversation, goal: Goal, tools: Toolbox, meanings: Meanings) -> str:
    skill = tools.skill(goal.tool)
    assert skill is not None  # noqa: S101 - goals are made of the tools there are
    return words.report(skill, talk.calls[goal.call], goal.words[0], meanings)


def _question(talk: Conversation, place: int, step: Step) -> tuple[str, Question]:
    match step:
        case Need():
            names = tuple(one.name for one in (*step.parameters, *step.instead))
            return words.need(step.parameters, step.instead), Question("facts", place, names)
        case Which():
            options = tuple(str(one.value) for one in step.found)
            return words.which(step.parameter, step.found), Question("which", place, (step.parameter.name,), options)
        case Blocked():
            names = tuple(one.name for one in step.parameters)
            return words.blocked(step.message, step.parameters), Question("facts" if names else "", place, names)
        case _:
            # Its own call was refused before, and nothing has changed since.
            goal = talk.goals[place]
            return (talk.calls[goal.call].content if goal.call >= 0 else words.CANNOT_HELP), Question()


def _after(talk: Conversation, place: int, step: Step, asked: Question) -> Conversation:
    goal = talk.goals[place]
    if not asked.kind:
        return talk.with_goal(place, status="failed", reported=True)
    return talk.with_goal(place, asked=(*goal.asked, _asked(step)))


def _nothing_to_do(talk: Conversation, tools: Toolbox) -> Decision:
    """A courtesy, or the question what is wanted."""
    if not talk.unclear:
        return Decision(talk, text=words.courtesy(talk.courtesy), sure=_POLITE)
    found = [skill for name in talk.question.options if (skill := tools.skill(name))]
    return Decision(talk, text=words.clarify(found), sure=_LOW)
