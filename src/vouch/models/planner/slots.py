"""Fills a tool's parameters from what the customer said.

It does not know results of other tools, nor what is asked when a value is missing.

Kinds are filled one after the other, those with the plainest looks first, so that the digits of an e-mail address or a
date are no longer there when amounts are looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from vouch.models.planner import contacts, dates, identifiers, named_slots, numbers, places_slots
from vouch.models.planner.addresses import addresses
from vouch.models.planner.assign import assign, is_share, score
from vouch.models.planner.context import Context, Filled
from vouch.models.planner.kinds import Kind
from vouch.models.planner.mention import Mention, free
from vouch.models.planner.schema import Parameter
from vouch.models.planner.tokens import in_words, stems, tokens

Given = dict[str, Filled]
Find = Callable[[str, bool], Sequence[Mention]]


def fill(parameters: Sequence[Parameter], context: Context) -> Given:
    """The parameters that the customer's words have a value for."""
    given: Given = {}
    for step in _STEPS:
        given |= step([one for one in parameters if one.name not in given], context)
    for one in parameters:
        if one.kind == "record" and one.fields and not one.is_address:
            given |= _record(one, context)
    return given


def _record(record: Parameter, context: Context) -> Given:
    inner = fill(record.fields, context)
    if not inner or any(one.required and one.name not in inner for one in record.fields):
        return {}
    sure = min(found.sure for found in inner.values())
    return {record.name: Filled({name: found.value for name, found in inner.items()}, sure)}


def _of(parameters: Sequence[Parameter], *kinds: Kind) -> list[Parameter]:
    return [one for one in parameters if one.kind in kinds]


def from_mentions(
    wanted: Sequence[Parameter], context: Context, find: Find, *, background: bool = True, strict: bool = False
) -> Given:
    """Values for `wanted` out of what `find` finds in a text, newest text first; see `assign` for `strict`."""
    given: Given = {}
    for text, answers in context.all_texts(background=background):
        open_ = [one for one in wanted if one.name not in given]
        if not open_:
            break
        mentions = context.free(find(text, answers), text)
        open_.sort(key=lambda one: one.name not in context.asked if answers else False)
        late = text in context.background
        for name, mention in assign(open_, mentions, text, strict=strict, last=late).items():
            context.take(mention, text)
            given[name] = Filled(mention.value, mention.sure, sign=mention.sign)
    return given


def _emails(parameters: Sequence[Parameter], context: Context) -> Given:
    return from_mentions(_of(parameters, "email"), context, lambda text, _: contacts.emails(text))


def _patterned(parameters: Sequence[Parameter], context: Context) -> Given:
    """Ids whose look is known; parameters of one look share the mentions."""
    given: Given = {}
    groups: dict[tuple[str, ...], list[Parameter]] = {}
    for one in parameters:
        inner = one.inner
        patterns = inner.patterns
        if patterns and inner.kind in ("identifier", "postcode", "phone", "open"):
            groups.setdefault(patterns, []).append(one)
    for patterns, group in groups.items():
        given |= _of_one_look(patterns, group, context)
    return given


def _of_one_look(patterns: tuple[str, ...], group: Sequence[Parameter], context: Context) -> Given:
    nouns = frozenset[str]().union(*(stems(in_words(one.name)) for one in group)) - {"id", "number"}
    names = {one.name for one in group}

    def find(text: str, answers: bool) -> Sequence[Mention]:
        found = identifiers.by_pattern(text, patterns, bare=answers and context.asked <= names, nouns=nouns)
        return _outside_addresses(found, text) if group[0].kind == "postcode" else found

    singles = [one for one in group if one.kind != "list"]
    return from_mentions(singles, context, find) | listed([one for one in group if one.kind == "list"], context, find)


