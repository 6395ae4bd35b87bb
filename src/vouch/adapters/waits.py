"""A call that waits for somebody: for whom, for what, and what the agent is told meanwhile.

It does not know how they are asked.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vouch.journal.state import OpenCall, RunState


class Waits(Struct, frozen=True):
    """A call without a result yet: `of` whom it waits for, and `question`, what they are to decide.

    `call_id` is the call to be decided about, `run` its run, both as `vouch approve` takes them; `warning` says which
    untrusted text the write rests on. `uncertain`: it is to be found out whether the write was made (`vouch settle`).
    """

    run: str
    call_id: str
    tool: str
    of: Literal["person", "customer"]
    question: str
    warning: str = ""
    uncertain: bool = False

    @property
    def text(self) -> str:
        """What the agent's model is told, where its framework does not stop for it."""
        if self.uncertain:
            return f"It is not known whether {self.tool} was done. A person finds out; do not try it again meanwhile."
        whom = "A person must approve it" if self.of == "person" else "The customer must confirm it"
        return f"This is not done yet. {whom} first: {self.question}"


def waits_of(state: RunState, call_id: str) -> Waits:
    """For whom an open call of a run waits: because of itself, or of a write before it whose outcome is not known."""
    unknown = next((opened for opened in state.open.values() if opened.uncertain is not None), None)
    opened = unknown or state.open[call_id]
    return _uncertain(state, opened) if opened.uncertain is not None else _asked(state, opened)


def _uncertain(state: RunState, opened: OpenCall) -> Waits:
    assert opened.uncertain is not None  # noqa: S101 - or else it is not uncertain
    arguments = opened.call.arguments if opened.intended is None else str(opened.intended.arguments)
    question = f"Was {opened.call.name} {arguments} made? {opened.uncertain.why}"
    return Waits(state.run, opened.call.id, opened.call.name, "person", question, uncertain=True)


def _asked(state: RunState, opened: OpenCall) -> Waits:
    asked = opened.asked
    assert asked is not None  # noqa: S101 - an open call that nobody is asked about would have gone on
    question = str(asked.shown)
    if asked.of == "customer":
        question = f"{question} Is that right? Please answer yes or no."
    return Waits(state.run, opened.call.id, opened.call.name, asked.of, question, asked.warning)
