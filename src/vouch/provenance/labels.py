"""What the author of an app says of its tools: whose text a result may hold, and which arguments matter.

It does not know what is done with it. Whatever is not said counts as untrusted, and as critical.
"""

from __future__ import annotations

from vouch.contracts.provenance import Trust


def trust_of(tool: object) -> Trust:
    """How a tool's result is labelled."""
    trust: object = getattr(tool, "trust", None)
    if trust == "trusted":
        return "trusted"
    return "typed" if trust == "typed" else "untrusted"


def is_untrusted(tool: object, *, failed: bool = False, repeats: bool = False) -> bool:
    """Whether the content that a call gave may hold text of strangers.

    A failure of a `typed` tool may, and one that `repeats` what some other exception says: that may be anybody's words.
    """
    trust = trust_of(tool)
    return trust == "untrusted" or repeats or (trust == "typed" and failed)


def critical_of(tool: object) -> frozenset[str] | None:
    """The arguments of a write that decide what it does to whom; None when all of them do.

    Where none does, the write is harmless whoever chose it, and is not asked about.
    """
    critical: tuple[str, ...] | None = getattr(tool, "critical", None)
    return None if critical is None else frozenset(critical)
