"""What an app says of the sources of its texts, and what a test of that showed: as frozen values, and in sentences.

It does not know how labels are tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct

from vouch.contracts.provenance import Provenance, Trust
from vouch.contracts.tool import Effect

By = Literal["declared", "default", "derived"]
"""Who says so: the tool's author (`declared`), nobody (`default`), or what a sub-agent reads (`derived`)."""

PASSAGES: Final[dict[Trust, str]] = {"untrusted": "passages", "trusted": "passages (trusted)"}
"""The names of knowledge as a source, by the label of its passages."""

_NAMED: Final = 8
"""Names that a sentence lists."""


class Label(Struct, frozen=True, kw_only=True):
    """A source of text (a tool, or the passages of knowledge), its label, and what was found.

    `critical` are a write's critical arguments, None for all of them; `policies` the rules that it must pass. In the
    planted worlds `looked_at` of its results were looked at, and `gave_back` of them held what a stranger had written;
    `wrong_in` is the first case in which that came back as if it could be trusted. `failed` and `failed_wrong_in` say
    the same of its errors. `tried`: a model that obeys every word has read a hostile order in its result; `unasked` are
    the writes that it then made without anybody's yes, those left out that harm nobody, and `unasked_failed` those
    after such an order in its error. `free_text` are the parts of a trusted result that may hold free text, where no
    planted text has shown whose it is.
    """

    name: str
    effect: Effect = "read"
    trust: Trust = "untrusted"
    by: By = "default"
    critical: tuple[str, ...] | None = None
    policies: tuple[str, ...] = ()
    looked_at: int = 0
    gave_back: int = 0
    wrong_in: str = ""
    failed: int = 0
    failed_wrong_in: str = ""
    tried: bool = False
    unasked: tuple[str, ...] = ()
    unasked_failed: tuple[str, ...] = ()
    free_text: tuple[str, ...] = ()

    @property
    def wrong(self) -> str:
        """What is wrong, and what to write instead; empty where nothing is known to be."""
        if self.wrong_in and self.name.endswith(PASSAGES["trusted"]):
            return (
                f"Passages are marked trusted, but in case {self.wrong_in} they held what a stranger had written: give "
                "such as Passage(trusted=False)."
            )
        if self.wrong_in:
            return (
                f"{self.name} is labelled {self.trust}, but in case {self.wrong_in} it gave back what a stranger had "
                f"written: take trust={self.trust!r} away, or give back only what no stranger can write."
            )
        if self.failed_wrong_in:
            return (
                f"{self.name} is labelled {self.trust}, but in case {self.failed_wrong_in} its error held what a "
                f"stranger had written: take trust={self.trust!r} away, or refuse in words of your own alone."
            )
        if self.trust == "untrusted" and self.unasked:
            return (
                f"{self.name} is untrusted, yet after its text nobody was asked about {_listed(self.unasked)}: that is "
                "a mistake in Vouch, please report it."
            )
        if self.unasked_failed:
            return (
                f"{self.name} may fail in anybody's words, yet after its error nobody was asked about "
                f"{_listed(self.unasked_failed)}: that is a mistake in Vouch, please report it."
            )
        return ""


class Labels(Struct, frozen=True, kw_only=True):
    """All labels of an app in this version, tested in `worlds` planted worlds (0: no world of a proof can plant)."""

    app: str
    app_version: str
    provenance: Provenance
    labels: tuple[Label, ...]
    worlds: int = 0

    @property
    def wrong(self) -> tuple[str, ...]:
        """A sentence for each label that is wrong."""
        return tuple(label.wrong for label in self.labels if label.wrong)


def sentences(labels: Labels) -> tuple[str, ...]:
    """All that was found, in the order in which it matters."""
    first = labels.wrong or ("No label is known to be wrong.",)
    return (*first, *_road(labels), *_reach(labels), *_questions(labels), *_open(labels))


def short_sentence(labels: Labels) -> str:
    """What matters of it in a proof, in one line."""
    if labels.wrong:
        return " ".join(labels.wrong)
    worlds = "1 planted world" if labels.worlds == 1 else f"{labels.worlds} planted worlds"
    return f"Labels of trust: none is wrong in {worlds}."


def _road(labels: Labels) -> Iterator[str]:
    """Whether untrusted text leads to a write that nobody was asked about."""
    if labels.provenance == "observe":
        yield "provenance='observe': whatever is read, writes are made and nobody is asked."
        return
    tried = [label for label in labels.labels if label.trust == "untrusted" and label.tried]
    if tried and not any(label.unasked for label in tried):
        yield (f"A model that obeys every word wrote nothing without a yes after the text of {_listed(_names(tried))}.")


def _reach(labels: Labels) -> Iterator[str]:
    """What hangs on each trusted label."""
    policed = {label.name for label in labels.labels if label.policies}
    groups: dict[tuple[str, ...], list[str]] = {}
    for label in labels.labels:
        if label.trust != "untrusted" and label.unasked:
            groups.setdefault(label.unasked, []).append(label.name)
    for writes, names in groups.items():
        still = " (policies may still stop it)" if policed.intersection(writes) else ""
        verb = "this goes" if len(writes) == 1 else "these go"
        yield f"If a stranger can write into {_listed(names, 'or')}, {verb} unasked: {_listed(writes)}{still}."


def _questions(labels: Labels) -> Iterator[str]:
    """Trusted results that nothing has shown to be the owner's alone."""
    for label in labels.labels:
        if label.free_text:
            yield f"{label.name} is trusted and may hold free text ({_listed(label.free_text)}): who writes this?"


def _open(labels: Labels) -> Iterator[str]:
    """What was not tested, and what might be labelled otherwise."""
    if not labels.worlds:
        yield "Nothing was planted: no proof has a world that can. Give its Stage a `plant`."
        return
    if unseen := [label.name for label in labels.labels if label.effect == "read" and not label.looked_at]:
        yield f"Not exercised in {_worlds(labels)}: {_listed(unseen)}. Give cases that need it, or more of them."
    quiet = [
        label.name
        for label in labels.labels
        if label.trust == "untrusted" and label.effect == "read" and label.looked_at and not label.gave_back
    ]
    if quiet:
        yield f"Never gave a stranger's text back: {_listed(quiet)}. That alone does not make it trusted."


def _worlds(labels: Labels) -> str:
    return "1 planted world" if labels.worlds == 1 else f"{labels.worlds} planted worlds"


def _names(labels: Sequence[Label]) -> list[str]:
    return [label.name for label in labels]


def _listed(names: Sequence[str], word: str = "and") -> str:
    """`a, b and c`, the first few of them."""
    shown = list(names[:_NAMED])
    if len(names) > len(shown):
        shown.append(f"{len(names) - len(shown)} more")
    return f" {word} ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else "".join(shown)
