"""A whole conversation with an app, one customer's words after the other, as a proof needs it.

It does not know where the words come from, nor how the outcome is judged.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vouch.app.app import App
from vouch.app.citing import citations_of
from vouch.app.decide import decide, waiting_in
from vouch.app.declaration import Approver
from vouch.app.house import House
from vouch.app.run import close, resume, run, say
from vouch.journal.state import RunState, fold
from vouch.values.result import Called, Found, Result

DECISIONS = 20
"""Writes a case's person decides about at most: a run that asks for ever does not keep a proof from ending."""


async def converse(
    app: App,
    words: Sequence[str],
    house: House,
    *,
    key: str = "",
    name: str = "",
    proof: str = "",
    case: str = "",
    approver: Approver | None = None,
) -> Result:
    """Say `words` one after the other, let `approver` decide about what waits for a person, and leave the run open.

    `close_conversation` ends it.
    """
    result = await run(app, words[0], house, chat=True, key=key, name=name, proof=proof, case=case)
    said = list(words[1:])
    decisions = 0
    while result.status in ("answered", "waiting"):
        if approver is not None and decisions < DECISIONS and await _decided(result.run, house, approver):
            decisions += 1
            result = await resume(app, result.run, house)
        elif said:
            result = await say(app, result.run, said.pop(0), house)
        else:
            break
    return result


async def close_conversation(app: App, result: Result, house: House, *, world: object = None) -> Result:
    """End it, with how the world was left, and give all that happened in it.

    A run with a write whose outcome nobody knows is not ended: its result stays as it is.
    """
    state = fold(result.run, await house.journal.read(result.run))
    if any(opened.intended is not None for opened in state.open.values()):
        return told(result, state)
    left = msgspec.json.encode(world).decode() if world is not None else ""
    ended = await close(app, result.run, house, world=left)
    return told(ended, fold(result.run, await house.journal.read(result.run)))


def told(result: Result, state: RunState) -> Result:
    """`result` with all that happened in its run."""
    return msgspec.structs.replace(
        result,
        said=tuple(state.said),
        calls=tuple(call.name for call in state.calls),
        made=tuple(state.writes),
        refused=tuple(state.refused),
        state=msgspec.json.decode(state.world) if state.world else None,
        called=tuple(Called(call.name, call.arguments) for call in state.calls),
        found=msgspec.json.decode(state.passages, type=tuple[Found, ...]) if state.passages else (),
        citations=citations_of(state),
    )


async def _decided(run: str, house: House, approver: Approver) -> bool:
    """Whether the case's person decided about one more write."""
    for write in waiting_in(fold(run, await house.journal.read(run))):
        if write.uncertain:
            continue
        decision = approver(write.tool, msgspec.json.decode(write.arguments))
        if decision is not None:
            await decide(house.journal, run, decision, who="the case", call_id=write.call_id)
            return True
    return False
