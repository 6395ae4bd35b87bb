"""NumPy, loaded when one of its names is first used: who asks models first need not wait for what counts their answers.

It does not know what is counted. To a reader, and to whoever checks types, `np` is NumPy itself; `NDArray`,
`ArrayLike`, `Numbers` and `Counts` are words for annotations, which nobody evaluates when the program runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

__all__ = ["ArrayLike", "Counts", "NDArray", "Numbers", "np"]


class Later:
    """A module that is imported when one of its names is first asked for; names asked for before cost nothing more."""

    def __init__(self, name: str) -> None:
        self._module: Final = name

    def __getattr__(self, name: str) -> Any:
        """The name in the module."""
        found = getattr(import_module(self._module), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]
    Counts = NDArray[np.int64]
else:
    np = Later("numpy")
    ArrayLike = Counts = NDArray = Numbers = Any
