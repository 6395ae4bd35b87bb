"""Who asks judges: each question once, mended where it can be, recorded as a run, found again by its content.

It does not know what is asked, or what the answers are worth.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

import msgspec

from vouch.app.house import House
from vouch.contracts.judge import Heard, Question
from vouch.contracts.model import Model
from vouch.contracts.tool import Spent
from vouch.errors import ModelError, ModelTimeout
from vouch.journal.cleaning import mended
from vouch.judges.recorded import Recorded
from vouch.values.digest import digest
from vouch.values.event import AnswerChecked, AnyBody, ModelAnswered, ModelFailed, RunFinished, RunStarted
from vouch.values.identifier import new_id
from vouch.values.message import Message, Text, assistant, user
from vouch.values.money import Money, Usage
from vouch.values.request import Answer, Frame, Request, Settings, ask, frame

APP: Final = "judge:"
"""What the name of a judge's runs begins with in the journal; the prompt's name follows."""

_encode = msgspec.json.Encoder().encode


class Clerk:
    """Asks judges on behalf of a proof, in a house.

    At most `concurrency` calls are under way at a time; each may take `seconds`, and is tried again as the house's
    `retry` says. An answer that cannot be read goes back to the judge with what is wrong, at most `repairs` times.
    Every question becomes one run, `judge:PROMPT`, recorded when it has ended: one that is cut short is asked again.
    With `fresh`, nothing is taken from the journal.
    """

    def __init__(
        self,
        house: House,
        *,
        proof: str = "",
        concurrency: int = 50,
        seconds: float = 120.0,
        repairs: int = 2,
        fresh: bool = False,
    ) -> None:
        self._house = house
        self._proof = proof
        self._seconds = seconds
        self._repairs = repairs
        self._free = asyncio.Semaphore(concurrency)
        self._recorded = Recorded(house.journal, fresh=fresh)
        self._frames: dict[tuple[str, int], tuple[Settings, Frame]] = {}
        self._asked: dict[str, asyncio.Future[Heard | None]] = {}
        self.calls = 0
        """Calls of models that were made."""
        self.found = 0
        """Questions whose answer was in the journal already."""
        self.usage = Usage()
        self.costs: dict[str, Money] = {}
        """What the calls cost, by currency; calls without a known price are left out."""

    @property
    def spent(self) -> Spent:
        """Tokens and money of all calls; the money is None where it is unknown, or in several currencies."""
        return Spent(self.usage, next(iter(self.costs.values())) if len(self.costs) == 1 else None)

    async def ask(self, question: Question) -> Heard:
        """What the judge says: asked, or found. Equal questions at the same time are asked once.

        Raises a `UsageError` for a judge that does not exist, and a `StoreError` or `JournalError`.
        """
        model = self._house.model(question.judge)
        frame_ = self._frame(model.name, question.settings)
        try:
            request = ask(frame_, question.messages)
        except UnicodeEncodeError:
            # Halves of signs, which a model's text may hold, are no text that can be sent.
            question = question._replace(messages=tuple(_mended(message) for message in question.messages))
            request = ask(frame_, question.messages)
        named = (question.prompt, question.version, model.name, request.digest, question.reading, question.number)
        key = digest(named)
        while (asked := self._asked.get(key)) is not None:
            if (other := await asyncio.shield(asked)) is not None:
                return other
        future: asyncio.Future[Heard | None] = asyncio.get_running_loop().create_future()
        self._asked[key] = future
        heard: Heard | None = None
        try:
            said = heard = await self._found_or_asked(question, model, request, key)
        finally:
            # Where it was cut short, whoever waits for the same answer asks for themselves.
            del self._asked[key]
            future.set_result(heard)
        return said

    async def _found_or_asked(self, question: Question, model: Model, request: Request, key: str) -> Heard:
        known = await self._recorded.find(APP + question.prompt, key)
        if known is not None:
            self.found += 1
            return Heard(known)
        async with self._free:
            hearing = Hearing(question, model, self._house, self._seconds, self._repairs)
            heard = await hearing.through(request)
        self.calls += hearing.calls
        self.usage += hearing.usage
        if hearing.cost is not None:
            cost = hearing.cost
            self.costs[cost.currency] = self.costs[cost.currency] + cost if cost.currency in self.costs else cost
        await self._record(question, hearing, heard, key)
        return heard

    async def _record(self, question: Question, hearing: Hearing, heard: Heard, key: str) -> None:
        started = RunStarted(
            app=APP + question.prompt,
            version=question.version,
            key=key,
            input=question.messages[-1].text,
            proof=self._proof,
            # Under a name of its own, so that the case's own name finds the run that is judged.
            case=APP + question.case if question.case else "",
        )
        finished = RunFinished(
            status="failed" if heard.failed else "answered",
            output="" if heard.failed else _encode(heard.value).decode(),
            model=hearing.model.name,
            usage=hearing.usage,
            cost=hearing.cost,
            seconds=hearing.taken,
            steps=hearing.calls,
            why=mended(heard.why),
        )
        await self._house.journal.append(new_id(), 0, started, *hearing.events, finished)
        if not heard.failed:
            self._recorded.note(key, heard.value)

    def _frame(self, model: str, settings: Settings) -> Frame:
        """The frame of these settings, made once: its digest costs more than the rest of the question."""
        kept = self._frames.get((model, id(settings)))
        if kept is None:
            # The settings are kept with it, so that no others can come to lie at the same address.
            kept = self._frames[model, id(settings)] = (settings, frame(model, settings=settings))
        return kept[1]


class Hearing:
    """One question on its way: the calls it takes, what they use, and their events."""

    def __init__(self, question: Question, model: Model, house: House, seconds: float, repairs: int) -> None:
        self._question = question
        self.model = model
        self._house = house
        self._seconds = seconds
        self._repairs = repairs
        self._started = time.perf_counter()
        self.events: list[AnyBody] = []
        self.calls = 0
        self.usage = Usage()
        self.cost: Money | None = None

    @property
    def taken(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self._started

    async def through(self, request: Request) -> Heard:
        """Ask, and let the judge mend what cannot be read."""
        problem = ""
        for _ in range(self._repairs + 1):
            answer = await self._answer(request)
            if isinstance(answer, ModelError):
                return Heard(None, f"the judge could not be asked: {answer}", type(answer).__name__)
            if answer.finish in ("filtered", "refused"):
                return Heard(None, f"the judge refused: {answer.text[:200]!r}", "Refused")
            try:
                return Heard(self._question.read(answer))
            except ValueError as error:
                problem = str(error)
            self.events.append(AnswerChecked(passed=False, problem=mended(problem)))
            request = ask(request.frame, (*request.messages, _said(answer), user(problem)))
        return Heard(None, f"the judge's answer cannot be read: {problem}", "Unreadable")

    async def _answer(self, request: Request) -> Answer | ModelError:
        failures = 0
        while True:
            started = time.perf_counter()
            self.calls += 1
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await self.model.answer(request)
            except TimeoutError:
                failure: ModelError = ModelTimeout(f"{self.model.name} gave no answer within {self._seconds:g} s")
            except ModelError as error:
                failure = error
            else:
                if (text := mended(answer.text)) != answer.text:
                    answer = msgspec.structs.replace(answer, message=assistant(text))
                self._note(request, answer, time.perf_counter() - started)
                return answer
            failures += 1
            wait = self._house.retry.wait(failure, failures)
            self.events.append(
                ModelFailed(
                    model=self.model.name,
                    request=request.digest,
                    error=type(failure).__name__,
                    message=mended(str(failure)),
                    given_up=wait is None,
                    seconds=time.perf_counter() - started,
                )
            )
            if wait is None:
                return failure
            await asyncio.sleep(wait)

    def _note(self, request: Request, answer: Answer, seconds: float) -> None:
        cost = self._house.cost(self.model.name, answer.usage)
        self.usage += answer.usage
        if cost is not None:
            self.cost = cost if self.cost is None else self.cost + cost
        self.events.append(
            ModelAnswered(
                model=self.model.name,
                request=request.digest,
                text=answer.text,
                finish=answer.finish,
                usage=answer.usage,
                cost=cost,
                seconds=seconds,
                served=answer.model,
            )
        )


def _mended(message: Message) -> Message:
    return Message(message.role, (Text(mended(message.text)),))


def _said(answer: Answer) -> Message:
    return assistant(answer.text or " ")
