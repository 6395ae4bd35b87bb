"""Knowledge in conversations: it is recalled for every message of the customer, and the prompt shows the newest."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from vouch.app.app import App
from vouch.app.fork import replay_from
from vouch.app.house import House
from vouch.app.run import resume, run, say
from vouch.contracts.knowledge import Passage
from vouch.journal.state import fold
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.tools.approvals import always, never
from vouch.tools.function import tool
from vouch.values.event import InputGiven, KnowledgeFound, PromptRendered
from vouch.values.message import ToolCall
from vouch.values.request import Example, Request

INPUTS = {
    "passages": {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}},
}
PROMPT = Prompt.text('Know: {% for passage in passages %}{{ passage["text"] }}{% endfor %}', inputs=INPUTS)


class Library:
    version = "1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def recall(self, query: str) -> Sequence[Passage]:
        self.asked.append(query)
        return [Passage("a.md", f"all about {query}", 1.0)]


def texts(request: Request) -> list[str]:
    return [message.text for message in request.messages]


async def test_each_message_is_answered_from_passages_of_its_own(house: House) -> None:
    library, model = Library(), Scripted(["One.", "Two.", "Three."])
    prompt = PROMPT.with_examples([Example("q", "a")])
    app = App(name="a", models=[model], prompt=prompt, knowledge=library)
    chat = await run(app, "lamps", house, chat=True)
    for words in ("bulbs", "cords"):
        await say(app, chat.run, words, house)
    assert library.asked == ["lamps", "bulbs", "cords"]
    assert [texts(request) for request in model.requests] == [
        ["Know: all about lamps", "q", "a", "lamps"],
        ["Know: all about bulbs", "q", "a", "lamps", "One.", "bulbs"],
        ["Know: all about cords", "q", "a", "lamps", "One.", "bulbs", "Two.", "cords"],
    ]
    events = await house.journal.read(chat.run)
    assert [event.body.query for event in events if isinstance(event.body, KnowledgeFound)] == library.asked
    state = fold(chat.run, events)
    assert (state.said, state.past.said) == (["One.", "Two.", "Three."], ("lamps", "bulbs", "cords"))


async def test_an_interrupted_conversation_sees_what_was_recalled_before(house: House) -> None:
    library = Library()
    app = App(name="a", models=[Scripted(lambda request: texts(request)[0])], prompt=PROMPT, knowledge=library)
    chat = await run(app, "lamps", house, chat=True)
    result = await say(app, chat.run, "bulbs", house)
    events = await house.journal.read(chat.run)
    heard = next(event.seq for event in events if isinstance(event.body, InputGiven))
    for cut in range(heard + 1, len(events)):
        name = f"cut-{cut}"
        await house.journal.append(name, 0, *(event.body for event in events[:cut]))
        again = await resume(app, name, house)
        assert (again.output, again.steps) == (result.output, result.steps) == ("Know: all about bulbs", 2)
        state = fold(name, await house.journal.read(name))
        whole = fold(chat.run, events)
        assert (state.history, state.messages) == (whole.history, whole.messages)
    # Found again only where that was not recorded yet.
    assert library.asked == ["lamps", "bulbs", "bulbs"]


@pytest.mark.parametrize("confirm", [True, False])
async def test_a_yes_is_no_question_and_what_is_said_meanwhile_is_one(house: House, confirm: bool) -> None:
    @tool(effect="write", approval=never if confirm else always, confirm=confirm)
    async def buy() -> str:
        """Buy."""
        return "bought"

    def clerk(request: Request) -> ToolCall | str:
        return ToolCall("c", "buy", "{}") if len(request.messages) == 2 else "done"

    library = Library()
    app = App(name="a", models=[Scripted(clerk)], prompt=PROMPT, knowledge=library, tools=[buy])
    chat = await run(app, "lamps", house, chat=True)
    result = await say(app, chat.run, "yes", house)
    assert result.status == ("answered" if confirm else "waiting")
    assert library.asked == (["lamps"] if confirm else ["lamps", "yes"])


async def test_a_fork_puts_another_prompt_in_every_turn(house: House) -> None:
    library, model = Library(), Scripted(lambda request: texts(request)[0])
    app = App(name="a", models=[model], prompt=PROMPT, knowledge=library)
    chat = await run(app, "lamps", house, chat=True)
    await say(app, chat.run, "bulbs", house)
    other = Prompt.text('Now: {% for passage in passages %}{{ passage["text"] }}{% endfor %}', inputs=INPUTS)
    changed = App(name="a", models=[model], prompt=other, knowledge=library)
    events = await house.journal.read(chat.run)
    rendered = [event.seq for event in events if isinstance(event.body, PromptRendered)]
    again = await replay_from(changed, chat.run, rendered[-1] + 1, house)
    assert again.output == "Now: all about bulbs"


async def test_without_knowledge_the_prompt_is_rendered_once(house: House) -> None:
    app = App(name="a", models=[Scripted(["One.", "Two."])], prompt="Be kind.")
    chat = await run(app, "hi", house, chat=True)
    await say(app, chat.run, "and?", house)
    events = await house.journal.read(chat.run)
    assert sum(isinstance(event.body, PromptRendered) for event in events) == 1
