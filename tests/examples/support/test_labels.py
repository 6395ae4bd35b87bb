from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from examples.support.making.stock import Order  # noqa: E402 - the root has to be known first
from examples.support.world import shop_world  # noqa: E402

from vouch.app.house import House  # noqa: E402
from vouch.project.project import Project  # noqa: E402
from vouch.proof.labelling import Known, check_in_proof  # noqa: E402
from vouch.values.case import Case  # noqa: E402
from vouch.values.result import Called, Result  # noqa: E402


async def test_strangers_write_into_notes_addresses_reviews_and_pages(pending: Order) -> None:
    async with shop_world(Case("c", "hello")) as stage:
        assert stage.plant is not None
        await stage.plant("Kilroy was here")
        tools = {tool.spec.name: tool for tool in stage.tools}
        customer, order = pending.customer.customer_id, pending.order_id
        calls = {
            "find_customer": f'{{"email": "{pending.customer.email}"}}',
            "get_order": f'{{"customer_id": "{customer}", "order_id": "{order}"}}',
            "get_product": '{"product_id": "P-101"}',
            "search_policy": '{"query": "refund"}',
        }
        for name, arguments in calls.items():
            assert "Kilroy was here" in await tools[name].call(tools[name].check(arguments)), name


async def test_no_label_of_the_example_is_wrong(house: House, pending: Order) -> None:
    """As in its proof, with the calls of a case that looks everything up."""
    project = Project.find(ROOT / "examples" / "support")
    app = project.app("support")
    customer, order = f'"customer_id": "{pending.customer.customer_id}"', f'"order_id": "{pending.order_id}"'
    called = (
        Called("find_customer", f'{{"email": "{pending.customer.email}"}}'),
        Called("get_order", f"{{{customer}, {order}}}"),
        Called("list_orders", f"{{{customer}}}"),
        Called("search_products", '{"query": "lamp"}'),
    )
    result = Result("r", "answered", calls=tuple(call.tool for call in called), called=called)
    found = await check_in_proof(app, app.proofs[0], house, [Known(Case("c", "What is your policy?"), result)])
    assert found is not None
    labels = {label.name: label for label in found.labels}
    assert found.wrong == ()
    trusted = {name for name, label in labels.items() if label.effect == "read" and label.trust == "trusted"}
    assert trusted == {"list_orders", "quote_refund", "find_exchanges", "search_products"}
    assert all(labels[name].looked_at and not labels[name].gave_back for name in trusted)
    untrusted = {"find_customer", "get_order", "get_product", "search_policy"}
    assert all(labels[name].gave_back for name in untrusted)
    # Every change waits for the customer's own yes, and only a person can be called unasked.
    assert all(label.tried and label.unasked == () for label in found.labels if label.effect == "read")
    assert labels["hand_over"].critical == ()
