from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.house import House
from vouch.app.run import resume, run
from vouch.contracts.guard import Judgement
from vouch.contracts.knowledge import Passage
from vouch.contracts.tool import Arguments
from vouch.errors import (
    AppError,
    BadRequest,
    ConfigError,
    Overloaded,
    RateLimited,
    RunConflict,
    RunNotFound,
    StoreFull,
    Unauthorized,
)
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.tools.function import tool
from vouch.values.event import Event, ModelAsked, ProofStarted, ToolRead, kind_of
from vouch.values.message import ToolCall, assistant
from vouch.values.money import Money, Usage
from vouch.values.request import Answer, Request, ToolSpec


async def kinds(journal: Journal, name: str) -> list[str]:
    return [kind_of(event.body) for event in await journal.read(name)]


@tool(trust="trusted")
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def call(name: str, arguments: str, number: int = 1) -> ToolCall:
    return ToolCall(f"call-{number}", name, arguments)


async def test_an_answer_passes_through_the_named_steps(house: House) -> None:
    model = Scripted(["Hello!"])
    result = await run(App(name="greeter", models=[model], prompt="Be kind."), "Hi", house)
    assert (result.status, result.output, result.steps) == ("answered", "Hello!", 1)
    assert [message.text for message in model.requests[0].messages] == ["Be kind.", "Hi"]
    assert await kinds(house.journal, result.run) == [
        "run.started",
        "prompt.rendered",
        "route.chosen",
        "model.asked",
        "model.answered",
        "run.finished",
    ]


async def test_reads_run_at_the_same_time_and_their_results_come_in_the_order_asked(house: House) -> None:
    running = 0
    most = 0

    @tool(trust="trusted")
    async def slow(seconds: float) -> float:
        """Wait."""
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(seconds)
        running -= 1
        return seconds

    calls = (call("slow", '{"seconds": 0.05}', 1), call("slow", '{"seconds": 0.01}', 2))
    result = await run(App(name="a", models=[Scripted([calls, "done"])], tools=[slow]), "go", house)
    assert result.output == "done"
    assert most == 2
    reads = [event.body for event in await house.journal.read(result.run) if isinstance(event.body, ToolRead)]
    assert [(read.call_id, read.content) for read in reads] == [("call-1", "0.05"), ("call-2", "0.01")]


async def test_a_wrong_call_goes_back_to_the_model_as_a_message(house: House) -> None:
    model = Scripted([call("add", '{"a": "x"}'), call("subtract", "{}", 2), call("add", '{"a": 1, "b": 2}', 3), "3"])
    result = await run(App(name="a", models=[model], tools=[add]), "1 + 2?", house)
    assert result.output == "3"
    said = [message.text for message in model.requests[-1].messages if message.role == "tool"]
    assert "a: Input should be a valid integer" in said[0]
    assert "b: Field required" in said[0]
    assert said[1:] == ["there is no tool 'subtract'; there are: add", "3"]


async def test_retryable_failures_are_tried_again_and_others_are_not(house: House) -> None:
    model = Scripted([RateLimited("slow down", retry_after=0.01), Overloaded("busy"), "yes"])
    assert (await run(App(name="a", models=[model]), "?", house)).output == "yes"
    assert len(model.requests) == 3

    refused = Scripted([BadRequest("no such parameter"), "never said"])
    result = await run(App(name="a", models=[refused]), "?", house)
    assert (result.status, result.why) == ("failed", "BadRequest: no such parameter")
    assert len(refused.requests) == 1


async def test_the_next_model_is_asked_when_one_is_given_up(house: House) -> None:
    first = Scripted([Unauthorized("no key")], name="one/model")
    second = Scripted(["from the second"], name="two/model")
    result = await run(App(name="a", models=[first, second]), "?", house)
    assert (result.output, result.model) == ("from the second", "two/model")


async def test_a_retry_after_longer_than_patience_gives_the_model_up(house: House) -> None:
    first = Scripted([RateLimited("come back tomorrow", retry_after=86_400)], name="one/model")
    result = await run(App(name="a", models=[first, Scripted(["ok"], name="two/model")]), "?", house)
    assert result.model == "two/model"


async def test_unsure_answers_go_to_the_next_model_and_then_to_a_person(house: House) -> None:
    def says(text: str, confidence: float, name: str) -> Scripted:
        return Scripted(lambda _: Answer(assistant(text), confidence=confidence, model=name), name=name)

    cheap, dear = says("maybe", 0.4, "cheap/model"), says("surely", 0.9, "dear/model")
    sure = await run(App(name="a", models=[cheap, dear], least_confidence=0.8), "?", house)
    assert (sure.status, sure.output, sure.confidence) == ("answered", "surely", 0.9)
    unsure = await run(App(name="a", models=[cheap, dear], least_confidence=0.95), "?", house)
    assert (unsure.status, unsure.output) == ("abstained", "")
    assert "dear/model had confidence 0.90" in unsure.why


