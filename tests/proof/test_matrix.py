from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.errors import AppError, CaseError, PromptError
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.proof.asking import Options
from vouch.proof.matrix import Matrix, Variant, prove_matrix, variants
from vouch.proof.matrix_table import HEAD, matrix_markdown, rows_of, sentence
from vouch.scorers.exact import exact
from vouch.stats import paired
from vouch.values.case import Case, Dataset
from vouch.values.message import assistant
from vouch.values.money import Money, Usage
from vouch.values.request import Answer, Request

N = 40


def model(name: str, wrong: int) -> Scripted:
    """Right but for the first `wrong` cases; under a long prompt for twice as many."""

    def answers(request: Request) -> Answer:
        n = int(request.messages[-1].text)
        bad = n < (2 * wrong if "long" in request.messages[0].text else wrong)
        return Answer(assistant("no" if bad else "yes"), usage=Usage(10, 2))

    return Scripted(answers, name=name)


MODELS = {"scripted/good": model("scripted/good", 0), "scripted/bad": model("scripted/bad", 10)}


async def house(tmp_path: Path) -> House:
    return House(
        journal=await Journal.open(tmp_path / "journal.db"),
        open_model=MODELS.__getitem__,
        cost=lambda name, usage: Money(Decimal(usage.total_tokens)) if name.endswith("bad") else None,
    )


def proof_of(*, source: bool = False, repeats: int = 1) -> Proof:
    cases = tuple(Case(f"c-{n}", str(n), "yes", source=f"s-{n // 2}" if source else "") for n in range(N))
    return Proof(Dataset("all", cases), exact(), Gate(claim=0.5), repeats=repeats)


def app_of(proof: Proof) -> App:
    return App(name="tutor", models=["scripted/good"], prompt="Be brief.", proofs=[proof])


def prompts(tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"{name}.prompt.md" for name in ("short", "long")]
    for file in files:
        file.write_text(f"---\nschema: 1\n---\n# system\nBe {file.name.split('.')[0]}.\n")
    return files


async def matrix_of(tmp_path: Path, proof: Proof, models: list[str], files: list[Path]) -> Matrix:
    async with await house(tmp_path) as at:
        matrix, reports = await prove_matrix(variants(app_of(proof), models, files), proof, at)
        assert not any(report.kept for report in reports)
        assert await at.journal.last_kept("tutor", "all") is None
    return matrix


async def test_every_combination_is_compared_with_the_first(tmp_path: Path) -> None:
    matrix = await matrix_of(tmp_path, proof_of(), ["scripted/good", "scripted/bad"], prompts(tmp_path))
    assert [
        (one.model.split("/")[1], Path(one.prompt).name.split(".")[0], one.right) for one in matrix.combinations
    ] == [
        ("good", "short", 40),
        ("good", "long", 40),
        ("bad", "short", 30),
        ("bad", "long", 20),
    ]
    first, same, bad, worst = matrix.combinations
    assert first.versus is None
    assert same.versus is not None
    assert bad.versus is not None
    assert worst.versus is not None
    assert (same.versus.p, same.versus.p_adjusted, same.versus.lost, same.versus.won) == (1.0, 1.0, 0, 0)
    single = paired.compare([True] * 40, [False] * 10 + [True] * 30)
    assert bad.versus.p == single.p_different
    # Holm over the three: the smallest p times 3, the next times 2.
    assert worst.versus.p_adjusted == pytest.approx(3 * worst.versus.p)
    assert bad.versus.p_adjusted == pytest.approx(2 * bad.versus.p)
    assert bad.versus.difference.estimate == -0.25
    assert (bad.usage, bad.cost, first.cost) == (Usage(400, 80), Money(Decimal(480)), None)
    assert bad.p95 >= bad.median >= 0
    assert len({one.version for one in matrix.combinations}) == 4


