"""Writes that were chosen after untrusted text had entered the run: planned, asked about, refused or only noted.

It does not know whose text is untrusted: the tools and documents say so, and the run's state keeps it.
"""

from __future__ import annotations

from vouch.app.recovery import Write
from vouch.contracts.tool import Arguments
from vouch.provenance.judge import planned_step, step_done
from vouch.provenance.labels import critical_of
from vouch.provenance.traces import whence
from vouch.values.event import CallRefused, ProvenanceJudged


def is_tainted(write: Write) -> bool:
    """Whether the choice of this write rests on untrusted text, and it could do harm."""
    return bool(write.opened.rests_on) and critical_of(write.tool) != frozenset()


def judge(write: Write, arguments: Arguments, *, asks: bool) -> ProvenanceJudged:
    """What follows for a write whose choice rests on untrusted text. `asks`: somebody must say yes to it anyway."""
    step = _step(write, arguments)
    if step >= 0:
        verdict = "planned"
    elif write.provenance == "observe":
        verdict = "observed"
    else:
        verdict = "asked" if asks or write.provenance == "ask" else "blocked"
    rests_on = write.opened.rests_on
    return ProvenanceJudged(call_id=write.call_id, name=write.name, verdict=verdict, rests_on=rests_on, step=step)


def _step(write: Write, arguments: Arguments) -> int:
    state = write.state
    if not state.planned:
        return -1
    spent = [step for call, step in state.planned_calls.items() if call != write.call_id]
    return planned_step(write.tool, arguments, state.planned, spent=spent, calls=state.calls)


def step_taken(write: Write, arguments: Arguments) -> ProvenanceJudged | None:
    """That this write carries out a step of the plan, whoever said yes to it: it is not left to be made again."""
    state = write.state
    if not state.planned or write.call_id in state.planned_calls:
        return None
    place = step_done(write.tool, arguments, state.planned, spent=state.planned_calls.values())
    if place < 0:
        return None
    rests_on = write.opened.rests_on
    return ProvenanceJudged(call_id=write.call_id, name=write.name, verdict="planned", rests_on=rests_on, step=place)


def warning(write: Write, arguments: Arguments) -> str:
    """What whoever decides should know: what was read before, and which arguments stand there word for word.

    Looked up only for somebody who reads it: unlike the decision, it takes longer the more was read.
    """
    judged = write.opened.judged
    if judged is None or judged.verdict == "planned":
        return ""
    found = whence(arguments.values, write.state.calls)
    places = "; ".join(f"{name} stands in {', '.join(tools)}" for name, tools in found.items())
    read = f"chosen after text was read that anybody may have written: {', '.join(write.opened.rests_on)}"
    return f"{read}; {places}" if places else read


def was_judged(write: Write, judged: ProvenanceJudged) -> bool:
    """Whether this was found of the write before."""
    before = write.opened.judged
    return before is not None and before.verdict == judged.verdict


def blocked(write: Write, judged: ProvenanceJudged) -> CallRefused:
    """The refusal of a write that nobody is asked about."""
    content = (
        f"This was not done: it was chosen after text was read that anybody may have written "
        f"({', '.join(judged.rests_on)}), and there is nobody to approve it. Do not try it again."
    )
    return CallRefused(call_id=write.call_id, name=write.name, by="provenance", content=content)