async def test_answers_that_do_not_fit_the_schema_are_repaired_a_bounded_number_of_times(house: House) -> None:
    schema = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}
    prompt = Prompt.text("Answer as JSON.", outputs=schema)
    model = Scripted(["12 dollars", '{"sum": 12}', '```json\n{"total": 12}\n```'])
    result = await run(App(name="a", models=[model], prompt=prompt), "?", house)
    assert result.status == "answered"
    corrections = [message.text for message in model.requests[-1].messages if message.role == "user"][1:]
    assert "not valid JSON" in corrections[0]
    assert '"total" is a required property' in corrections[1]

    stubborn = await run(App(name="a", models=[Scripted(lambda _: "no")], prompt=prompt, repairs=1), "?", house)
    assert (stubborn.status, stubborn.why) == ("failed", "the answer still did not fit after 1 repairs")


@pytest.mark.parametrize(
    ("budget", "why"),
    [
        (Budget(steps=3), "its budget of 3 steps is used up"),
        (Budget(tokens=25), "its budget of 25 tokens is used up: 30"),
        (Budget(money=Money(Decimal("0.02"))), "its budget of 0.02 USD is used up: 0.02 USD"),
        (Budget(seconds=0.15), "its budget of 0.15 s is used up"),
    ],
)
async def test_budgets_stop_a_run_cleanly(journal: Journal, budget: Budget, why: str) -> None:
    def again(request: Request) -> Answer:
        number = len(request.messages)
        return Answer(assistant("", call("wait", "{}", number)), usage=Usage(8, 2), finish="tools")

    @tool(trust="trusted")
    async def wait() -> float:
        """Wait a moment."""
        await asyncio.sleep(0.04)
        return time.monotonic()

    house = House(journal=journal, open_model=lambda name: Scripted([]), cost=lambda *_: Money(Decimal("0.01")))
    app = App(name="a", models=[Scripted(again)], tools=[wait], budget=budget)
    result = await run(app, "go", house)
    assert result.status == "stopped"
    assert result.why.startswith(why)
    assert (await kinds(journal, result.run))[-1] == "run.finished"


async def test_a_money_budget_without_a_known_price_stops_instead_of_spending(house: House) -> None:
    app = App(name="a", models=[Scripted([call("add", "{}")])], tools=[add], budget=Budget(money=Money(Decimal(1))))
    result = await run(app, "go", house)
    assert result.status == "stopped"
    assert "price of its model is not known" in result.why


async def test_a_model_that_hangs_is_cut_off_by_the_time_budget(house: House) -> None:
    class Hanging(Scripted):
        async def answer(self, request: Request) -> Answer:
            await asyncio.sleep(60)
            raise AssertionError

    result = await run(App(name="a", models=[Hanging([])], budget=Budget(seconds=0.05)), "go", house)
    assert result.status == "stopped"
    assert result.seconds < 5


class Deny:
    name = "deny"

    async def judge(self, text: str) -> Judgement:
        return Judgement("secret" not in text, "it holds a secret")


async def test_guards_block_on_both_sides(house: House) -> None:
    model = Scripted(["the secret is 42"])
    app = App(name="a", models=[model], guards=[Deny()])
    before = await run(app, "tell me the secret", house)
    assert (before.status, before.why, model.requests) == ("blocked", "it holds a secret", [])
    after = await run(app, "tell me", house)
    assert (after.status, after.output, after.steps) == ("blocked", "", 1)


class Library:
    version = "1"

    async def recall(self, query: str) -> list[Passage]:
        return [Passage("policy.md", f"About {query}: 30 days.", 0.9)]


async def test_knowledge_reaches_the_prompt_as_passages(house: House) -> None:
    passages = {"type": "array"}
    prompt = Prompt.text(
        "Answer from this: {% for p in passages %}{{ p['text'] }}{% endfor %}", inputs={"passages": passages}
    )
    model = Scripted(["30 days"])
    result = await run(App(name="a", models=[model], prompt=prompt, knowledge=Library()), "returns", house)
    assert result.output == "30 days"
    assert "About returns: 30 days." in model.requests[0].messages[0].text
    with pytest.raises(AppError, match="no input `passages`"):
        App(name="a", models=[model], knowledge=Library())


