from __future__ import annotations

from pathlib import Path

import pytest

from vouch.errors import CaseError
from vouch.proof.passages import LARGEST_BYTES, LONGEST, passages_of, read_passages, spread

FACT = "A parcel may be sent back within thirty days, free of charge, in its own box or another one."


def test_paragraphs_stand_together_and_a_heading_begins_anew() -> None:
    text = f"# Returns\n\n## In short\n\n{FACT}\n\nMore of it.\n\n## Delivery\n\n{FACT}\n\n## Empty\n"
    found = list(passages_of("faq.md", text))
    assert [(passage.number, passage.text) for passage in found] == [
        (1, f"# Returns\n\n## In short\n\n{FACT}\n\nMore of it."),
        (2, f"## Delivery\n\n{FACT}"),
    ]
    assert list(passages_of("x", "too short")) == []


def test_a_passage_has_a_longest() -> None:
    several = list(passages_of("x", "\n\n".join(f"{n}. {FACT}" for n in range(60))))
    assert all(len(passage.text) <= LONGEST for passage in several)
    assert sum(passage.text.count(FACT) for passage in several) == 60
    # A single paragraph stays whole.
    [whole] = passages_of("x", FACT * 40)
    assert len(whole.text) > LONGEST


def test_questions_come_from_all_over() -> None:
    passages = list(passages_of("x", "\n\n".join(f"# {n}\n\n{FACT}" for n in range(10))))
    assert [(passage.number, count) for passage, count in spread(passages, 4)] == [(1, 1), (3, 1), (6, 1), (8, 1)]
    assert [count for _, count in spread(passages, 23)] == [3, 3, 3, *[2] * 7]
    assert sum(count for _, count in spread(passages, 10)) == 10


def test_files_are_read_and_mistakes_told(tmp_path: Path) -> None:
    good, latin, large = (tmp_path / name for name in ("good.md", "latin.txt", "large.txt"))
    good.write_bytes(b"\xef\xbb\xbf" + f"{FACT}\r\n\r\n{FACT}".encode())
    latin.write_bytes("später".encode("latin-1"))
    with large.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    [passage] = read_passages([good])
    assert (passage.document, passage.text) == (good.as_posix(), f"{FACT}\n\n{FACT}")
    for files, why in (
        ([latin], "it is no UTF-8 text"),
        ([large], "at most 20"),
        ([tmp_path / "gone.md"], "cannot be read"),
        ([], "no files: there is no passage"),
    ):
        with pytest.raises(CaseError, match=why):
            read_passages(files)
