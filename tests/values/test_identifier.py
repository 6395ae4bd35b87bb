from __future__ import annotations

import time

from vouch.values.identifier import new_id


def test_ids_sort_by_the_time_they_were_made() -> None:
    made: list[str] = []
    for _ in range(20):
        made.append(new_id())
        time.sleep(0.002)
    assert made == sorted(made)


def test_ids_are_never_given_twice_and_are_easy_to_type() -> None:
    made = [new_id() for _ in range(10_000)]
    assert len(set(made)) == len(made)
    assert {len(name) for name in made} == {26}
    assert set("".join(made)) <= set("0123456789abcdefghjkmnpqrstvwxyz")


def test_an_id_says_when_it_was_made() -> None:
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    number = 0
    for letter in new_id():
        number = number * 32 + alphabet.index(letter)
    assert abs((number >> 80) / 1000 - time.time()) < 5
