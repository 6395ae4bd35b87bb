from __future__ import annotations

import pytest

from vouch.contracts.policy import Attempt, Past, PastCall, Policy
from vouch.errors import ToolError
from vouch.tools.policy import policy
from vouch.values.message import assistant, user


@policy(customer="I can only refund what you paid.", auditor="amount above paid minus refunded")
def within_what_was_paid(attempt: Attempt) -> bool:
    paid = sum(call.value["paid"] for call in attempt.past.results("order"))
    refunded = sum(call.given["amount"] for call in attempt.past.calls if call.write and call.name == attempt.tool)
    return attempt.arguments["amount"] <= paid - refunded


def attempt(amount: int, *calls: PastCall) -> Attempt:
    return Attempt("refund", {"amount": amount}, Past(calls, []))


ORDER = PastCall("order", '{"number": 7}', '{"paid": 100}')
REFUND = PastCall("refund", '{"amount": 60}', "refunded", write=True)
FAILED = PastCall("order", '{"number": 8}', "no such order", failed=True)


def test_a_policy_is_a_function_with_a_name_and_two_sentences() -> None:
    assert isinstance(within_what_was_paid, Policy)
    assert within_what_was_paid.name == "within what was paid"
    assert within_what_was_paid.customer == "I can only refund what you paid."
    assert within_what_was_paid.auditor == "amount above paid minus refunded"
    renamed = policy(customer="no", auditor="no", name="another")(lambda attempt: True)
    assert renamed.name == "another"


@pytest.mark.parametrize(
    ("amount", "calls", "allowed"),
    [(100, (ORDER,), True), (101, (ORDER,), False), (40, (ORDER, REFUND), True), (41, (ORDER, REFUND), False)],
)
def test_it_is_tested_like_any_other_function(amount: int, calls: tuple[PastCall, ...], allowed: bool) -> None:
    assert within_what_was_paid(attempt(amount, *calls)) is allowed
    assert within_what_was_paid.allows(attempt(amount, *calls)) is allowed


def test_what_failed_counts_for_nothing() -> None:
    assert attempt(1, ORDER, FAILED).past.last("order") == ORDER
    assert attempt(1, FAILED).past.last("order") is None
    assert FAILED.value == "no such order"
    assert PastCall("look", "", "seen").given == {}


def test_what_the_customer_said_is_known() -> None:
    past = Past([], [user("one"), assistant("and?"), user("two")])
    assert past.said == ("one", "two")


def test_whatever_is_no_plain_yes_or_no_is_made_one() -> None:
    found = policy(customer="no", auditor="no")(lambda attempt: attempt.arguments.get("amount"))  # type: ignore[return-value]
    assert found.allows(attempt(5)) is True
    assert found.allows(attempt(0)) is False


@pytest.mark.parametrize(("customer", "auditor"), [("", "why"), ("no", " "), ("\n", "")])
def test_both_sentences_must_be_given(customer: str, auditor: str) -> None:
    with pytest.raises(ToolError, match="a sentence for the customer and one for the auditor; give both"):
        policy(customer=customer, auditor=auditor)


def test_an_asynchronous_policy_would_allow_everything_and_is_refused() -> None:
    async def always_true_as_a_coroutine(attempt: Attempt) -> bool:
        return False

    with pytest.raises(ToolError, match="'always_true_as_a_coroutine' is asynchronous; write it with `def`"):
        policy(customer="no", auditor="no")(always_true_as_a_coroutine)  # type: ignore[arg-type]