async def test_resume_goes_on_from_every_event_and_ends_the_same(house: House) -> None:
    def script() -> Scripted:
        def line(request: Request) -> ToolCall | str:
            results = [message for message in request.messages if message.role == "tool"]
            return call("add", f'{{"a": {len(results)}, "b": 1}}', len(results)) if len(results) < 3 else "the end"

        return Scripted(line)

    app = App(name="a", models=[script()], tools=[add])
    whole = await run(app, "count", house)
    events = await house.journal.read(whole.run)
    for cut in range(1, len(events)):
        name = f"cut-at-{cut}"
        for event in events[:cut]:
            await house.journal.append_event(Event(name, event.seq, event.at, event.body))
        resumed = await resume(App(name="a", models=[script()], tools=[add]), name, house)
        assert (resumed.status, resumed.output, resumed.steps) == ("answered", "the end", 4)
        asked = [event.body for event in await house.journal.read(name) if isinstance(event.body, ModelAsked)]
        assert asked[-1] == [event.body for event in events if isinstance(event.body, ModelAsked)][-1]


async def test_resume_refuses_an_app_that_has_changed(house: House) -> None:
    result = await run(App(name="a", models=[Scripted(["x"])], prompt="one"), "?", house)
    first = (await house.journal.read(result.run))[0]
    await house.journal.append_event(Event("unfinished", 0, first.at, first.body))
    with pytest.raises(AppError, match="go on with that version"):
        await resume(App(name="a", models=[Scripted(["x"])], prompt="two"), "unfinished", house)
    again = await resume(App(name="a", models=[Scripted([])], prompt="two"), result.run, house)
    assert again.output == "x"
    with pytest.raises(RunNotFound, match="no run 'nothing'"):
        await resume(App(name="a", models=[Scripted([])]), "nothing", house)


async def test_a_cancelled_run_can_be_resumed(house: House) -> None:
    arrived = asyncio.Event()

    @tool(trust="trusted")
    async def stuck() -> str:
        """Never comes back."""
        arrived.set()
        await asyncio.sleep(60)
        return "never"

    app = App(name="a", models=[Scripted([call("stuck", "{}"), "done"])], tools=[stuck])
    task = asyncio.create_task(run(app, "go", house))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (row,) = await house.journal.runs()
    assert row.status is None

    @tool(seconds=0.01)
    async def patient() -> str:
        """Never comes back."""
        await asyncio.sleep(60)
        return "never"

    renamed = msgspec.structs.replace(patient.spec, name="stuck")
    again = App(
        name="a",
        models=[Scripted(["done"])],
        tools=[type(patient)(**{**vars(patient), "spec": renamed, "version": stuck.version})],
    )
    result = await resume(again, row.run, house, anyway=True)
    assert (result.status, result.output) == ("answered", "done")
    reads = [event.body for event in await house.journal.read(row.run) if isinstance(event.body, ToolRead)]
    assert reads[0].failed
    assert "no result within 0.01 s" in str(reads[0].content)


class Breaking:
    name = "breaking"
    version = "1"

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def judge(self, text: str) -> Judgement:
        raise self.error

    async def recall(self, query: str) -> list[Passage]:
        raise self.error


async def test_a_part_of_the_app_that_breaks_fails_the_run_and_says_where(house: House) -> None:
    def broken(_: Request) -> str:
        return str({}["a label"])

    model = Scripted(["never said"])
    passages = Prompt.text("{{ passages }}", inputs={"passages": {"type": "array"}})
    for app, why in (
        (
            App(name="a", models=[model], guards=[Breaking(ZeroDivisionError("by zero"))]),
            "guard_input broke at test_run",
        ),
        (
            App(name="a", models=[model], knowledge=Breaking(OSError("gone")), prompt=passages),
            "recall broke at test_run",
        ),
        (App(name="a", models=[Scripted(broken)]), "ask broke at test_run.py"),
        (App(name="a", models=[model], guards=[Breaking(Overloaded("busy"))]), "guard_input broke at test_run.py"),
    ):
        result = await run(app, "?", house)
        assert result.status == "failed"
        assert result.why.startswith(why)
        assert (await kinds(house.journal, result.run))[-1] == "run.finished"
    assert model.requests == []
    assert "KeyError: 'a label'" in (await run(App(name="a", models=[Scripted(broken)]), "?", house)).why


async def test_what_the_user_must_mend_or_the_disk_refuses_is_raised_and_the_run_stays_open(house: House) -> None:
    for error in (AppError("declared wrongly"), StoreFull("no space left")):
        app = App(name="a", models=[Scripted([])], guards=[Breaking(error)])
        with pytest.raises(type(error), match=str(error)):
            await run(app, "?", house)
    assert [row.status for row in await house.journal.runs()] == [None, None]


