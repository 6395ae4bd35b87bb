from __future__ import annotations

import math

import pytest
from tests.judges.asked import JUDGE, Court, judge_of, kinds, result_of, says

from vouch import judges
from vouch.app.house import House
from vouch.errors import AppError, BadRequest, ConfigError, Overloaded, PromptError, Unauthorized
from vouch.models.scripted import Line
from vouch.prompts.prompt import Prompt
from vouch.scorers.joined import at_least, every, part
from vouch.values.message import assistant
from vouch.values.request import Answer, Request, TokenLogprob
from vouch.values.result import Result

STEPS = ("Read it.", "Judge it.")


def with_weights(score: int, weights: dict[str, float], reason: str = "because") -> Answer:
    top = tuple((token, math.log(p)) for token, p in weights.items())
    tokens = (
        TokenLogprob(f'{{"reason": "{reason}", "score": ', 0.0),
        TokenLogprob(str(score), math.log(weights[str(score)]), top),
        TokenLogprob("}", 0.0),
    )
    return Answer(assistant("".join(token.token for token in tokens)), logprobs=tokens)


async def test_the_score_is_weighted_and_a_share_of_the_scale(house: House) -> None:
    model = judge_of([with_weights(4, {"4": 0.6, "5": 0.4})])
    court = Court(judges.geval("It is right.", judge=model, steps=STEPS), house)
    score = await court.score()
    assert score.value == pytest.approx((4.4 - 1) / 4, abs=1e-12)
    assert score.why == "4.40 of 5: because"
    assert score.scorer == court.scorer.name
    [request] = model.requests
    assert request.frame.settings.top_logprobs == 20
    assert request.frame.settings.temperature == 0
    shown = "\n".join(message.text for message in request.messages)
    assert all(
        text in shown
        for text in ("It is right.", "1. Read it.", "What does it cost?", "It costs 5 EUR.", "from 1 to 5")
    )
    assert "<expected>" not in shown


async def test_the_judge_sees_more_where_it_is_to(house: House) -> None:
    model = judge_of([with_weights(5, {"5": 1.0})])
    court = Court(judges.geval("Right?", judge=model, steps=STEPS, shows=["expected", "passages"]), house)
    score = await court.score(result_of("5", "A price list."), "Five euros.")
    assert score.value == 1
    assert "Five euros." in model.requests[0].messages[-1].text
    assert "[1] A price list." in model.requests[0].messages[-1].text
    assert (await court.score(result_of("5"), 7)).value is None


async def test_steps_are_made_once_by_the_judge(house: House) -> None:
    def say(request: Request) -> Line:
        if "steps by which" in request.messages[0].text:
            return says(steps=["Look at the price."])
        return with_weights(3, {"3": 1.0})

    model = judge_of(say)
    for expected_calls in (4, 0):
        before = len(model.requests)
        court = Court(judges.geval("The price is right.", judge=model), house)
        for place in range(3):
            assert (await court.score(result_of(f"It costs {place}."))).value == 0.5
        assert len(model.requests) - before == expected_calls
    assert all("1. Look at the price." in request.messages[0].text for request in model.requests[1:])
    assert await kinds(house.journal, "judge:geval-steps") == [["run.started", "model.answered", "run.finished"]]


async def test_steps_that_cannot_be_made_leave_the_case_unscored_and_are_asked_for_again(house: House) -> None:
    answers: list[Line] = [Unauthorized("no key"), says(steps=["Look."]), with_weights(5, {"5": 1.0})]
    court = Court(judges.geval("Right?", judge=judge_of(answers)), house)
    first = await court.score()
    assert first.value is None
    assert first.why == "no evaluation steps: the judge could not be asked: no key"
    assert (await court.score()).value == 1


