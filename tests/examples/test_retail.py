from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from benchmarks.retail import playing
from benchmarks.retail.data import Action, Record, Tables, Task, hash_of, read_tables, read_tasks, written
from benchmarks.retail.playing import Played, judge, play
from benchmarks.retail.shop import Shop
from benchmarks.retail.tools import tools_for

from benchmarks import retail_truth
from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import run, say
from vouch.contracts.tool import ToolRefused
from vouch.journal.state import RunState, fold
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.values.event import CallRefused, EffectDone, ToolRead
from vouch.values.message import ToolCall

pytestmark = pytest.mark.data

Data = Callable[[str], Path]
PROMPT = Prompt.text("Help the user.")


@pytest.fixture
def folder(data: Data) -> Path:
    return data("support/tau_retail_orders.jsonl").parent


_TABLES: list[Tables] = []


@pytest.fixture
def tables(folder: Path) -> Tables:
    """Read once, for no shop changes them."""
    if not _TABLES:
        _TABLES.append(read_tables(folder))
    return _TABLES[0]


def tasks_of(folder: Path, *splits: str) -> list[Task]:
    return [task for split in splits for task in read_tasks(folder / f"tau_retail_tasks_{split}.jsonl")]


# The right actions of the tasks


async def test_the_right_actions_leave_the_shop_as_recorded_and_none_is_refused(folder: Path) -> None:
    tasks = tasks_of(folder, "train", "dev")
    failing = [task for task in tasks if any(task.errors)]
    assert (len(tasks), len(failing)) == (520, 19)
    sample = random.Random(7).sample([task for task in tasks if not any(task.errors)], 25)
    played = await retail_truth.play_all([*sample, *failing], folder)
    assert [one.complaints for one in played if not one.equal] == []
    figures = retail_truth.figures_of(played)
    assert (figures["equal"], figures["tasks"], figures["false_refusals"]) == (44, 44, 0)
    assert figures["error_calls"] == figures["same_errors"] == 20


def task_with(folder: Path, tool: str) -> Task:
    tasks = tasks_of(folder, "train")
    return next(task for task in tasks if [action.name for action in task.actions] == [tool] and not any(task.errors))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"gt_changed_records": {}}, r"not as recorded: #W\d+"),
        ({"gt_action_errors": ("Error: order not found",)}, "went well, but should give 'Error: order not found'"),
        ({"gt_changed_records": None}, "nothing was recorded"),
        ({"gt_changed_records": None, "gt_data_hash": "0" * 64}, "the hash of all data is not as recorded"),
        ({"actions": ()}, "not as recorded"),
    ],
)
async def test_what_is_not_as_recorded_is_found(
    folder: Path, tables: Tables, house: House, change: dict[str, Any], complaint: str
) -> None:
    task = msgspec.structs.replace(task_with(folder, "cancel_pending_order"), **change)
    if not task.actions:
        task = msgspec.structs.replace(task, gt_action_errors=None)
    played = await play(task, tables, PROMPT, house)
    assert not played.equal
    assert re.search(complaint, " ".join(played.complaints))


async def test_a_wrong_amount_by_a_cent_or_only_a_wrong_type_is_found(
    folder: Path, tables: Tables, house: House
) -> None:
    task = task_with(folder, "cancel_pending_order")
    assert (await play(task, tables, PROMPT, house)).equal
    for amount in (lambda paid: paid + 0.01, str):
        recorded = json.loads(json.dumps(task.gt_changed_records))
        (order,) = recorded["orders"].values()
        order["payment_history"][-1]["amount"] = amount(order["payment_history"][-1]["amount"])
        other = msgspec.structs.replace(task, gt_changed_records=recorded)
        assert not (await play(other, tables, PROMPT, house)).equal
    assert written({"balance": 51}) != written({"balance": 51.0})


async def test_a_user_who_says_no_is_a_false_refusal_in_the_figures(
    folder: Path, tables: Tables, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "YES", "No, stop!")
    played = await play(task_with(folder, "return_delivered_order_items"), tables, PROMPT, house)
    assert [(verdict.kind, verdict.by) for verdict in played.verdicts] == [("false refusal", "customer")]
    assert retail_truth.figures_of([played])["false_refusals"] == 1
    assert not played.equal


