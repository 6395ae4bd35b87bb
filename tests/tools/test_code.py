"""Code has an address: what changes what a function does changes it, and what does not leaves it as it is."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vouch.app.app import App
from vouch.app.simulated import simulated
from vouch.contracts.policy import Attempt
from vouch.models.scripted import Scripted
from vouch.tools.approvals import above, always, when
from vouch.tools.code import code_of, code_of_tool
from vouch.tools.function import tool
from vouch.tools.policy import policy

BASE = '''
import math
from decimal import Decimal
from enum import Enum

class Status(Enum):
    OPEN = "open"
    SENT = "sent"

MOST = Decimal(100)
KINDS = ("card", "gift")
FIRST = Status.OPEN
ADDRESS = "https://one.example"
SEEN = []
limit = 5

def twice(amount):
    return 2 * amount

def unused(amount):
    return amount

def rule(amount, kind="card", *, least=1):
    """Whether it may be."""
    def inside(value):
        return value in {"card", "gift"} and kind in KINDS
    try:
        SEEN.append(ADDRESS)
        return least < twice(amount) <= MOST and inside(kind) and FIRST != Status.SENT and math.floor(limit) > 0
    except ValueError:
        return False
'''


def rule_of(source: str, name: str = "rule") -> Callable[..., Any]:
    names: dict[str, Any] = {"__name__": "of_a_test"}
    exec(compile(source, "a file", "exec"), names)
    return names[name]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("MOST = Decimal(100)", "MOST = Decimal(101)"),
        ("MOST = Decimal(100)", "MOST = 100"),
        ('KINDS = ("card", "gift")', 'KINDS = ("card",)'),
        ("FIRST = Status.OPEN", "FIRST = Status.SENT"),
        ("return 2 * amount", "return 3 * amount"),
        ('kind="card"', 'kind="gift"'),
        ("least=1", "least=2"),
        ("least <", "least <="),
        ('in {"card", "gift"}', 'in {"card", "cash"}'),
        ("kind in KINDS", "kind not in KINDS"),
        ("math.floor", "math.ceil"),
        ("except ValueError", "except KeyError"),
        ("return False", "return None"),
    ],
)
def test_what_changes_what_it_does_changes_its_address(old: str, new: str) -> None:
    assert BASE.count(old) == 1
    assert code_of(rule_of(BASE.replace(old, new))) != code_of(rule_of(BASE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def unused", "# a comment, and lines\n\n\ndef unused"),
        ("return amount", "return amount + 1"),  # a function that it does not name
        ("ADDRESS = ", 'ADDRESS = "https://two.example" or '),  # a text, as from the surroundings
        ("SEEN = []", "SEEN = [1]"),  # a list, which changes as it runs
        ("limit = 5", "limit = 6"),  # no constant by its name
        ("value", "other"),  # the name of a local variable
    ],
)
def test_what_is_not_seen_leaves_it_as_it_is(old: str, new: str) -> None:
    assert old in BASE
    assert code_of(rule_of(BASE.replace(old, new))) == code_of(rule_of(BASE))


def test_it_is_the_same_in_every_process() -> None:
    source = f"{BASE}\nfrom vouch.tools.code import code_of\nprint(code_of(rule))"
    printed = {
        subprocess.run(
            [sys.executable, "-c", source],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def at_most(limit: object) -> Callable[[int], bool]:
    def rule(amount: int) -> bool:
        return amount <= limit  # type: ignore[operator]

    return rule


def test_what_a_function_encloses_is_seen_where_it_is_constant() -> None:
    class Account:
        pass

    assert code_of(at_most(5)) == code_of(at_most(5)) != code_of(at_most(6))
    assert code_of(at_most("ann")) != code_of(at_most("bob"))
    assert code_of(at_most("ann"), texts=False) == code_of(at_most("bob"), texts=False)
    assert code_of(at_most((1, frozenset({"a", "b"})))) == code_of(at_most((1, frozenset({"b", "a"}))))
    assert code_of(at_most([1])) == code_of(at_most([2]))
    assert code_of(at_most(Account())) == code_of(at_most(Account()))
    assert code_of(at_most(at_most(1))) != code_of(at_most(at_most(2)))


def test_what_a_function_counts_is_no_code() -> None:
    calls = 0

    def counting() -> int:
        nonlocal calls
        calls += 1
        return calls

    before = code_of(counting)
    counting()
    assert code_of(counting) == before


def test_functions_that_call_each_other_come_to_an_end() -> None:
    source = """
