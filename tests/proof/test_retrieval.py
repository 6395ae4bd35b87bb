"""A proof of what is found: measures with intervals, a claim, and the gate against the last version."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from vouch.errors import CaseError, UsageError
from vouch.proof.retrieval import Gate, RetrievalReport, prove_retrieval, read_report, write_report
from vouch.values.case import Case


def cases(n: int) -> list[Case]:
    return [Case(f"c{number}", f"question {number}", f"d{number}.md") for number in range(n)]


class Finder:
    """Finds the right document, first or second, but for the questions in `lost`."""

    def __init__(self, lost: Sequence[int] = (), second: Sequence[int] = ()) -> None:
        self.lost, self.second = set(lost), set(second)

    async def __call__(self, query: str) -> list[str]:
        number = int(query.split()[1])
        if number in self.lost:
            return ["x.md", "y.md"]
        right = f"d{number}.md"
        return ["x.md", right] if number in self.second else [right, right, "x.md"]


async def proven(
    finder: Finder, n: int = 200, gate: Gate | None = None, before: RetrievalReport | None = None, version: str = "v2"
) -> RetrievalReport:
    return await prove_retrieval(finder, cases(n), gate or Gate(), name="q", version=version, before=before)


async def test_the_first_proof_ships_with_its_measures() -> None:
    told: list[tuple[int, int]] = []
    report = await prove_retrieval(
        Finder([0, 1], second=range(2, 12)),
        cases(20),
        Gate(k=5),
        name="q.jsonl",
        version="v1",
        progress=lambda *each: told.append(each),
    )
    assert (report.verdict, report.change, report.n) == ("ship", None, 20)
    assert "no earlier version" in report.why
    assert set(report.measures) == {"recall@5", "ndcg@5", "reciprocal rank@5"}
    assert report.measures["recall@5"].estimate == pytest.approx(0.9)
    assert report.measures["reciprocal rank@5"].estimate == pytest.approx((8 + 5) / 20)
    assert report.measures["recall@5"].low < 0.9 < report.measures["recall@5"].high
    assert told[-1] == (20, 20)


async def test_a_fall_holds_a_gain_ships_and_little_is_undecided() -> None:
    before = await proven(Finder(range(20)), version="v1")
    same = await proven(Finder(range(20)), before=before)
    assert (same.verdict, same.fell) == ("ship", ())
    assert "for each of 200 questions what it was with v1" in same.why
    worse = await proven(Finder(range(50)), before=before)
    assert (worse.verdict, worse.change and worse.change.changed) == ("hold", 30)
    assert "is worse than with v1" in worse.why
    assert len(worse.fell) == 10
    assert set(worse.fell) <= {f"c{number}" for number in range(20, 50)}
    better = await proven(Finder(range(5)), before=before)
    assert (better.verdict, better.why) == ("ship", "ndcg@10 is not worse than with v1 by 0.02 or more")
    little = await proven(Finder(range(21)), before=before)
    assert (little.verdict, "ask more" in little.why) == ("undecided", True)


async def test_graded_measures_are_compared_as_they_are() -> None:
    before = await proven(Finder(), version="v1")
    lower = await proven(Finder(second=range(60)), before=before)
    assert (lower.verdict, lower.change and lower.change.than) == ("hold", "v1")
    recall = await proven(Finder(second=range(60)), gate=Gate(by="recall"), before=before)
    assert recall.verdict == "ship"
    little = await proven(Finder(second=[3]), n=50, before=before)
    assert little.verdict == "undecided"
    assert little.change is not None
    assert little.change.n == 50


async def test_a_claim() -> None:
    good = await proven(Finder([3]), gate=Gate(claim=0.9))
    assert (good.verdict, good.claim_proven) == ("ship", True)
    open_ = await proven(Finder(range(18)), gate=Gate(claim=0.9))
    assert (open_.verdict, open_.claim_proven, "not proven" in open_.why) == ("undecided", False, True)
    low = await proven(Finder(range(100)), gate=Gate(claim=0.9))
    assert (low.verdict, low.why) == ("hold", "ndcg@10 is below the claim of 0.9")


async def test_only_questions_of_both_are_compared() -> None:
    before = await proven(Finder(), n=30, version="v1")
    both = await proven(Finder(), n=40, before=before)
    assert both.change is not None
    assert both.change.n == 30
    other = await proven(Finder(), n=40, gate=Gate(k=3), before=before)
    assert other.change is None


async def test_what_cannot_be_measured_is_refused() -> None:
    wrong: list[Mapping[str, float] | str | None] = [None, {"a.md": 0.0}]
    for expected in wrong:
        with pytest.raises(CaseError, match="case 'x' expects"):
            await prove_retrieval(
                Finder(), [Case("x", "question 1", expected), *cases(3)], Gate(), name="q", version="v"
            )
    with pytest.raises(CaseError, match="has 1 questions; give at least 2"):
        await proven(Finder(), n=1)
    for settings in ({"by": "luck"}, {"k": 0}, {"claim": 1.5}, {"no_worse_than": 0.0}, {"confidence": 2}):
        with pytest.raises(UsageError):
            Gate(**settings)  # type: ignore[arg-type]


async def test_reports_are_kept_in_files(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "report.json"
    assert read_report(file) is None
    report = await proven(Finder([1]), n=10, before=await proven(Finder(), n=10))
    write_report(report, file)
    assert read_report(file) == report
    file.write_text("{}")
    with pytest.raises(UsageError, match="is no report of what was found"):
        read_report(file)
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(report, file / "below.json")


async def test_of_unchanged_finders_few_hold() -> None:
    """Two versions that are equally good, each wrong now and then: a wrong alarm is rare."""
    chance = random.Random(5)
    alarms = 0
    for _ in range(25):
        lost = [[number for number in range(100) if chance.random() < 0.2] for _ in range(2)]
        before = await proven(Finder(lost[0]), n=100)
        alarms += (await proven(Finder(lost[1]), n=100, before=before)).verdict == "hold"
    assert alarms <= 3
