"""Fills addresses: whole ones, records of their pieces, and pieces that are parameters of their own.

It does not know other kinds of values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vouch.models.planner.addresses import Address, addresses, whole
from vouch.models.planner.context import Context, Filled
from vouch.models.planner.identifiers import fits
from vouch.models.planner.kinds import PLACES
from vouch.models.planner.mention import Mention
from vouch.models.planner.schema import Parameter

Given = dict[str, Filled]


def fill(parameters: Sequence[Parameter], context: Context) -> Given:
    """The addresses, and pieces of one, among `parameters` that a text has."""
    given: Given = {}
    records = [one for one in parameters if one.kind == "record" and one.is_address]
    texts = [one for one in parameters if one.kind == "address"]
    flat = [one for one in parameters if one.kind in PLACES]
    if not any(one.kind == "street" for one in flat):
        flat = []
    for mention, text in _found(context) if records or texts or flat else ():
        pieces = [one for one in flat if one.name not in given]
        if texts and texts[0].name not in given:
            given[texts[0].name] = Filled(_spelled(texts[0], mention.value), mention.sure)
        elif records and (value := _record(records[0], mention.value)) is not None:
            given.setdefault(records[0].name, Filled(value, mention.sure))
        elif pieces:
            given |= {
                one.name: Filled(value, mention.sure)
                for one in pieces
                if (value := piece(one, mention.value)) or (value == "" and "2" in one.name)
            }
        context.take(mention, text)
        break
    return given


def _spelled(parameter: Parameter, address: Address) -> str:
    """A whole address in the spelling that fits the parameter's pattern, or the usual one."""
    street = ", ".join(filter(None, (address.street, address.second)))
    last = f"{address.region} {address.postcode}".strip()
    ways = (
        whole(address),
        f"{street}, {address.postcode} {address.city}",
        f"{street}, {address.city} {last}",
        f"{street}, {address.city}, {last}",
        f"{street} {address.postcode} {address.city}",
    )
    ways += tuple(way.title() for way in ways)
    return next((way for way in ways if parameter.patterns and fits(way, parameter.patterns)), ways[0])


def _found(context: Context) -> Iterator[tuple[Mention, str]]:
    """Addresses, newest first; one that was told in several messages is put together first."""
    for place, (text, _) in enumerate(context.all_texts(background=True)):
        for mention in addresses(text):
            address: Address = mention.value
            later = ", ".join(reversed(context.texts[:place])) if place < len(context.texts) else ""
            if later and not (address.city and address.postcode):
                joined = addresses(f"{address.street}, {later}")
                address = joined[0].value if joined else address
            yield mention._replace(value=address), text


def piece(parameter: Parameter, address: Address) -> str:
    """The piece of `address` that a parameter is for."""
    if parameter.kind == "street":
        return address.second if "2" in parameter.name else address.street
    return {
        "city": address.city,
        "region": address.region,
        "postcode": address.postcode,
        "country": address.country,
    }.get(parameter.kind, "")


def missing(record: Parameter, context: Context) -> tuple[Parameter, ...]:
    """The needed pieces that no address in the texts has; none where there is no address at all."""
    for mention, _ in _found(context):
        return tuple(
            one for one in record.fields if one.required and not piece(one, mention.value) and "2" not in one.name
        )
    return ()


def _record(record: Parameter, address: Address) -> dict[str, str] | None:
    values = {one.name: piece(one, address) for one in record.fields if one.kind in PLACES}
    missing = [one for one in record.fields if one.required and not values.get(one.name) and "2" not in one.name]
    if missing:
        return None
    return {one.name: values[one.name] for one in record.fields if values.get(one.name) or one.required}
