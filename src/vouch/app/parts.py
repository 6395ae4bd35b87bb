"""Whether a part that somebody gave keeps a promise, asked once for each class.

It does not know the promises.
"""

from __future__ import annotations

from typing import Any, Final, TypeGuard, TypeVar

Promise = TypeVar("Promise")

_KEPT: Final[set[tuple[type[Any], type[Any]]]] = set()


def keeps(value: object, promise: type[Promise]) -> TypeGuard[Promise]:
    """Whether `value` satisfies the Protocol `promise`.

    Python looks at every member of every object anew, which takes a good part of a millisecond for a tool; objects of
    a class that once kept a promise are taken to keep it.
    """
    key = (type(value), promise)
    if key not in _KEPT:
        if not isinstance(value, promise):
            return False
        _KEPT.add(key)
    return True
