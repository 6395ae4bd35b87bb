"""Loading much at once, and keeping it: nobody looks for garbage in what is there until the end.

It does not know what is loaded.

Python looks for garbage after every 700 new objects that are still there, and each time it finds none: classes and
functions stay. That costs a tenth of loading, and afterwards, where all of them are looked through again with every
large search, as much of the work itself.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def loading() -> Generator[None]:
    """Within it no garbage is looked for; what is there when it ends is never looked through again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()