def test_a_call_is_judged_by_what_was_recorded() -> None:
    made = EffectDone(call_id="1", name="x", key="k", content="{}")
    broken = EffectDone(call_id="1", name="x", key="k", content="Error: no", failed=True)
    read = ToolRead(call_id="1", name="x", content="Error: no", failed=True)
    policy = CallRefused(call_id="1", name="x", by="policy", rule="own order", content="not yours")
    loop = CallRefused(call_id="1", name="x", by="loop", content="again")
    wanted = "Error: no"
    assert judge(None, made, None).kind == "right"
    assert judge(None, None, None).kind == judge(wanted, None, None).kind == "wrong"
    assert judge(None, broken, None).kind == judge(None, read, None).kind == "wrong"
    assert judge(None, policy, None) == ("false refusal", "policy own order said 'not yours'", "policy own order")
    assert judge(None, loop, None).kind == "false refusal"
    assert judge(wanted, broken, None).kind == judge(wanted, read, None).kind == "same error"
    assert judge(wanted, policy, wanted).kind == "same error"
    assert judge(wanted, policy, None).kind == judge(wanted, policy, "Error: other").kind == "wrong"
    assert judge(wanted, loop, wanted).kind == judge(wanted, made, None).kind == "wrong"


def test_the_hash_is_the_one_that_was_recorded(folder: Path) -> None:
    """By the airline's tasks, which have both, the records that changed and the hash."""

    def rows(name: str) -> list[Record]:
        lines = (folder / f"tau_airline_{name}.jsonl").read_bytes().split(b"\n")
        return [json.loads(line) for line in lines if line]

    tables = {name: {row.pop("_key"): row for row in rows(name)} for name in ("flights", "reservations", "users")}
    for task in rows("tasks_test")[:1]:
        changed = task["gt_changed_records"]
        assert hash_of({name: table | changed.get(name, {}) for name, table in tables.items()}) == task["gt_data_hash"]


async def test_a_task_with_only_a_hash_and_one_of_an_unknown_user_are_played(tables: Tables, house: House) -> None:
    shop = Shop(tables)
    (order_id, order), *_ = orders_of(tables, "pending")
    shop.cancel(order_id, "no longer needed")
    action = Action("cancel_pending_order", {"order_id": order_id, "reason": "no longer needed"})
    task = Task(1, (action,), order["user_id"], gt_data_hash=shop.data_hash())
    assert (await play(task, tables, PROMPT, house)).complaints == ()
    unknown = Task(2, (Action("list_all_product_types"),), "nobody", gt_data_hash=Shop(tables).data_hash())
    assert (await play(unknown, tables, PROMPT, house)).complaints == ()


