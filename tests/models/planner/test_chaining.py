"""What is looked up, in which order, and what is asked: seen in whole conversations with a bicycle hire."""

from __future__ import annotations

import pytest
from tests.models.planner.bikes import Bikes
from tests.models.planner.driving import Driven

from vouch.models.planner.planner import Planner


def bikes(planner: Planner, shop: Bikes) -> Driven:
    return Driven(planner, shop.tools())


async def test_everything_that_can_be_looked_up_is(planner: Planner) -> None:
    shop = Bikes()
    talk = bikes(planner, shop)
    await talk.say("I want a refund for hire H1001, jo@example.com")
    assert talk.names == ["find_rider", "get_hire", "quote_credit", "credit_hire"]
    assert shop.log == [("credit", ("H1001", 50.0, "CARD-1234"))]


async def test_words_narrow_a_look_up_that_can_be_narrowed(planner: Planner) -> None:
    shop = Bikes()
    talk = bikes(planner, shop)
    await talk.say("The child seat was missing in hire H1001, I want a refund for it. jo@example.com")
    assert shop.log == [("credit", ("H1001", 10.0, "CARD-1234"))]


async def test_an_amount_that_is_said_is_not_looked_up(planner: Planner) -> None:
    shop = Bikes()
    talk = bikes(planner, shop)
    await talk.say("I want a refund of 7.50 euros for hire H1001, jo@example.com")
    assert "quote_credit" not in talk.names
    assert shop.log == [("credit", ("H1001", 7.5, "CARD-1234"))]


@pytest.mark.parametrize("where", ["Put it on my gift voucher please", "Send it to GIFT-9000"])
async def test_another_value_of_the_same_look_may_be_wanted(planner: Planner, where: str) -> None:
    shop = Bikes()
    talk = bikes(planner, shop)
    await talk.say(f"I want a refund for hire H1003, jo@example.com. {where}")
    assert shop.log == [("credit", ("H1003", 50.0, "GIFT-9000"))]


async def test_each_thing_is_looked_at_to_find_the_one_that_is_meant(planner: Planner) -> None:
    shop = Bikes()
    talk = bikes(planner, shop)
    await talk.say("I want a refund for the cargo bike, jo@example.com")
    assert talk.names[:2] == ["find_rider", "list_hires"]
    assert talk.names[2:5] == ["get_hire", "get_hire", "get_hire"]
    assert shop.log == [("credit", ("H1003", 50.0, "CARD-1234"))]


async def test_where_nothing_tells_them_apart_it_asks(planner: Planner) -> None:
    talk = bikes(planner, Bikes())
    asked = await talk.say("I want a refund, jo@example.com")
    assert asked.startswith("Which hire do you mean: (1) H1001 (2025-05-01)")
    assert talk.names == ["find_rider", "list_hires"]
    await talk.say("the latest one")
    assert talk.writes[0][1]["hire_id"] == "H1002"


async def test_the_only_one_is_taken(planner: Planner) -> None:
    shop = Bikes("H1003")
    talk = bikes(planner, shop)
    await talk.say("I want a refund, jo@example.com")
    assert shop.log == [("credit", ("H1003", 50.0, "CARD-1234"))]


async def test_several_items_are_chosen_by_their_names(planner: Planner) -> None:
    shop = Bikes()
    talk = bikes(planner, shop)
    await talk.say("Take the helmet and the tandem off hire H1002, jo@example.com")
    assert shop.log == [("drop", ("H1002", ["Helmet", "Tandem"]))]
    other = bikes(planner, shop)
    assert "Which item do you mean: (1) Child seat" in await other.say(
        "Take something off my hire H1001, jo@example.com"
    )
    await other.say("everything")
    assert shop.log[-1] == ("drop", ("H1001", ["Child seat", "Mountain bike"]))


async def test_what_a_look_up_gives_for_another_is_chosen_too(planner: Planner) -> None:
    shop = Bikes()
    talk = bikes(planner, shop)
    await talk.say("Swap the helmet of hire H1002 for a small one, jo@example.com")
    assert "find_options" in talk.names
    assert shop.log == [("swap", ("H1002", "Helmet", "Helmet, small"))]


async def test_after_a_change_the_thing_is_read_again(planner: Planner) -> None:
    shop = Bikes()
    talk = bikes(planner, shop)
    await talk.say("Take the helmet off hire H1002, jo@example.com")
    await talk.say("Take the tandem off it, too")
    assert [what for what, _ in shop.log] == ["drop", "drop"]
    assert [name for name in talk.names if name == "find_rider"] == ["find_rider"]


async def test_a_look_up_that_fails_stops_the_wish_until_more_is_known(planner: Planner) -> None:
    shop = Bikes("H1003")
    talk = bikes(planner, shop)
    said = await talk.say("I want a refund for hire H1001, jo@example.com")
    assert said.startswith("There is no hire H1001 of yours. Could you check the number of the hire")
    assert talk.writes == []
    await talk.say("oh, it is H1003")
    assert shop.log == [("credit", ("H1003", 50.0, "CARD-1234"))]


async def test_nobody_is_asked_for_what_only_tools_know(planner: Planner) -> None:
    talk = bikes(planner, Bikes())
    asked = await talk.say("I want a refund")
    assert (
        asked
        == "For that, please tell me the e-mail address of your account and the number of the hire, such as H1234."
    )


async def test_who_does_not_know_a_number_is_helped_without(planner: Planner) -> None:
    talk = bikes(planner, Bikes())
    await talk.say("What is the state of my hire?")
    asked = await talk.say("I don't know the number")
    assert asked == "For that, please tell me the e-mail address of your account."
    assert "Which hire do you mean" in await talk.say("jo@example.com")


async def test_another_thing_is_not_the_one_named_before(planner: Planner) -> None:
    shop = Bikes("H1001", "H1003")
    talk = bikes(planner, shop)
    await talk.say("What is the state of hire H1001? jo@example.com")
    assert "Which hire do you mean" in await talk.say("And what is the state of my other hire?")


async def test_a_number_that_is_said_is_no_revision(planner: Planner) -> None:
    shop = Bikes("H1002")
    talk = bikes(planner, shop)
    await talk.say("Could you swap the helmet in hire H1002 for large, 58 instead? jo@example.com")
    assert shop.log == [("swap", ("H1002", "Helmet", "Helmet, large"))]
