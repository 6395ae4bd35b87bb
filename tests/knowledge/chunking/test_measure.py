"""Sizes of texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.errors import ConfigError
from vouch.knowledge.chunking.measure import estimated_tokens, room


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("The lamp is broken.", 5),
        ("don't", 3),
        ("snake_case", 3),
        ("12", 1),
        ("1234567", 3),
        ("internationalisation", 3),
        ("漢字です", 4),
        ("über Straße", 2),
    ],
)
def test_tokens_are_estimated(text, tokens):
    assert estimated_tokens(text) == tokens


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_the_parts_of_a_text_between_blanks_add_up(parts):
    assert estimated_tokens(" ".join(parts)) == sum(estimated_tokens(part) for part in parts)


def test_the_overlap_is_a_part_of_the_limit():
    assert room(100, 20) == 80
    with pytest.raises(ConfigError, match=r"limit=0 leaves no room for a chunk; give at least 1"):
        room(0, 0)
    with pytest.raises(ConfigError, match=r"overlap=60 does not fit limit=100; give 0 to 50"):
        room(100, 60)
    with pytest.raises(ConfigError, match="overlap=-1"):
        room(100, -1)
