"""The judges that give verdicts on parts of an answer, of its evidence, or on pairs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.judges.asked import Court, judge_of, result_of, says

from vouch import judges
from vouch.app.house import House
from vouch.contracts.scorer import Scorer
from vouch.errors import AppError, Unauthorized
from vouch.judges.pairwise import Winners
from vouch.models.scripted import Line
from vouch.scorers.joined import at_least
from vouch.values.request import Request
from vouch.values.result import Result

ANSWER = result_of("It costs 5 EUR. It is red.", "The lamp costs 5 EUR.", "The lamp is blue.")


def verdicts(*found: dict[str, Any]) -> str:
    return says(verdicts=list(found))


async def test_faithfulness_is_the_share_of_supported_claims(house: House) -> None:
    model = judge_of(
        [
            says(claims=["It costs 5 EUR.", " ", "It is red."]),
            verdicts({"reason": "said", "verdict": "supported"}, {"reason": "it is blue", "verdict": "contradicted"}),
        ]
    )
    score = await Court(judges.faithfulness(judge=model), house).score(ANSWER)
    assert score.value == 0.5
    assert score.why == "contradicted: 'It is red.' (it is blue)"
    assert "2. It is red." in model.requests[1].messages[-1].text
    assert "[2] The lamp is blue." in model.requests[1].messages[-1].text


async def test_a_verdict_for_each_or_the_judge_is_asked_again(house: House) -> None:
    supported = {"reason": "said", "verdict": "supported"}
    model = judge_of([says(claims=["A.", "B."]), verdicts(supported), verdicts(supported, supported)])
    assert (await Court(judges.faithfulness(judge=model), house).score(ANSWER)).value == 1
    assert (
        model.requests[2].messages[-1].text
        == "Your verdicts has 1 entries for 2 claims: give one for each, in their order."
    )


@pytest.mark.parametrize(
    ("lines", "result", "why"),
    [
        ([], result_of("x"), "case 'c1' has no evidence: 'found' is empty"),
        ([Unauthorized("no key")], ANSWER, "no claims: the judge could not be asked: no key"),
        ([says(claims=[])], ANSWER, "'It costs 5 EUR. It is red.' claims nothing"),
        ([says(claims=["A."]), Unauthorized("no key")], ANSWER, "the judge could not be asked: no key"),
    ],
)
async def test_faithfulness_without_claims_evidence_or_verdicts_is_unscored(
    lines: list[Line], result: Result, why: str, house: House
) -> None:
    score = await Court(judges.faithfulness(judge=judge_of(lines)), house).score(result)
    assert (score.value, score.why) == (None, why)


async def test_evidence_may_be_the_input_or_what_is_expected(house: House) -> None:
    model = judge_of(
        lambda request: (
            says(claims=["A."])
            if "List the claims" in request.messages[0].text
            else verdicts({"reason": "", "verdict": "unknown"})
        )
    )
    for against, text in (("input", "What does it cost?"), ("expected", "The list.")):
        score = await Court(judges.faithfulness(judge=model, against=against), house).score(ANSWER, "The list.")  # type: ignore[arg-type]
        assert score.value == 0
        assert f"[1] {text}" in model.requests[-1].messages[-1].text


async def test_hallucination_is_the_share_of_passages_contradicted(house: House) -> None:
    model = judge_of([verdicts({"reason": "", "contradicts": False}, {"reason": "blue", "contradicts": True})])
    score = await Court(judges.hallucination(judge=model), house).score(ANSWER)
    assert (score.value, score.why) == (0.5, "passage 2: blue")
    failed = await Court(judges.hallucination(judge=judge_of(["?"] * 3)), house, fresh=True).score(ANSWER)
    assert failed.value is None
    assert (await Court(judges.hallucination(judge=judge_of([])), house).score()).value is None


async def test_answer_relevancy_is_the_share_of_statements_that_bear_on_the_question(house: House) -> None:
    statements = [{"statement": "It costs 5 EUR.", "relevant": True}, {"statement": "It is red.", "relevant": False}]
    score = await Court(judges.answer_relevancy(judge=judge_of([says(statements=statements)])), house).score(ANSWER)
    assert (score.value, score.why) == (0.5, "beside the question: 'It is red.'")
    nothing = await Court(judges.answer_relevancy(judge=judge_of([says(statements=[])])), house).score(result_of("Hi!"))
    assert (nothing.value, nothing.why) == (None, "'Hi!' says nothing")
    failed = await Court(judges.answer_relevancy(judge=judge_of([Unauthorized("no")])), house, fresh=True).score(ANSWER)
    assert failed.value is None


async def test_context_recall_is_the_share_of_the_right_answer_that_the_passages_support(house: House) -> None:
    model = judge_of([verdicts({"reason": "", "supported": True}, {"reason": "", "supported": False})])
    court = Court(judges.context_recall(judge=model), house)
    score = await court.score(ANSWER, "It costs 5 EUR. It is delivered free.")
    assert (score.value, score.why) == (0.5, "not supported: 'It is delivered free.'")
    assert (await court.score(ANSWER, 5)).value is None
    assert (await court.score(result_of(), "It costs 5 EUR.")).value == 0
    assert (
        await Court(judges.context_recall(judge=judge_of([Unauthorized("no")])), house).score(ANSWER, "A b.")
    ).value is None


async def test_context_precision_is_how_early_the_useful_passages_stand(house: House) -> None:
    found = result_of("x", "one", "two", "three")
    model = judge_of([verdicts(*({"reason": "", "useful": useful} for useful in (False, True, True)))])
    court = Court(judges.context_precision(judge=model), house)
    score = await court.score(found, "It costs 5 EUR.")
    assert score.value == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert (await court.score(found, None)).value is None
    assert (await court.score(result_of(), "A b.")).value == 0
    none = judge_of([verdicts(*({"reason": "", "useful": False} for _ in range(3)))])
    assert (await Court(judges.context_precision(judge=none), house).score(found, "Other.")).value == 0
    assert (await Court(judges.context_precision(judge=judge_of(["x"] * 3)), house).score(found, "C d.")).value is None


async def test_a_rubric_walks_from_question_to_question(house: House) -> None:
    tree = judges.yes_no("Names a price?", yes=judges.yes_no("In euros?", no=0.5), no=0.1)
    answers = {"Names a price?": True, "In euros?": False}

    def say(request: Request) -> str:
        return says(
            reason="seen", answer=next(yes for asked, yes in answers.items() if asked in request.messages[0].text)
        )

    score = await Court(judges.rubric(tree, judge=judge_of(say)), house).score()
    assert (score.value, score.why) == (0.5, "Names a price? yes (seen); In euros? no (seen)")
    answers["Names a price?"] = False
    score = await Court(judges.rubric(tree, judge=judge_of(say)), house, fresh=True).score()
    assert (score.value, score.why) == (0.1, "Names a price? no (seen)")
    failed = await Court(judges.rubric(tree, judge=judge_of([Unauthorized("no")])), house, fresh=True).score()
    assert (failed.value, failed.why) == (None, "'Names a price?': the judge could not be asked: no")


async def test_several_questions_must_all_end_well(house: House) -> None:
    scorer = judges.rubric(
        judges.yes_no("A?", yes=judges.yes_no("B?", no=0.3)), judges.yes_no("C?"), judge="test/judge"
    )
    assert scorer.first == judges.yes_no("A?", yes=judges.yes_no("B?", yes=judges.yes_no("C?"), no=0.3))
    model = judge_of(lambda _: says(reason="", answer=True))
    asked = judges.rubric(judges.yes_no("A?"), judges.yes_no("B?"), judges.yes_no("C?"), judge=model)
    assert (await Court(asked, house).score()).right
    assert len(model.requests) == 3


async def test_a_pair_is_shown_in_both_orders(house: House) -> None:
    def longer(request: Request) -> str:
        first, second = request.messages[-1].text.split("</first>")
        return says(reason="longer", winner="first" if len(first.split("<first>")[1]) > len(second) - 30 else "second")

    court = Court(judges.pairwise(judge=judge_of(longer)), house)
    assert await court.score(result_of("A long and winding answer to it."), "Short.") == _score(court.scorer, 1.0, "")
    lost = await court.score(result_of("Short."), "A long and winding answer to it.")
    assert lost.value == 0


def _score(scorer: Scorer, value: float, why: str) -> Any:
    from vouch.values.score import Score

    return Score(scorer.name, value, why)


async def test_a_verdict_that_depends_on_the_order_is_a_tie(house: House) -> None:
    first = judge_of(lambda _: says(reason="it stands first", winner="first"))
    scorer = judges.pairwise(judge=first)
    score = await Court(scorer, house).score(result_of("A"), "B")
    assert score.value == 0.5
    assert score.why.startswith("the verdict depends on the order, a tie: first (it stands first); swapped: first")
    assert (await Court(at_least(0.5, scorer), house).score(result_of("A"), "B")).right
    tie = judge_of(lambda _: says(reason="alike", winner="tie"))
    assert (await Court(judges.pairwise(judge=tie), house, fresh=True).score(result_of("A"), "B")).value == 0.5


async def test_a_pair_needs_two_texts_and_two_verdicts(house: House) -> None:
    lines: list[Line] = [says(reason="x", winner="second"), Unauthorized("no")]
    court = Court(judges.pairwise(judge=judge_of(lines)), house, concurrency=1)
    score = await court.score(result_of("A"), "B")
    assert score.value is None
    assert "the judge could not be asked: no" in score.why
    assert (await court.score(result_of("A"), ["B"])).value is None
    assert judges.pairwise(judge="a/b").verdict(Winners(2, 2, "worse")).value == 0


def test_every_judge_has_a_name_that_tells_judge_and_version() -> None:
    made: list[Scorer] = [
        judges.faithfulness(judge="a/b"),
        judges.faithfulness(judge="a/b", against="input"),
        judges.hallucination(judge="a/b"),
        judges.hallucination(judge="a/b", against="expected"),
        judges.answer_relevancy(judge="a/b"),
        judges.context_recall(judge="a/b"),
        judges.context_precision(judge="a/b"),
        judges.rubric(judges.yes_no("A?"), judge="a/b"),
        judges.rubric(judges.yes_no("A?", no=0.5), judge="a/b"),
        judges.pairwise(judge="a/b"),
        judges.pairwise("the shorter one", judge=judge_of([])),
    ]
    assert len({scorer.name for scorer in made}) == len(made)
    assert all("judge=" in scorer.name and "version=" in scorer.name for scorer in made)


async def test_no_answer_is_nought_for_all_that_judge_it(house: House) -> None:
    failed = Result("r", "failed", why="broke")
    for scorer in (
        judges.faithfulness(judge="a/b"),
        judges.hallucination(judge="a/b"),
        judges.answer_relevancy(judge="a/b"),
        judges.rubric(judges.yes_no("A?"), judge="a/b"),
        judges.pairwise(judge="a/b"),
    ):
        assert (await Court(scorer, house).score(failed)).value == 0


def test_mistakes_are_refused() -> None:
    for broken in (
        lambda: judges.faithfulness(judge="a/b", against="all"),  # type: ignore[arg-type]
        lambda: judges.hallucination(judge="a/b", against="all"),  # type: ignore[arg-type]
        lambda: judges.yes_no(" "),
        lambda: judges.yes_no("A?", yes=2),
        lambda: judges.pairwise(" ", judge="a/b"),
        lambda: judges.rubric(judges.yes_no("A?"), judge="none"),
    ):
        with pytest.raises(AppError):
            broken()