def even(n):
    return n == 0 or odd(n - 1)

def odd(n):
    return n != {0} and even(n - 1)
"""
    one, other = (rule_of(source.replace("{0}", number), "even") for number in ("0", "1"))
    assert code_of(one) != code_of(other)

    def later() -> int:
        return value

    assert code_of(later)  # what it encloses has no value yet
    value = 1
    assert later() == value


def test_whatever_may_stand_in_a_functions_place_has_an_address() -> None:
    class Over:
        def __init__(self, limit: int) -> None:
            self.limit = limit
            self.seen: list[int] = []

        def demand(self, arguments: dict[str, Any]) -> None:
            self.seen.append(arguments["amount"] - self.limit)

    class Other(Over):
        def demand(self, arguments: dict[str, Any]) -> None:
            self.seen.append(arguments["amount"])

    assert code_of(Over(5)) == code_of(Over(5)) != code_of(Over(6))
    assert code_of(Over(5)) != code_of(Other(5))
    assert code_of(Over(5).demand) == code_of(Over.demand) != code_of(Other.demand)
    part = functools.partial
    assert code_of(part(at_most, 5)) == code_of(part(at_most, 5)) != code_of(part(at_most, 6))
    assert code_of(part(at_most, limit=5)) != code_of(part(at_most, limit=6))
    assert code_of(len) == code_of(len) != code_of(print, len)


def refusing(limit: int) -> Any:
    @policy(customer="No.", auditor="no")
    def small_enough(attempt: Attempt) -> bool:
        return attempt.arguments["amount"] < limit

    return small_enough


def app_with(*, result: int = 1, limit: int = 5, abroad: str = "DE", found: int = 1, address: str = "") -> App:
    def is_abroad(arguments: dict[str, Any]) -> bool:
        return arguments["country"] != abroad

    @tool(
        effect="write",
        approval=[when(is_abroad), above("amount", 7)],
        policies=[refusing(limit)],
        reconcile=lambda key: address * found,
    )
    def pay(amount: int, country: str, *, idempotency_key: str) -> str:
        """Pay."""
        return f"{address}: {result}"

    return App(name="a", models=[Scripted([])], tools=[pay])


@pytest.mark.parametrize("change", [{"result": 2}, {"limit": 6}, {"abroad": "FR"}, {"found": 2}])
def test_an_edit_of_a_tool_a_policy_a_rule_or_a_look_up_is_another_version_of_the_app(change: dict[str, Any]) -> None:
    assert app_with().version == app_with().version != app_with(**change).version
    assert simulated(app_with(), []).version == simulated(app_with(), []).version
    # Where a tool finds its receiver may be another for each process.
    assert app_with(address="127.0.0.1:80").version == app_with(address="127.0.0.1:81").version
    if "abroad" not in change:  # nobody need approve what is not made
        assert simulated(app_with(), []).version != simulated(app_with(**change), []).version


def test_a_policy_that_asks_another_one_of_its_module_changes_with_it() -> None:
    source = """
from vouch.tools.policy import policy

@policy(customer="No.", auditor="no")
def known(attempt):
    return {0}

@policy(customer="No.", auditor="no")
def rule(attempt):
    return known(attempt)
"""
    assert code_of(rule_of(source.replace("{0}", "True"))) != code_of(rule_of(source.replace("{0}", "False")))


def test_a_tool_of_another_kind_has_its_rules_alone() -> None:
    class Bare:
        approvals = (always,)

    class Barer:
        approvals = (above("amount", 5),)

    assert code_of_tool(Bare()) == code_of_tool(Bare()) != code_of_tool(Barer())  # type: ignore[arg-type]


def test_models_of_this_machine_are_known_by_their_files(tmp_path: Path) -> None:
    app = App(name="a", models=["local/classifier"])

    class Versioned(Scripted):
        version = "1"

    newer = Versioned([])
    newer.version = "2"
    assert app.version != replace(app, models=["local/planner"]).version
    assert replace(app, models=[Versioned([])]).version != replace(app, models=[newer]).version