def listed(wanted: Sequence[Parameter], context: Context, find: Find) -> Given:
    """Every mention goes to the list that the words before it speak for; those after it stay there, too."""
    given: dict[str, list[Mention]] = {}
    for text, answers in context.all_texts(background=False):
        mentions = context.free(find(text, answers), text) if wanted else ()
        words = tokens(text)
        current = wanted[0].name if wanted else ""
        for mention in mentions:
            scores = {one.name: score(one, mention, text, words) for one in wanted}
            best = max(scores, key=lambda name: scores[name])
            current = best if scores[best] > scores[current] + 0.05 else current
            given.setdefault(current, []).append(mention)
            context.take(mention, text)
        if mentions:
            break
    return {
        name: Filled(list(dict.fromkeys(one.value for one in found)), min(one.sure for one in found))
        for name, found in given.items()
    }


def _dates(parameters: Sequence[Parameter], context: Context) -> Given:
    wanted = _of(parameters, "date", "moment")
    found = from_mentions(
        wanted,
        context,
        lambda text, _: dates.dates(text, context.today),
        background=any(one.personal for one in wanted),
        strict=len(wanted) > 1,
    )
    clock = next((one for text, _ in context.all_texts(background=False) for one in dates.times(text)), None)
    given: Given = {}
    for one in wanted:
        if one.name in found:
            day = found[one.name]
            text = dates.written(day.value, one.description)
            if one.kind == "moment":
                text += f"T{clock.value.isoformat() if clock else '00:00:00'}"
            given[one.name] = Filled(text, day.sure)
    return given


def _times(parameters: Sequence[Parameter], context: Context) -> Given:
    found = from_mentions(_of(parameters, "time"), context, lambda text, _: dates.times(text), background=False)
    return {name: Filled(one.value.isoformat(), one.sure) for name, one in found.items()}


def _phones(parameters: Sequence[Parameter], context: Context) -> Given:
    return from_mentions(_of(parameters, "phone"), context, lambda text, _: contacts.phones(text))


def _postcodes(parameters: Sequence[Parameter], context: Context) -> Given:
    def find(text: str, _: bool) -> Sequence[Mention]:
        return _outside_addresses(contacts.postcodes(text), text)

    return from_mentions(_of(parameters, "postcode"), context, find)


def _outside_addresses(found: Sequence[Mention], text: str) -> list[Mention]:
    """The postcodes that are no part of a whole address: that one belongs to whatever takes an address."""
    return free(found, [(one.start, one.end) for one in addresses(text)])


def _by_noun(parameters: Sequence[Parameter], context: Context) -> Given:
    given: Given = {}
    for one in _of(parameters, "identifier"):
        if not one.patterns:
            nouns = stems(in_words(one.name)) - {"id", "number"}
            asked = one.name in context.asked

            def find(text: str, answers: bool, nouns: frozenset[str] = nouns, asked: bool = asked) -> Sequence[Mention]:
                return identifiers.by_noun(text, nouns, asked=answers and asked)

            given |= from_mentions([one], context, find)
    return given


def _numbers(parameters: Sequence[Parameter], context: Context) -> Given:
    wanted = _of(parameters, "whole", "number")
    lists = [one for one in parameters if one.kind == "list" and one.item and one.item.kind in ("whole", "number")]
    given = from_mentions(lists, context, lambda text, _: numbers.lists(text), background=False)
    found = from_mentions(wanted, context, lambda text, _: numbers.numbers(text), background=False, strict=True)
    for one in wanted:
        if one.name in found and (value := _number(one, found[one.name])) is not None:
            given[one.name] = found[one.name]._replace(value=value)
    left = [one for one in lists if one.name not in given]
    return given | listed(left, context, lambda text, _: numbers.numbers(text))


def _number(parameter: Parameter, found: Filled) -> int | float | None:
    value: float = found.value
    if found.sign == "share" and parameter.kind == "number" and is_share(parameter):
        value = round(value / 100, 10)
    if parameter.kind == "whole" and value != int(value):
        return None
    if (parameter.least is not None and value < parameter.least) or (
        parameter.most is not None and value > parameter.most
    ):
        return None
    return int(value) if parameter.kind == "whole" else value


_STEPS: Final[tuple[Callable[[Sequence[Parameter], Context], Given], ...]] = (
    _emails,
    _patterned,
    _dates,
    _times,
    places_slots.fill,
    _phones,
    _postcodes,
    _by_noun,
    named_slots.people,
    named_slots.choices,
    _numbers,
    named_slots.open_texts,
    named_slots.words,
)