async def test_the_table_says_it_all(tmp_path: Path) -> None:
    files = prompts(tmp_path)
    matrix = await matrix_of(tmp_path, proof_of(), ["scripted/good", "scripted/bad"], files[:1])
    first, bad = rows_of(matrix)
    assert first[2].startswith("100 % (91.1 % to 100 %)")
    assert (first[3], first[4], first[8]) == ("", "", "unknown")
    assert bad[3].startswith("-25.0 (")
    assert (bad[4], bad[7], bad[8]) == ("0.002", "480", "480 USD")
    assert sentence(matrix).startswith("tutor · all: 2 combinations on 40 runs each")
    page = matrix_markdown(matrix)
    assert page.count("\n| ") == 3
    assert all(name in page for name in HEAD)
    assert "short.prompt.md" not in page  # a name is no markup
    assert "short&#46;prompt&#46;md" in page


async def test_what_is_found_counts_as_if_it_were_asked(tmp_path: Path) -> None:
    first = await matrix_of(tmp_path, proof_of(), ["scripted/bad"], [])
    again = await matrix_of(tmp_path, proof_of(), ["scripted/bad"], [])
    assert (first.combinations[0].cached, again.combinations[0].cached) == (0, N)
    assert again.combinations[0].usage == first.combinations[0].usage == Usage(400, 80)
    assert again.combinations[0].cost == first.combinations[0].cost
    assert again.combinations[0].prompt == "inline"


async def test_cases_of_one_source_and_repeats_count_together(tmp_path: Path) -> None:
    models = ["scripted/good", "scripted/bad"]
    alike = (await matrix_of(tmp_path, proof_of(source=True), models, [])).combinations[1].versus
    several = (await matrix_of(tmp_path, proof_of(repeats=2), models, [])).combinations[1].versus
    assert alike is not None
    assert several is not None
    assert (alike.lost, alike.won, alike.n) == (10, 0, 20)
    assert alike.p == pytest.approx(2 * 0.5**5)  # five sources of two, all of one sign
    assert (several.lost, several.won, several.n) == (10, 0, 40)
    assert 0 < several.p < 0.01


async def test_an_answer_handed_over_or_unscored_is_told(tmp_path: Path) -> None:
    silent = Scripted(lambda _: Answer(assistant("?"), finish="abstained"), name="scripted/silent")
    proof = proof_of()
    async with await house(tmp_path) as at:
        app = App(name="tutor", models=[silent], proofs=[proof])
        matrix, _ = await prove_matrix(variants(app, [], []), proof, at, options=Options(concurrency=2))
    [row] = rows_of(matrix)
    assert row[2] == "no answer, 40 handed over"
    assert row[0] == "scripted/silent"


def test_mistakes_are_told(tmp_path: Path) -> None:
    app = app_of(proof_of())
    with pytest.raises(AppError, match="name each once"):
        variants(app, ["a/b", "a/b"], [])
    with pytest.raises(PromptError, match="is not there"):
        variants(app, [], [tmp_path / "gone.prompt.md"])
    with pytest.raises(AppError, match="has no provider"):
        variants(app, ["gpt"], [])


async def test_cases_that_change_meanwhile_are_no_matrix(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"id": "a", "input": "30", "expected": "yes"}\n')
    proof = Proof(str(file), exact(), Gate(claim=0.5))
    found = variants(app_of(proof), ["scripted/good", "scripted/bad"], [])

    def edited(variant: Variant) -> None:
        if variant.model == "scripted/bad":
            file.write_text('{"id": "a", "input": "31", "expected": "yes"}\n')

    async with await house(tmp_path) as at:
        with pytest.raises(CaseError, match="was changed while combinations were proven"):
            await prove_matrix(found, proof, at, begun=edited)


async def test_reports_of_a_matrix_hold_no_rows(tmp_path: Path) -> None:
    async with await house(tmp_path) as at:
        _, reports = await prove_matrix(variants(app_of(proof_of()), ["scripted/bad"], []), proof_of(), at)
    assert [(report.n, report.right, report.rows) for report in reports] == [(N, 30, ())]
