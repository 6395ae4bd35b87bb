"""Requests answered behind guards: judged and masked before they go out, their answers judged and restored.

It does not know who answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from vouch.contracts.guard import Guard
from vouch.errors import ConfigError, RequestRefused
from vouch.guards import deny, injection, invisible, personal, secrets, shape
from vouch.guards.personal import Personal
from vouch.models.wording import Json
from vouch.project.config import GuardEntry
from vouch.serve.answering import Answering
from vouch.serve.applying import first
from vouch.serve.exchange import Exchange
from vouch.serve.faces.spots import Texts
from vouch.serve.faces.texts import TEXTS
from vouch.serve.guarding.judging import Judging, Watchman
from vouch.serve.guarding.masking import Marks
from vouch.serve.guarding.outlets import Buffered, Detecting, Restored, Windowed, joined
from vouch.serve.outlet import Outlet
from vouch.serve.upstream import Upstream

_SAID: Final = ("user", "tool")
"""Whose words are judged on the way in: not the author's, who may speak of attacks, nor a model's."""

_object: Final = msgspec.json.Decoder(Json)
_encode: Final = msgspec.json.Encoder().encode


class Rule(NamedTuple):
    """What looks at which requests."""

    models: tuple[str, ...]
    keys: tuple[str, ...]
    input: tuple[Watchman, ...]
    output: tuple[Watchman, ...]
    masks: Personal | None
    entry: GuardEntry


class Guarded:
    """Has requests answered by `inner`; the first rule that applies to one looks at it."""

    def __init__(self, inner: Answering, entries: Mapping[str, GuardEntry]) -> None:
        self._inner = inner
        self._rules = [rule_of(name, entry) for name, entry in entries.items()]

    async def answer(self, exchange: Exchange, upstreams: Sequence[Upstream], outlet: Outlet) -> None:
        """Have it answered; raises `RequestRefused` (400, `guard_blocked`) also after the answer has begun."""
        rule = first(self._rules, exchange)
        texts = TEXTS.get(exchange.face.name)
        if rule is None or texts is None:
            await self._inner.answer(exchange, upstreams, outlet)
            return
        request = _read(exchange)
        if rule.input:
            judging = Judging(rule.input, exchange, "input", block=rule.entry.input_mode == "block")
            await judging.judge(joined(spot for spot in texts.asked(request) if spot.by in _SAID))
        if rule.masks is not None:
            outlet = await _masked(rule.masks, texts, request, exchange, outlet)
        # What was judged is what goes out, byte for byte: a key that stands twice is not read twice in two ways.
        exchange.body = _encode(request)
        await self._inner.answer(exchange, upstreams, _judged(rule, texts, exchange, outlet))


def rule_of(name: str, entry: GuardEntry) -> Rule:
    """The rule that an entry of vouch.toml asks for; raises `ConfigError` for one that cannot be kept."""
    if "deny" in (*entry.input, *entry.output) and not entry.deny:
        raise ConfigError(f"serve.guards.{name}: the guard 'deny' has no words; list them as deny = ['...']")
    if "shape" in entry.input or ("shape" in entry.output and entry.mode == "window"):
        raise ConfigError(f"serve.guards.{name}: 'shape' judges whole answers; give it as output, with mode = 'buffer'")
    masks = personal(entry.mask) if entry.mask else None
    return Rule(entry.models, entry.keys, _watch(entry.input, entry), _watch(entry.output, entry), masks, entry)


def _watch(names: Sequence[str], entry: GuardEntry) -> tuple[Watchman, ...]:
    makers: dict[str, Callable[[], Guard]] = {
        "injection": injection,
        "secrets": secrets,
        "personal": personal,
        "invisible": invisible,
        "shape": shape,
        "deny": lambda: deny(entry.deny),
    }
    return tuple(Watchman(name, makers[name](), whole=name == "shape") for name in names)


async def _masked(masks: Personal, texts: Texts, request: Json, exchange: Exchange, outlet: Outlet) -> Outlet:
    """Mask a request, and give the outlet that restores its answer."""
    spots = list(texts.asked(request))
    marks = Marks(masks, joined(spots))
    for spot in spots:
        spot.put(await marks.mask(spot.text))
    exchange.masked = marks.replaced
    return Restored(outlet, texts, marks, exchange) if marks else outlet


def _judged(rule: Rule, texts: Texts, exchange: Exchange, outlet: Outlet) -> Outlet:
    if not rule.output:
        return outlet
    mode = rule.entry.mode
    judging = Judging(rule.output, exchange, "output", block=mode != "detect")
    if mode == "window":
        return Windowed(outlet, texts, judging, hold=rule.entry.hold)
    return Buffered(outlet, texts, judging) if mode == "buffer" else Detecting(outlet, texts, judging)


def _read(exchange: Exchange) -> Json:
    try:
        return _object.decode(exchange.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RequestRefused(
            f"the body cannot be read ({error}); send a JSON object", status=400, code="invalid_request"
        ) from None
