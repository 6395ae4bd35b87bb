"""Policies: plain functions over what happened in a run, with a sentence for the customer and one for the auditor.

It does not know which writes they guard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction

from vouch.contracts.policy import Attempt
from vouch.errors import ToolError
from vouch.tools.sentence import check_fields

Check = Callable[[Attempt], bool]


@dataclass(frozen=True)
class Rule:
    """A policy. Calling it calls the function itself, so it is tested like any other."""

    check: Check
    name: str
    customer: str
    auditor: str

    def __call__(self, attempt: Attempt) -> bool:
        """Whether the write may be made."""
        return self.check(attempt)

    @property
    def functions(self) -> tuple[object, ...]:
        """What it rests on."""
        return (self.check, self.customer, self.auditor)

    def allows(self, attempt: Attempt) -> bool:
        """Whether the write may be made."""
        return bool(self.check(attempt))


def policy(*, customer: str, auditor: str, name: str = "") -> Callable[[Check], Rule]:
    """Make a function a policy.

    `customer` is what the model tells whoever it talks to, `auditor` what the journal says; both may name arguments of
    the write, such as `{order}`, which every tool that has the policy must take. Raises `ToolError` when one of them is
    empty or no such sentence, or the function is asynchronous: what it gives would always count as a yes.
    """
    if not customer.strip() or not auditor.strip():
        raise ToolError("a policy needs a sentence for the customer and one for the auditor; give both")
    for who, sentence in (("customer", customer), ("auditor", auditor)):
        check_fields(f"policy({who})", sentence)

    def decorate(check: Check) -> Rule:
        if iscoroutinefunction(check):
            raise ToolError(f"policy {check.__name__!r} is asynchronous; write it with `def`, over what the run knows")
        return Rule(check, name or check.__name__.replace("_", " "), customer, auditor)

    return decorate
