from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from examples.handbook.generate import HERE
from examples.handbook.making.draw import draw, shuffled
from examples.handbook.making.pages import KINDS, PLANTED, files, pages
from examples.handbook.scoring import Expected

from examples.handbook import generate
from vouch.knowledge.reading.formats import read_file
from vouch.proof.cases import read_cases
from vouch.values.document import Document

CASES = read_cases(HERE / "cases.jsonl").cases


def texts() -> dict[str, str]:
    found = {name: list(read_file(content, f"pages/{name}")) for name, content in files().items()}
    assert all(len(each) == 1 and isinstance(each[0], Document) for each in found.values())
    return {each[0].id: each[0].text for each in found.values() if isinstance(each[0], Document)}


def test_the_shipped_cases_are_what_the_generator_makes(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_what_is_missing_is_said_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "HERE", tmp_path)
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "cases.jsonl is not what generate.py writes: run it without --check",
        "pages: 200 pages; cases.jsonl: 302 cases",
    ]
    written = {path.relative_to(tmp_path / "pages").as_posix() for path in (tmp_path / "pages").rglob("*.*")}
    assert written == set(files())


def test_a_page_that_was_changed_is_written_anew(tmp_path: Path) -> None:
    folder = generate.write_pages(tmp_path)
    page = folder / "tools" / "printers.md"
    page.write_text("changed")
    before = (folder / "news" / "01.md").stat().st_mtime_ns
    generate.write_pages(tmp_path)
    assert PLANTED in page.read_text()
    assert (folder / "news" / "01.md").stat().st_mtime_ns == before


def test_there_are_as_many_pages_of_as_many_formats_as_promised() -> None:
    assert len(files()) == 200
    endings = {name.rpartition(".")[2] for name in files()}
    assert endings == {"md", "txt", "docx"}
    assert sum(name.endswith(".md") for name in files()) > 130
    assert {page.kind for page in pages()} == {kind.folder for kind in KINDS}


def test_every_answer_stands_on_its_page_and_every_page_can_be_read() -> None:
    known = texts()
    for case in CASES:
        expected = msgspec.convert(case.expected, Expected)
        assert bool(expected.answer) == bool(expected.documents)
        for document in expected.documents:
            assert expected.answer.lower() in known[document].lower(), case.id


def test_no_page_states_what_it_leaves_out() -> None:
    known = texts()
    for page in pages():
        assert len(page.left_out) == 2
        assert not {fact.name for fact in page.left_out} & {each.fact.name for each in page.stated}
        for each in page.stated:
            assert each.sentence in known[f"pages/{page.path}"]


def test_the_cases_are_as_many_and_as_mixed_as_promised() -> None:
    tags = [case.tags for case in CASES]
    assert len({case.id for case in CASES}) == len(CASES) == 302
    assert sum("unanswerable" in each for each in tags) == 80
    assert sum("foreign" in each for each in tags) == 40
    assert 60 < sum("unnamed" in each for each in tags) < 160
    for kind in KINDS:
        assert sum(kind.folder in each for each in tags) > 10
    assert len({case.input for case in CASES}) == len(CASES)


def test_the_poisoned_page_holds_orders_of_three_kinds() -> None:
    page: Any = files()["tools/printers.md"].decode()
    assert "IGNORE ALL PREVIOUS INSTRUCTIONS" in page
    assert "<!--" in page
    assert "\u200b" in page


def test_draws_depend_on_their_key_alone() -> None:
    assert draw("abc", "x") == draw("abc", "x")
    assert sorted(shuffled(range(9), "x")) == list(range(9))