async def test_without_log_probabilities_the_mean_of_samples_is_taken_and_said(house: House) -> None:
    scores = iter([4, 1, 2, 3, 4, 5])
    model = judge_of(lambda _: says(reason="so", score=next(scores)))
    score = await Court(judges.geval("Right?", judge=model, steps=STEPS), house).score()
    assert score.value == pytest.approx((3 - 1) / 4)
    assert score.why == f"3.00 of 5 ({JUDGE} gave no weights, no log-probabilities: mean of 5 samples): so"
    assert [request.frame.settings.temperature for request in model.requests] == [0, 1, 1, 1, 1, 1]
    assert model.requests[1].frame.settings.top_logprobs is None


async def test_samples_that_fail_are_left_out_and_said_to_be(house: House) -> None:
    lines: list[Line] = [
        BadRequest("no logprobs here"),
        says(reason="a", score=5),
        Unauthorized("no"),
        says(reason="c", score=5),
    ]
    court = Court(judges.geval("Right?", judge=judge_of(lines), steps=STEPS, samples=3), house)
    score = await court.score()
    assert score.value == 1
    assert score.why == f"5.00 of 5 ({JUDGE} refuses to give log-probabilities: mean of 2 samples (1 more failed)): a"


async def test_samples_only(house: House) -> None:
    model = judge_of([says(reason="a", score=2), says(reason="b", score=4)])
    court = Court(judges.geval("Right?", judge=model, steps=STEPS, samples=2, by="samples"), house)
    assert (await court.score()).value == 0.5
    assert (await Court(court.scorer, house).score()).value == 0.5, "both samples come from the journal"


async def test_log_probabilities_without_the_score_are_none(house: House) -> None:
    odd = Answer(assistant(says(reason="x", score=4)), logprobs=(TokenLogprob("Sure", 0.0),))
    court = Court(
        judges.geval("Right?", judge=judge_of([odd, says(reason="y", score=3)]), steps=STEPS, samples=1), house
    )
    score = await court.score()
    assert score.value == 0.5
    assert "the log-probabilities do not show the score" in score.why


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("It is quite good.", "not valid JSON"),
        ('{"score": ', "not valid JSON"),
        ('{"score": 4}', "does not fit"),
        ('{"reason": "x", "score": 11}', "Your score is 11, but it must be a whole number from 1 to 5"),
        ('{"reason": "x", "score": -3}', "must be a whole number from 1 to 5"),
        ('{"reason": "x", "score": 4.5}', "Your score is 4.5"),
        ('{"reason": "x", "score": NaN}', "not valid JSON"),
        ("", "not valid JSON"),
    ],
)
async def test_what_cannot_be_read_is_mended_so_often_and_then_unscored(line: str, why: str, house: House) -> None:
    model = judge_of(lambda _: line)
    score = await Court(judges.geval("Right?", judge=model, steps=STEPS), house).score()
    assert score.value is None
    assert why in score.why
    assert len(model.requests) == 3
    assert why in model.requests[2].messages[-1].text
    events = ["model.answered", "answer.checked"] * 3
    assert await kinds(house.journal, "judge:geval") == [["run.started", *events, "run.finished"]]


async def test_an_answer_is_mended(house: House) -> None:
    model = judge_of(["Four.", with_weights(4, {"4": 1.0})])
    assert (await Court(judges.geval("Right?", judge=model, steps=STEPS), house).score()).value == 0.75


async def test_a_refusal_and_an_endpoint_that_fails_leave_it_unscored(house: House) -> None:
    refused = Answer(assistant("I cannot judge this."), finish="filtered")
    score = await Court(judges.geval("Right?", judge=judge_of([refused]), steps=STEPS), house).score()
    assert (score.value, score.why) == (None, "the judge refused: 'I cannot judge this.'")
    failing = judge_of(lambda _: Overloaded("503"))
    score = await Court(judges.geval("Right?", judge=failing, steps=STEPS), house).score()
    assert (score.value, score.why) == (None, "the judge could not be asked: 503")
    assert len(failing.requests) == 3


