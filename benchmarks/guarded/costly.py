"""Texts of 32 KB that are made to cost guards much: full of what is almost something that they look for.

It does not know how long they take.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import Final

SIZE: Final = 32 * 1024
"""Bytes of a text."""

HOSTILE: Final[dict[str, Callable[[random.Random], str]]] = {
    "digits": lambda chance: "".join(chance.choice(string.digits) for _ in range(SIZE)),
    "seven digits each": lambda chance: "".join(f"{chance.randrange(10**6, 10**7)}; " for _ in range(SIZE // 9)),
    "eleven digits each": lambda chance: "".join(f"{chance.randrange(10**10, 10**11)}, " for _ in range(SIZE // 13)),
    "telephone numbers, grouped": lambda chance: "".join(
        f"(0{chance.randrange(10, 99)}) {chance.randrange(1000, 9999)}-{chance.randrange(1000, 9999)}; "
        for _ in range(SIZE // 17)
    ),
    "fractions": lambda chance: "".join(f"{chance.random():.12f}, " for _ in range(SIZE // 16)),
    "dates": lambda chance: "".join(f"2024-05-{chance.randrange(10, 31)}, " for _ in range(SIZE // 12)),
    "addresses": lambda chance: "".join(f"10.0.{chance.randrange(256)}.{chance.randrange(256)}; " for _ in range(2200)),
    "almost passwords": lambda chance: "".join(
        f"secret {''.join(chance.choice(string.ascii_lowercase) for _ in range(11))}%k " for _ in range(SIZE // 21)
    ),
    "marks without a letter": lambda _: "a" + "\u0301\u0323" * (SIZE // 4),
    "soft hyphens": lambda _: "a\u00ad" * (SIZE // 3),
    "zero-width spaces": lambda _: "a\u200b" * (SIZE // 4),
    "control characters": lambda _: "\x00" * SIZE,
}
