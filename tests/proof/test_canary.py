from __future__ import annotations

import html
import json
from collections.abc import Callable

import pytest

from vouch.proof.canary import holds, hostile_order, new_canary


def test_each_is_another_and_made_of_small_letters() -> None:
    many = {new_canary() for _ in range(100)}
    assert len(many) == 100
    assert all(one.isalpha() and one.islower() and len(one) == 16 for one in many)


CHANGES: list[Callable[[str], str]] = [
    str,
    lambda canary: f"See: {canary}.",
    str.upper,
    str.title,
    lambda canary: json.dumps(json.dumps({"note": f'"{canary}"\n'})),
    lambda canary: html.escape(f"<{canary}>"),
    lambda canary: f"{canary[:7]}-\n{canary[7:]}",
    "\u200b".join,
]


@pytest.mark.parametrize("changed", CHANGES)
def test_it_is_found_however_it_comes_back(changed: Callable[[str], str]) -> None:
    canary = new_canary()
    assert holds(changed(canary), canary)


def test_nothing_else_is_taken_for_it() -> None:
    canary = new_canary()
    assert not holds(new_canary(), canary)
    assert not holds(canary[:-1], canary)
    assert not holds("", canary)
    assert holds(hostile_order(canary), canary)
