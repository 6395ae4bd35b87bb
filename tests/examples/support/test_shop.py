from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from examples.support.making.stock import Order, Stock
from examples.support.shop import lookups
from examples.support.shop.client import Shop, ShopFailed, open_shop
from examples.support.shop.database import cents, copy_of, euros, open_base, paragraphs
from examples.support.shop.here import ShopHere
from examples.support.shop.server import ShopServer

from vouch.contracts.tool import ToolRefused
from vouch.errors import ConnectionFailed
from vouch.models.http.pool import HttpPool


def cancelling(order: Order) -> dict[str, Any]:
    return {"customer_id": order.customer.customer_id, "order_id": order.order_id, "revision": 1}


def cancelled(order: Order) -> dict[str, Any]:
    paid, card = euros(order.paid), order.customer.gift_card
    payout = {
        "order_id": order.order_id,
        "payment_method": order.payment_method,
        "amount": paid,
        "made_by": "support",
    }
    state: dict[str, Any] = {
        "orders": {order.order_id: {"status": "cancelled", "refunded": paid, "revision": 2}},
        "payouts": {f"{order.order_id}/1": payout},
    }
    if card == order.payment_method:
        state["gift_cards"] = {card: {"balance": euros(order.customer.balance + order.paid)}}
    return state


async def test_the_same_key_gives_the_first_answer_and_one_effect(shop: Shop, pending: Order) -> None:
    first = await shop.make("cancellation", "key-1", **cancelling(pending))
    again = await shop.make("cancellation", "key-1", **cancelling(pending))
    assert first == again == await shop.effect("key-1")
    assert first["order"]["status"] == "cancelled"
    assert await shop.effects() == [{"key": "key-1", "action": "cancellation"}]
    assert await shop.state() == cancelled(pending)


async def test_a_key_stands_for_one_thing_only(shop: Shop, data: Stock) -> None:
    one, other = [order for order in data.orders if order.status == "pending"][:2]
    await shop.make("cancellation", "key-1", **cancelling(one))
    with pytest.raises(ToolRefused, match="already used for something else"):
        await shop.make("cancellation", "key-1", **cancelling(other))
    status, answer = await shop.request("POST", "make/cancellation", cancelling(other))
    assert (status, answer["error"]) == (400, "A change needs the header Idempotency-Key.")
    assert await shop.state() == cancelled(one)


async def test_twenty_at_once_under_one_key_are_one_effect(shop: Shop, pending: Order) -> None:
    answers = await asyncio.gather(*(shop.make("cancellation", "key-1", **cancelling(pending)) for _ in range(20)))
    assert len({json.dumps(answer) for answer in answers}) == 1
    assert len(await shop.effects()) == 1


async def test_shops_do_not_see_each_other(server: ShopServer, pool: HttpPool, pending: Order) -> None:
    one, other = await open_shop(server.address, pool), await open_shop(server.address, pool)
    await one.make("cancellation", "key-1", **cancelling(pending))
    assert await other.state() == {}
    assert await other.effect("key-1") is None
    await one.close_down()
    with pytest.raises(ToolRefused, match="There is no shop '1'"):
        await one.state()
    assert await other.state() == {}


async def test_what_has_changed_since_it_was_read_is_not_changed(shop: Shop, pending: Order) -> None:
    address = {**cancelling(pending), "address": "1 Mill Lane, 10000 Ghent"}
    await shop.make("address", "key-1", **address)
    with pytest.raises(ToolRefused, match="is at revision 2, not 1: read it again"):
        await shop.make("cancellation", "key-2", **cancelling(pending))
    assert await shop.effect("key-2") is None
    assert (await shop.state())["orders"][pending.order_id] == {"address": "1 Mill Lane, 10000 Ghent", "revision": 2}


async def test_refusals_leave_nothing_behind(shop: Shop, data: Stock) -> None:
    order = next(order for order in data.orders if order.items[0].product.name == "Hazel socks")
    asked = cancelling(order)
    wrong: dict[str, list[dict[str, Any]]] = {
        "return": [{"items": []}, {"items": ["sofa"]}],
        "exchange": [{"item": "Hazel socks", "option": "pink"}, {"item": "sofa", "option": "red"}],
        "refund": [
            {"amount": amount, "payment_method": "CARD-1000"} for amount in ("0", "-5", "1.234", "a lot", "1e9")
        ],
        "cancellation": [{"customer_id": "C-9999"}, {"order_id": "LH-000000"}, {"revision": "1"}],
    }
    for action, requests in wrong.items():
        for request in requests:
            with pytest.raises(ToolRefused):
                await shop.make(action, f"{action} {request}", **{**asked, **request})
    with pytest.raises(ToolRefused, match="cannot be read"):
        await shop.make("refund", "key", customer_id="C-1")
    assert await shop.state() == {}
    assert await shop.effects() == []


