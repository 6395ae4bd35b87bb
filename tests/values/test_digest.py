from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vouch.values.case import Case, Dataset
from vouch.values.digest import LENGTH, canonical, digest, digest_bytes

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def shuffled(value: Any, luck: random.Random) -> Any:
    if isinstance(value, dict):
        items = list(value.items())
        luck.shuffle(items)
        return {key: shuffled(inner, luck) for key, inner in items}
    return [shuffled(inner, luck) for inner in value] if isinstance(value, list) else value


@given(json_values, st.integers())
def test_equal_content_has_one_digest_whatever_the_order_of_keys(value: Any, seed: int) -> None:
    other = shuffled(value, random.Random(seed))
    assert digest(other) == digest(value)
    assert canonical(other) == canonical(value)


@given(json_values, json_values)
def test_other_content_has_another_digest(one: Any, other: Any) -> None:
    assert (digest(one) == digest(other)) == (canonical(one) == canonical(other))


def test_a_digest_is_the_same_in_every_process() -> None:
    code = "from vouch.values.digest import digest; print(digest({'b': [1, 2.5, None], 'a': 'ü'}))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert other.stdout.strip() == digest({"a": "ü", "b": [1, 2.5, None]})
    assert digest_bytes(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4"
    assert len(digest(1)) == LENGTH


def test_a_dataset_is_addressed_by_all_that_its_cases_say() -> None:
    case = Case("a", "question", "answer", ("tag",), "source")
    first = Dataset("one", (case,))
    assert first.digest == Dataset("another name", (case,)).digest
    assert len(first) == 1
    changed = [
        Case("b", "question", "answer", ("tag",), "source"),
        Case("a", "question?", "answer", ("tag",), "source"),
        Case("a", "question", "answers", ("tag",), "source"),
        Case("a", "question", "answer", (), "source"),
        Case("a", "question", "answer", ("tag",)),
    ]
    assert len({first.digest, *(Dataset("one", (other,)).digest for other in changed)}) == 6