async def test_a_prompt_of_ones_own_may_ask_for_plain_text(house: House) -> None:
    prompt = Prompt.text(
        "# system\nSay 'Score: N' from 1 to 5.\n# user\n{{ input }}: {{ output }}",
        name="mine",
        inputs={"output": {"type": "string"}},
    )
    court = Court(
        judges.geval(
            "Right?", judge=judge_of(["Score: 3\nGood in 2 of 4."]), steps=STEPS, prompt=prompt, samples=1, by="samples"
        ),
        house,
    )
    score = await court.score()
    assert score.value == 0.5
    assert score.why.endswith("Score: 3\nGood in 2 of 4.")


async def test_a_run_without_an_answer_is_nought_and_no_judge_is_asked(house: House) -> None:
    model = judge_of([])
    score = await Court(judges.geval("Right?", judge=model), house).score(Result("r", "failed", why="broke"))
    assert score.value == 0
    assert not model.requests


async def test_thresholds_parts_and_several_scorers_pass_their_judge_on(house: House) -> None:
    model = judge_of(lambda _: with_weights(4, {"4": 1.0}))
    inner = judges.geval("Right?", judge=model, steps=STEPS, shows=["expected"])
    court = Court(every(part("answer", at_least(0.7, inner)), at_least(0.8, inner)), house)
    score = await court.score(None, {"answer": "5"})
    assert score.value is None, "the second is not given a text"
    court = Court(part("answer", every(at_least(0.7, inner))), house)
    assert (await court.score(None, {"answer": "5"})).right


async def test_nobody_to_ask_is_a_mistake_of_the_user() -> None:
    scorer = judges.geval("Right?", judge="a/b", steps=STEPS)
    with pytest.raises(AppError, match="nobody asks its judge"):
        await scorer.score(*_pair())


def _pair() -> tuple[object, Result]:  # type: ignore[type-arg]
    from vouch.values.case import Case

    return Case("c", "?"), result_of()


async def test_a_judge_that_does_not_exist_is_a_mistake_of_the_user(house: House) -> None:
    with pytest.raises(ConfigError, match="no model 'no/judge'"):
        await Court(judges.geval("Right?", judge="no/judge", steps=STEPS), house).score()


def test_names_tell_settings_apart() -> None:
    names = {
        judges.geval("Right?", judge="a/b").name,
        judges.geval("Wrong?", judge="a/b").name,
        judges.geval("Right?", judge="a/c").name,
        judges.geval("Right?", judge="a/b", steps=["x"]).name,
        judges.geval("Right?", judge="a/b", scale=(1, 10)).name,
        judges.geval("Right?", judge="a/b", whole=False).name,
        judges.geval("Right?", judge="a/b", shows=["expected"]).name,
        judges.geval("Right?", judge="a/b", samples=3).name,
        judges.geval("Right?", judge="a/b", by="samples").name,
    }
    assert len(names) == 9
    assert judges.geval("Right?", judge="a/b").name.startswith("geval('Right?', judge='a/b', version=")


def test_mistakes_are_refused() -> None:
    for broken in (
        lambda: judges.geval(" ", judge="a/b"),
        lambda: judges.geval("x", judge="gpt"),
        lambda: judges.geval("x", judge=3),  # type: ignore[arg-type]
        lambda: judges.geval("x", judge="a/b", steps="do it"),
        lambda: judges.geval("x", judge="a/b", scale=(5, 1)),
        lambda: judges.geval("x", judge="a/b", scale=(-1, 1)),
        lambda: judges.geval("x", judge="a/b", samples=0),
        lambda: judges.geval("x", judge="a/b", by="guess"),  # type: ignore[arg-type]
        lambda: judges.geval("x", judge="a/b", shows=["all"]),  # type: ignore[list-item]
    ):
        with pytest.raises(AppError):
            broken()
    with pytest.raises(PromptError):
        judges.geval("x", judge="a/b", prompt="nowhere.prompt.md")
    with pytest.raises(AppError, match="no `outputs`"):
        judges.answer_relevancy(judge="a/b", prompt=Prompt.text("Judge."))
