"""An employee who knows what a case expects and does exactly that, by way of the tools: so that where the cases and the
shop, its tools or its policies do not fit together, it shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vouch.models.scripted import Line, Scripted
from vouch.values.message import Message, ToolCall
from vouch.values.request import Request

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
NAME = re.compile(r"[Mm]y name is ([A-Z]\w+ [A-Z]\w+).*?(\d{5})")
NEEDS_ORDER = "For that I need your e-mail address and the number of the order."


def employee(due: Sequence[Mapping[str, Any]], *, listens: int = 1) -> Scripted:
    """A model that finds out who the customer is, reads each order, and makes the changes that are due, in order.

    It begins when the customer has spoken `listens` times.
    """
    return Scripted(lambda request: _next(request.messages, due) if _turns(request) >= listens else "I see.")


def _turns(request: Request) -> int:
    return sum(message.role == "user" for message in request.messages)


def _next(messages: Sequence[Message], due: Sequence[Mapping[str, Any]]) -> Line:
    done = [
        message.result for message in messages if message.result and message.result.name in {one["tool"] for one in due}
    ]
    if any(result.failed for result in done):
        return done[-1].content
    if len(done) == len(due):
        return " ".join(str(json.loads(result.content)["summary"]) for result in done)
    wanted, arguments = due[len(done)]["tool"], dict(due[len(done)]["arguments"])
    if wanted == "hand_over":
        return _call(messages, wanted, {})
    customer = next(_results(messages, "find_customer", "find_customer_by_name"), None)
    if customer is None:
        return _identify(messages)
    order = next(
        (
            order
            for order in _results(messages, "get_order", *(one["tool"] for one in due))
            if order.get("order_id") == arguments["order_id"]
        ),
        None,
    )
    who = {"customer_id": customer["customer_id"], "order_id": arguments["order_id"]}
    if order is None:
        said = " ".join(message.text for message in messages if message.role == "user")
        return _call(messages, "get_order", who) if arguments["order_id"] in said else NEEDS_ORDER
    if wanted == "return_items" and len(order["items"]) > 1 and not _named(messages, arguments["items"]):
        return "Which of the items?"
    if wanted == "exchange_item" and not any(_results(messages, "find_exchanges")):
        return _call(messages, "find_exchanges", {**who, "item": arguments["item"]})
    return _call(messages, wanted, {**arguments, **who, "revision": order["revision"]})


def _identify(messages: Sequence[Message]) -> Line:
    tried = {message.result.content for message in messages if message.result}
    for message in reversed(messages):
        if message.role != "user":
            continue
        if (email := EMAIL.search(message.text)) and len(tried) < len(_said(messages, EMAIL)):
            return _call(messages, "find_customer", {"email": email[0].rstrip(".")})
        if name := NAME.search(message.text):
            return _call(messages, "find_customer_by_name", {"name": name[1], "postcode": name[2]})
    return NEEDS_ORDER


def _named(messages: Sequence[Message], items: Sequence[str]) -> bool:
    """Whether the customer has said yet which things they mean; a thing is called by its name without the brand."""
    said = " ".join(message.text for message in messages if message.role == "user").lower()
    return all(item.partition(" ")[2].lower() in said for item in items)


def _said(messages: Sequence[Message], pattern: re.Pattern[str]) -> set[str]:
    return {found for message in messages if message.role == "user" for found in pattern.findall(message.text)}


def _call(messages: Sequence[Message], name: str, arguments: Mapping[str, Any]) -> ToolCall:
    return ToolCall(f"call-{len(messages)}", name, json.dumps(arguments))


def _results(messages: Sequence[Message], *names: str) -> Iterator[dict[str, Any]]:
    """The results of these tools, newest first."""
    for message in reversed(messages):
        if message.result and message.result.name in names and not message.result.failed:
            yield json.loads(message.result.content)