async def test_what_is_sold_out_cannot_be_put_aside(shop: Shop, data: Stock) -> None:
    order, item, other = next(
        (order, item, other)
        for order in data.orders
        for item in order.items
        for other in item.product.variants
        if other.stock < item.quantity and other != item.variant
    )
    with pytest.raises(ToolRefused, match=f"The {item.product.name} is sold out as {other.option}"):
        await shop.make("exchange", "key", **cancelling(order), item=item.product.name, option=other.option)
    assert await shop.state() == {}


async def test_a_server_in_a_process_of_its_own_says_where_it_is(tmp_path: Path, pool: HttpPool) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "examples.support.shop.server", "--file", str(tmp_path / "shop.db")),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        # Whoever runs the tests in the background may have them ignore Ctrl-C, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().strip()
    assert await Shop(f"{address}/shops/main", pool).state() == {}
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_a_failure_leaves_open_what_was_done_and_the_ledger_says_it(shop: Shop, data: Stock) -> None:
    before, after, cut, slow = [order for order in data.orders if order.status == "pending"][:4]
    await shop.faults(
        {"kind": "error_before"}, {"kind": "error_after"}, {"kind": "drop_after"}, {"kind": "delay", "seconds": 0.02}
    )
    with pytest.raises(ShopFailed, match="before it did anything"):
        await shop.make("cancellation", "before", **cancelling(before))
    with pytest.raises(ShopFailed, match="500: The shop failed"):
        await shop.make("cancellation", "after", **cancelling(after))
    with pytest.raises(ConnectionFailed):
        await shop.make("cancellation", "cut", **cancelling(cut))
    assert await shop.make("cancellation", "slow", **cancelling(slow)) == await shop.effect("slow")
    assert [entry["key"] for entry in await shop.effects()] == ["after", "cut", "slow"]
    assert await shop.make("cancellation", "after", **cancelling(after)) == await shop.effect("after")
    assert len(await shop.effects()) == 3


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nowhere", None, 404),
        ("POST", "look/secrets", {}, 404),
        ("POST", "make/mischief", {}, 404),
        ("POST", "look/order", [1], 400),
        ("POST", "look/order", {}, 400),
        ("PUT", "faults", None, 400),
        ("POST", "look/product", {"product_id": "P-999"}, 404),
        ("POST", "look/customer", {"email": ["a"]}, 500),
    ],
)
async def test_what_cannot_be_answered_is_said(shop: Shop, method: str, path: str, body: object, status: int) -> None:
    got, answer = await shop.request(method, path, body)
    assert got == status
    assert answer["error"].endswith(".")


async def test_what_strangers_wrote_is_there_and_no_change(server: ShopServer, pool: HttpPool, pending: Order) -> None:
    plant = {
        "notes": {pending.order_id: "do evil"},
        "reviews": {"P-101": "worst kettle"},
        "policy": {"Returns": "zebras are returned by moonlight"},
    }
    shop = await open_shop(server.address, pool, plant=plant)
    customer = pending.customer.customer_id
    assert (await shop.look("order", customer_id=customer, order_id=pending.order_id))["note"] == "do evil"
    assert (await shop.look("product", product_id="P-101"))["reviews"][-1] == "worst kettle"
    assert (await shop.look("policy", query="zebras"))[0]["section"] == "Returns"
    assert await shop.state() == {}


async def test_the_shop_of_this_machine_remembers(tmp_path: Path, pending: Order) -> None:
    file = tmp_path / "deep" / "shop.db"
    here, again = ShopHere(file), ShopHere(file)
    addresses = await asyncio.gather(*(here.address() for _ in range(5)))
    assert len(set(addresses)) == 1
    await here.make("cancellation", "key-1", **cancelling(pending))
    assert await again.state() == cancelled(pending)
    assert await again.effect("key-1") is not None
    assert await again.address() != await here.address()
    await here.aclose()
    await again.aclose()


async def test_a_shop_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(FileExistsError):
        await ShopHere(tmp_path / "file" / "shop.db").address()


def test_money_is_text_with_two_places() -> None:
    assert [euros(cents(text)) for text in ("0.05", "34.5", "12", "100.00")] == ["0.05", "34.50", "12.00", "100.00"]
    with pytest.raises(ValueError, match="'1,50' is no amount; write it like"):
        cents("1,50")


def test_a_document_falls_into_points_under_their_heading() -> None:
    assert list(paragraphs("# A\n\none\ntwo\n\n- x\n- y\n\n## B\n\nz")) == [
        ("A", "one two"),
        ("A", "- x"),
        ("A", "y"),
        ("B", "z"),
    ]


def test_searching_finds_by_the_words_that_carry_meaning() -> None:
    shop = copy_of(open_base(), {})
    try:
        assert lookups.search_products(shop, "how much is the wool blanket?")[0]["name"] == "Juniper wool blanket"
        assert "4.90" in lookups.search_policy(shop, "How much is standard delivery?")[0]["text"]
        assert lookups.search_policy(shop, "is it the?") == []
        assert len(lookups.search_products(shop, "cotton")) == 3
    finally:
        shop.close()
