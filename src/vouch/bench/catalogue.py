"""Which tasks there are, by name.

It does not know what they are.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Final

from vouch.bench.task import Task
from vouch.bench.tasks import banking77, clinc150, conll2003, rte, squad2, sst2, wnut17, xsum
from vouch.errors import UsageError

TASKS: Final[dict[str, Task]] = {
    task.name: task
    for task in (
        sst2.TASK,
        conll2003.TASK,
        rte.TASK,
        xsum.TASK,
        banking77.TASK,
        clinc150.TASK,
        wnut17.TASK,
        squad2.TASK,
    )
}
"""To add a task, add a file and a line."""


def task_named(name: str) -> Task:
    """The task of this name; raises a `UsageError` that names the nearest, or all there are."""
    if name in TASKS:
        return TASKS[name]
    near = difflib.get_close_matches(name, TASKS, n=1)
    raise UsageError(
        f"there is no task {name!r}; " + (f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(TASKS)}")
    )


def place_of(task: Task, data: Path, *, alone: bool) -> Path:
    """Where the set of `task` lies: what is called like it in the folder `data`; or, `alone`, `data` itself.

    Raises a `UsageError` where several tasks are asked for and nothing is called like this one.
    """
    named = sorted(data.glob(f"{task.name}*")) if data.is_dir() else []
    exact = [found for found in named if found.name.split(".")[0] == task.name]
    if exact:
        return exact[0]
    if alone:
        return data
    raise UsageError(
        f"{str(data)!r} holds no file or folder that is called {task.name}; name it so, or give one task and its data"
    )