def test_the_benchmark_plays_the_files_it_is_given(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (folder / "tau_retail_tasks_dev.jsonl").read_bytes().split(b"\n")[:3]
    lines[1] = msgspec.json.encode({**msgspec.json.decode(lines[1]), "gt_changed_records": {}})
    (tmp_path / "some.jsonl").write_bytes(b"\n".join(lines))
    monkeypatch.setattr(sys, "argv", ["retail_truth", "--tasks", str(tmp_path / "some.jsonl")])
    retail_truth.main()
    said = capsys.readouterr().out
    last = json.loads(said.splitlines()[-1])
    assert last["goals"] == {"equal": ">= 3", "false_refusals": "<= 0"}
    assert (last["figures"]["equal"], last["figures"]["tasks"], last["figures"]["false_refusals"]) == (2, 3, 0)
    assert "dev 1: not as recorded: #W" in said
    monkeypatch.setattr(sys, "argv", ["retail_truth", "--tasks", str(tmp_path / "none.jsonl")])
    with pytest.raises(SystemExit, match=r"there is no file .*none\.jsonl"):
        retail_truth.main()


# Wrong writes: every policy refuses, the shop is left as it was


def orders_of(tables: Tables, status: str, wanted: Callable[[Record], bool] = lambda order: True) -> list[Any]:
    return [(key, order) for key, order in tables.orders.items() if order["status"] == status and wanted(order)]


class Scene:
    """A user of the data in a chat with the agent, on a shop of their own."""

    def __init__(self, tables: Tables, house: House) -> None:
        self.tables = tables
        self.shop = Shop(tables)
        self.house = house

    def find(self, user_id: str) -> tuple[str, Record]:
        user = self.tables.users[user_id]
        return "find_user_id_by_name_zip", {**user["name"], "zip": user["address"]["zip"]}

    async def play(self, *calls: tuple[str, Record]) -> RunState:
        """Make these calls, with a yes to every question, and give how the run stands."""
        script = [ToolCall(f"call-{n}", name, json.dumps(given)) for n, (name, given) in enumerate(calls)]
        app = App(name="retail", models=[Scripted([*script, "done"])], tools=tools_for(self.shop))
        result = await run(app, "Please.", self.house, chat=True)
        while result.status == "waiting":
            result = await say(app, result.run, "yes", self.house)
        assert result.output == "done"
        return fold(result.run, await self.house.journal.read(result.run))

    async def refuses(self, rule: str, *calls: tuple[str, Record], after: int = 0) -> None:
        """The last call is refused by this policy, and leaves no trace; before it `after` writes are made."""
        without, having = Scene(self.tables, self.house), Scene(self.tables, self.house)
        if after:
            assert len((await without.play(*calls[:-1])).writes) == after
        state = await having.play(*calls)
        assert len(state.writes) == after
        assert [(refused.by, refused.rule) for refused in state.refused] == [("policy", rule)]
        assert written(having.shop.changes()) == written(without.shop.changes())

    def variant(self, item: Record, *, available: bool = True) -> str:
        """Another item of the same product."""
        variants = self.tables.products[item["product_id"]]["variants"].items()
        return next(key for key, row in variants if key != item["item_id"] and row["available"] is available)

    def replacing(self, tool: str, order: Record, new: str, **other: object) -> tuple[str, Record]:
        """A call that replaces the first item of an order."""
        given = {
            "order_id": order["order_id"],
            "item_ids": [order["items"][0]["item_id"]],
            "new_item_ids": [new],
            "payment_method_id": order["payment_history"][0]["payment_method_id"],
        }
        return tool, given | other


@pytest.fixture
def scene(tables: Tables, house: House) -> Scene:
    return Scene(tables, house)


def paid_by_card(order: Record) -> bool:
    return order["payment_history"][0]["payment_method_id"].startswith("credit_card")


def has_gift_card_payment(order: Record) -> bool:
    return order["payment_history"][0]["payment_method_id"].startswith("gift_card")


def has_card_and_unavailable(tables: Tables, order: Record) -> bool:
    variants = tables.products[order["items"][0]["product_id"]]["variants"].values()
    return paid_by_card(order) and not all(row["available"] for row in variants)


CANCEL = "cancel_pending_order"
MODIFY = "modify_pending_order_items"
EXCHANGE = "exchange_delivered_order_items"
RETURN = "return_delivered_order_items"
PAYMENT = "modify_pending_order_payment"
WHY = {"reason": "no longer needed"}
ADDRESS = {"address1": "1 A St", "address2": "", "city": "B", "state": "CA", "country": "USA", "zip": "90001"}


async def test_nothing_is_done_for_somebody_unknown(scene: Scene) -> None:
    order_id, order = orders_of(scene.tables, "pending")[0]
    await scene.refuses("identity verified", (CANCEL, {"order_id": order_id, **WHY}))
    await scene.refuses(
        "identity verified",
        ("find_user_id_by_email", {"email": "nobody@example.com"}),
        ("modify_user_address", {"user_id": order["user_id"], **ADDRESS}),
    )


async def test_nothing_is_done_to_what_belongs_to_somebody_else(scene: Scene) -> None:
    (order_id, order), *others = orders_of(scene.tables, "pending")
    other = next(row for _, row in others if row["user_id"] != order["user_id"])
    mine, theirs = scene.find(other["user_id"]), scene.find(order["user_id"])
    cancel = (CANCEL, {"order_id": order_id, **WHY})
    await scene.refuses("own order", mine, cancel)
    # Who was found first is the user of the run: nobody is talked into serving another.
    await scene.refuses("own order", mine, theirs, cancel)
    await scene.refuses("own order", mine, ("modify_pending_order_address", {"order_id": order_id, **ADDRESS}))
    await scene.refuses("own profile", mine, ("modify_user_address", {"user_id": order["user_id"], **ADDRESS}))
    await scene.refuses("order exists", mine, (CANCEL, {"order_id": order_id.strip("#"), **WHY}))


async def test_an_order_must_be_in_the_right_status(scene: Scene) -> None:
    for status in ("processed", "delivered", "cancelled"):
        order_id, order = orders_of(scene.tables, status)[0]
        me = scene.find(order["user_id"])
        await scene.refuses("pending", me, (CANCEL, {"order_id": order_id, **WHY}))
        await scene.refuses("pending", me, scene.replacing(MODIFY, order, scene.variant(order["items"][0])))
    _, order = orders_of(scene.tables, "pending")[0]
    me, call = scene.find(order["user_id"]), scene.replacing(EXCHANGE, order, scene.variant(order["items"][0]))
    await scene.refuses("delivered", me, call)
    await scene.refuses("delivered", me, (RETURN, {k: v for k, v in call[1].items() if k != "new_item_ids"}))


@pytest.mark.parametrize(("tool", "status"), [(MODIFY, "pending"), (EXCHANGE, "delivered")])
async def test_items_are_replaced_once_and_by_what_there_is_of_the_same_product(
    scene: Scene, tool: str, status: str
) -> None:
    _, order = orders_of(scene.tables, status, lambda row: has_card_and_unavailable(scene.tables, row))[0]
    item, me = order["items"][0], scene.find(order["user_id"])
    good = scene.variant(item)
    strange = next(row for row in scene.tables.products.values() if row["product_id"] != item["product_id"])
    wrong = {
        "same product": {"new_item_ids": [next(iter(strange["variants"]))]},
        "available": {"new_item_ids": [scene.variant(item, available=False)]},
        "items of order": {"item_ids": ["0"]},
        "one for each": {"new_item_ids": [good, good]},
        "own payment method": {"payment_method_id": "credit_card_0"},
    }
    for rule, other in wrong.items():
        await scene.refuses(rule, me, scene.replacing(tool, order, good, **other))
    again = next(key for key in scene.tables.products[item["product_id"]]["variants"] if key != good)
    first = scene.replacing(tool, order, good)
    await scene.refuses("first change", me, first, scene.replacing(tool, order, again, item_ids=[good]), after=1)
    if tool == MODIFY:
        await scene.refuses("first change", me, first, (CANCEL, {"order_id": order["order_id"], **WHY}), after=1)


@pytest.mark.parametrize(("tool", "status"), [(MODIFY, "pending"), (EXCHANGE, "delivered")])
async def test_a_gift_card_must_hold_the_difference(scene: Scene, tool: str, status: str) -> None:
    for _, order in orders_of(scene.tables, status):
        methods = scene.tables.users[order["user_id"]]["payment_methods"].values()
        item = order["items"][0]
        for card in (method for method in methods if "balance" in method):
            for key, row in scene.tables.products[item["product_id"]]["variants"].items():
                if row["available"] and row["price"] - item["price"] > card["balance"]:
                    call = scene.replacing(tool, order, key, payment_method_id=card["id"])
                    await scene.refuses("gift card covers", scene.find(order["user_id"]), call)
                    return
    pytest.fail("the data hold no such order")


async def test_a_payment_method_is_modified_once_to_another_that_can_pay(scene: Scene) -> None:
    def other_methods(order: Record) -> list[Record]:
        paid = order["payment_history"][0]["payment_method_id"]
        methods = scene.tables.users[order["user_id"]]["payment_methods"].values()
        return [method for method in methods if method["id"] != paid]

    def poor(order: Record) -> list[Record]:
        amount = order["payment_history"][0]["amount"]
        return [method for method in other_methods(order) if method.get("balance", amount) < amount]

    order_id, order = orders_of(scene.tables, "pending", lambda row: bool(poor(row)))[0]
    me = scene.find(order["user_id"])
    card, paid = poor(order)[0]["id"], order["payment_history"][0]["payment_method_id"]
    for rule, method in (
        ("gift card covers", card),
        ("another payment method", paid),
        ("own payment method", "paypal_0"),
    ):
        await scene.refuses(rule, me, (PAYMENT, {"order_id": order_id, "payment_method_id": method}))

    def rich(order: Record) -> bool:
        return any("balance" not in method for method in other_methods(order)) and not poor(order)

    order_id, order = orders_of(scene.tables, "pending", rich)[0]
    method = next(method["id"] for method in other_methods(order) if "balance" not in method)
    paid = order["payment_history"][0]["payment_method_id"]
    calls = [(PAYMENT, {"order_id": order_id, "payment_method_id": one}) for one in (method, paid)]
    await scene.refuses("one payment", scene.find(order["user_id"]), *calls, after=1)


async def test_a_return_is_paid_back_the_way_it_was_paid_and_asked_for_once(scene: Scene) -> None:
    def others(order: Record) -> list[str]:
        paid = order["payment_history"][0]["payment_method_id"]
        methods = scene.tables.users[order["user_id"]]["payment_methods"]
        return [key for key in methods if key != paid and "gift_card" not in key]

    order_id, order = orders_of(
        scene.tables, "delivered", lambda row: bool(others(row)) and len({item["item_id"] for item in row["items"]}) > 1
    )[0]
    me = scene.find(order["user_id"])
    one, two = dict.fromkeys(item["item_id"] for item in order["items"]), order["payment_history"][0]
    first, second, *_ = one
    given = {"order_id": order_id, "item_ids": [first], "payment_method_id": two["payment_method_id"]}
    await scene.refuses("refund the same way", me, (RETURN, given | {"payment_method_id": others(order)[0]}))
    await scene.refuses("own payment method", me, (RETURN, given | {"payment_method_id": "gift_card_0"}))
    await scene.refuses("items of order", me, (RETURN, given | {"item_ids": [first] * 9}))
    await scene.refuses("first change", me, (RETURN, given), (RETURN, given | {"item_ids": [second]}), after=1)


async def test_an_order_is_cancelled_for_one_of_two_reasons(scene: Scene) -> None:
    order_id, order = orders_of(scene.tables, "pending")[0]
    call = (CANCEL, {"order_id": order_id, "reason": "found it cheaper"})
    await scene.refuses("reason allowed", scene.find(order["user_id"]), call)


async def test_without_policies_the_shop_still_refuses_in_its_own_words(scene: Scene) -> None:
    shop, tables = scene.shop, scene.tables
    delivered_id, delivered = orders_of(tables, "delivered", paid_by_card)[0]
    pending_id, pending = orders_of(tables, "pending", paid_by_card)[0]
    paid = pending["payment_history"][0]["payment_method_id"]
    item = pending["items"][0]["item_id"]
    told: list[tuple[str, Callable[[], object]]] = [
        ("order not found", lambda: shop.cancel("W1", "no longer needed")),
        ("non-pending order cannot be cancelled", lambda: shop.cancel(delivered_id, "no longer needed")),
        ("invalid reason", lambda: shop.cancel(pending_id, "because")),
        ("non-pending order cannot be modified", lambda: shop.move(delivered_id, ADDRESS)),
        ("user not found", lambda: shop.move_user("nobody", ADDRESS)),
        ("payment method not found", lambda: shop.repay(pending_id, "paypal_0")),
        ("the new payment method should be different", lambda: shop.repay(pending_id, paid)),
        ("1 not found", lambda: shop.change_items(pending_id, ["1"], ["2"], paid)),
        ("the number of items", lambda: shop.change_items(pending_id, [item], [], paid)),
        ("new item 2 not found or available", lambda: shop.change_items(pending_id, [item], ["2"], paid)),
        ("non-delivered order cannot be exchanged", lambda: shop.exchange(pending_id, [item], [item], paid)),
        ("non-delivered order cannot be returned", lambda: shop.take_back(pending_id, [item], paid)),
        ("payment method not found", lambda: shop.take_back(delivered_id, [], "gift_card_0")),
        ("some item not found", lambda: shop.take_back(delivered_id, ["1"], first_payment(delivered))),
    ]
    for words, call in told:
        with pytest.raises(ToolRefused, match=f"Error: {words}"):
            call()
    assert shop.changes() == {}


def first_payment(order: Record) -> str:
    return order["payment_history"][0]["payment_method_id"]


def test_no_policy_knows_a_user_an_order_or_an_item(tables: Tables) -> None:
    known = {*tables.users, *tables.orders, *tables.products}
    known |= {item_id for product in tables.products.values() for item_id in product["variants"]}
    code = " ".join(path.read_text("utf-8") for path in Path(playing.__file__).parent.glob("*.py"))
    assert set(re.findall(r"[#\w]+", code)) & known == set()
    assert "task" not in (Path(playing.__file__).parent / "policies.py").read_text("utf-8").lower()


# The tools


def test_the_tools_take_what_the_recorded_tools_take(folder: Path, tables: Tables) -> None:
    recorded = {
        row["function"]["name"]: row["function"]["parameters"]
        for row in json.loads((folder / "tau_retail_tools.json").read_bytes())
    }
    ours = {tool.spec.name: tool.spec.parameters for tool in tools_for(Shop(tables))}
    assert set(ours) == set(recorded)

    def shape(schema: Record) -> Record:
        kept = ("type", "enum", "items")
        return {name: {key: row[key] for key in kept if key in row} for name, row in schema["properties"].items()}

    for name, schema in recorded.items():
        assert shape(ours[name]) == shape(schema), name
        assert sorted(ours[name].get("required", [])) == sorted(schema["required"]), name
        assert all(row["description"] for row in ours[name]["properties"].values())


async def test_the_reading_tools_answer(scene: Scene) -> None:
    tools = {tool.spec.name: tool for tool in tools_for(scene.shop)}

    async def ask(name: str, **given: object) -> str:
        return await tools[name].call(tools[name].check(json.dumps(given)))

    user_id, user = next(iter(scene.tables.users.items()))
    order_id = user["orders"][0]
    product_id, product = next(iter(scene.tables.products.items()))
    assert await ask("find_user_id_by_email", email=user["email"].upper()) == user_id
    assert json.loads(await ask("get_user_details", user_id=user_id)) == user
    assert json.loads(await ask("get_order_details", order_id=order_id)) == scene.tables.orders[order_id]
    assert json.loads(await ask("get_product_details", product_id=product_id)) == product
    listed = json.loads(await ask("list_all_product_types"))
    assert (len(listed), listed[product["name"]], list(listed)) == (50, product_id, sorted(listed))
    assert await ask("calculate", expression="(2 + 3.5) * -2 / +4 - 1") == "-3.75"
    assert await ask("think", thought="hm") == ""
    assert await ask("transfer_to_human_agents", summary="angry") == "Transfer successful"
    for name, given in {
        "find_user_id_by_email": {"email": "x"},
        "find_user_id_by_name_zip": {"first_name": "x", "last_name": "y", "zip": "z"},
        "get_user_details": {"user_id": "x"},
        "get_order_details": {"order_id": "x"},
        "get_product_details": {"product_id": "x"},
    }.items():
        with pytest.raises(ToolRefused, match=r"^Error: (user|order|product) not found$"):
            await ask(name, **given)
    for expression in ("__import__('os')", "2 ** 3", "1 / 0", "(1", "1" * 9000, "9 if 1 else 2"):
        with pytest.raises(ToolRefused, match=r"^Error: "):
            await ask("calculate", expression=expression)


async def test_a_shop_is_changed_alone(tables: Tables, house: House) -> None:
    one, other = Scene(tables, house), Shop(tables)
    before = other.data_hash()
    order_id, order = orders_of(tables, "pending", has_gift_card_payment)[0]
    user_id = order["user_id"]
    state = await one.play(
        one.find(user_id),
        ("modify_pending_order_address", {"order_id": order_id, **ADDRESS}),
        (CANCEL, {"order_id": order_id, **WHY}),
        ("modify_user_address", {"user_id": user_id, **ADDRESS}),
    )
    assert len(state.writes) == 3
    changes = one.shop.changes()
    card = order["payment_history"][0]["payment_method_id"]
    balances = [users[user_id]["payment_methods"][card]["balance"] for users in (tables.users, changes["users"])]
    assert round(balances[1] - balances[0], 2) == order["payment_history"][0]["amount"]
    assert changes["users"][user_id]["address"] == changes["orders"][order_id]["address"] == ADDRESS
    assert (other.changes(), other.data_hash(), Shop(tables).data_hash()) == ({}, before, before)
    assert one.shop.data_hash() != before


def test_what_is_put_back_is_no_change(tables: Tables) -> None:
    shop = Shop(tables)
    user_id, user = next(iter(tables.users.items()))
    shop.move_user(user_id, ADDRESS)
    assert set(shop.changes()) == {"users"}
    shop.move_user(user_id, dict(user["address"]))
    assert shop.changes() == {}


def test_played_says_what_was_wrong() -> None:
    task = Task(3, (Action("think"),), split="dev")
    wrong = Played(task, (judge(None, None, None),), ("the run broke",), 1, 0.1, 0.1)
    assert wrong.complaints == ("the run broke", "think: it was never made")
    assert wrong.task.name == "dev 3"