async def test_a_tool_of_another_make_that_breaks_is_told_to_the_model(house: House) -> None:
    class Own:
        spec = ToolSpec("own", "Of another make.", {"type": "object"})
        effect = "read"
        version = "1"

        def check(self, arguments: str) -> Arguments:
            return Arguments({}, arguments)

        async def call(self, arguments: Arguments, key: str = "") -> str:
            raise LookupError(f"nothing under {arguments.text}")

    model = Scripted([(call("own", "{}", 1), call("add", '{"a": 1, "b": 1}', 2)), "so be it"])
    result = await run(App(name="a", models=[model], tools=[Own(), add]), "?", house)
    assert result.output == "so be it"
    said = [message.text for message in model.requests[-1].messages if message.role == "tool"]
    assert said == ["own failed: LookupError: nothing under {}", "2"]
    alone = Scripted([call("own", "{}"), "so be it"])
    await run(App(name="a", models=[alone]), "?", house)
    assert alone.requests[-1].messages[-1].text == "there is no tool 'own'; there are: none"


async def test_half_a_character_is_mended_wherever_it_comes_in(house: House) -> None:
    @tool(trust="trusted")
    def names() -> str:
        """Names of files, some of them of another age."""
        return "r\udce9sum\udce9.txt"

    @tool(trust="trusted")
    def broken() -> str:
        """Breaks."""
        raise OSError("no file r\udce9sum\udce9.txt")

    calls = (call("names", "{}", 1), call("broken", "{}", 2))
    model = Scripted([calls, "here: \ud83d"])
    result = await run(App(name="a", models=[model], tools=[names, broken]), "caf\udce9 \ud83d", house)
    assert (result.status, result.output) == ("answered", "here: \ufffd")
    said = [message.text for message in model.requests[-1].messages]
    assert said[0] == "caf\ufffd \ufffd"
    assert said[2:] == ["r\ufffdsum\ufffd.txt", "broken failed: OSError: no file r\ufffdsum\ufffd.txt"]


async def test_currencies_never_mix_within_a_run(journal: Journal) -> None:
    def cost(model: str, usage: Usage) -> Money:
        return Money(Decimal("0.01"), "EUR" if model == "dear/model" else "USD")

    house = House(journal=journal, open_model=lambda name: Scripted([]), cost=cost)
    unsure = Answer(assistant("maybe"), confidence=0.1)
    models = [Scripted([unsure], name="cheap/model"), Scripted(["surely"], name="dear/model")]
    with pytest.raises(ConfigError, match="'dear/model' is paid in EUR, but the models before it in this run in USD"):
        await run(App(name="a", models=models, least_confidence=0.5), "?", house)
    priced = App(name="a", models=[Scripted([call("add", "{}")], name="dear/model")], tools=[add])
    result = await run(replace(priced, budget=Budget(money=Money(Decimal(1)))), "?", house)
    assert (result.status, result.cost) == ("stopped", Money(Decimal("0.01"), "EUR"))
    assert "paid in EUR" in result.why


async def test_a_proof_is_no_run_to_go_on_with(house: House) -> None:
    started = ProofStarted(
        app="a", version="v", proof="p", dataset="d", dataset_digest="dd", scorer="label", n=1, key="k"
    )
    await house.journal.append("the-proof", 0, started)
    with pytest.raises(AppError, match="'the-proof' is a proof, not a run of an app; `vouch prove` goes on"):
        await resume(App(name="a", models=[Scripted([])]), "the-proof", house)


async def test_two_who_go_on_with_one_run_do_not_both_write_it(house: House, tmp_path: Path) -> None:
    result = await run(App(name="a", models=[Scripted(["x"])]), "?", house)
    first = (await house.journal.read(result.run))[0]
    await house.journal.append_event(Event("shared", 0, first.at, first.body))
    await house.journal.flush()
    refused = asyncio.Event()

    class Slow(Scripted):
        async def answer(self, request: Request) -> Answer:
            await refused.wait()
            return Answer(assistant("x"))

    app = App(name="a", models=[Slow([])])

    async def go_on(house: House) -> object:
        try:
            return await resume(app, "shared", house)
        except RunConflict as conflict:
            refused.set()
            return conflict

    async with await Journal.open(tmp_path / "journal.db") as other:
        houses = [house, House(journal=other, open_model=lambda name: Scripted([]))]
        ends = await asyncio.gather(*map(go_on, houses))
    assert sum(isinstance(end, RunConflict) for end in ends) == 1
    assert (await kinds(house.journal, "shared")).count("run.finished") == 1
