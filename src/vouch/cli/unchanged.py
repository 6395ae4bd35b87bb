"""A proof that would say the same again: nothing that it rests on has changed since it was made, so it is said at once.

It does not know how a proof is made. A proof rests on what was typed, the files of the project, every file that was
read and every folder that was listed meanwhile, what is installed, the environment, and the day; and it stands in the
journal, as does what it was compared with. All that is looked at again: where anything is otherwise, it is made.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct
from rich.text import Text

from vouch.cli.console import out, show_json
from vouch.cli.files import Stamp, stamp_of, stamps
from vouch.cli.reads import Reads
from vouch.cli.wanted import Wanted, code_of
from vouch.errors import ConfigError
from vouch.project.config import NAME, read_config
from vouch.proof.whole import write_whole
from vouch.store.glance import has_ended, last_kept
from vouch.values.digest import digest
from vouch.values.money import Usage
from vouch.values.score import Verdict

_OF_SHELLS: Final = frozenset({"_", "COLUMNS", "LINES", "OLDPWD", "PWD", "SHLVL", "WINDOWID", "PYTEST_CURRENT_TEST"})
"""Variables that shells, terminals and pytest set, and on which no proof rests."""

_OF_GITHUB: Final = frozenset({"GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"})
"""Where one of these is set, a proof is also told elsewhere."""

_HIDDEN: Final = ".vouch"


class Said(Struct, frozen=True):
    """What was said of one proof of `n` answers: its run, the names that find it, its files, and the words.

    `report` is the JSON among the `files`. `styles` are parts of the `text`: from, to, style.
    """

    run: str
    app: str
    proof: str
    n: int
    verdict: Verdict
    report: str
    files: tuple[str, ...]
    text: str
    styles: tuple[tuple[int, int, str], ...] = ()
    baseline: str = ""


class Seal(Struct, frozen=True):
    """What one command said, and what that rests on: files, the names in folders, and all else as one digest."""

    around: str
    made: str
    files: dict[str, Stamp | None]
    folders: dict[str, str]
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Sealing:
    """A command at work: what was typed, what it read so far, and when it began (Unix seconds)."""

    wanted: Wanted
    reads: Reads
    began: float

    def seal(self, root: Path, said: Sequence[Said]) -> None:
        """Note what was said for the next time; not where something that it rests on changed meanwhile."""
        if not said or not _alone(self.wanted):
            return
        read = {str(path): stamp_of(path) for path in self.reads.files}
        files = {name: stamp for name, stamp in (_of_project(root) | read).items() if not _hidden(root, name)}
        if any(stamp is not None and stamp[0] >= self.began * 1e9 for stamp in files.values()):
            return
        files |= {name: stamp_of(Path(name)) for one in said for name in one.files}
        folders = {str(path): _names(path) for path in self.reads.folders if not _hidden(root, str(path))}
        made = datetime.now(UTC).isoformat(timespec="seconds")
        found = Seal(_around(self.wanted), made, files, folders, tuple(said))
        place = _place(root, self.wanted)
        # Where it cannot be noted, the next proof looks everything up.
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, msgspec.json.encode(found))


def again(wanted: Wanted) -> int | None:
    """Say again what the same command said the last time, and give its exit code; None where something changed."""
    started = time.perf_counter()
    try:
        root = _root(wanted.app)
        if root is None or not _alone(wanted):
            return None
        found = msgspec.json.decode(_place(root, wanted).read_bytes(), type=Seal)
        database = read_config(root / NAME).database
        if not _holds(found, wanted, root, database):
            return None
        reports = [msgspec.json.decode(Path(one.report).read_bytes()) for one in found.said] if wanted.json else []
    except (OSError, ValueError, msgspec.MsgspecError, ConfigError):
        return None
    seconds = time.perf_counter() - started
    for report, one in zip(reports, found.said, strict=False):
        show_json(_unchanged(report, one.n, seconds))
    for one in () if wanted.json else found.said:
        out.print(_styled(one))
        out.print(f"  Nothing that it rests on has changed since it was made, {found.made}; --fresh asks again.")
    return code_of([one.verdict for one in found.said])


def _holds(found: Seal, wanted: Wanted, root: Path, database: str) -> bool:
    return (
        "://" not in database
        and found.around == _around(wanted)
        and all(stamp_of(Path(name)) == stamp for name, stamp in found.files.items())
        and all(_names(Path(name)) == names for name, names in found.folders.items())
        and _of_project(root).keys() <= found.files.keys()
        and all(_stands(one, root / database) for one in found.said)
    )


def _stands(one: Said, database: Path) -> bool:
    """Whether the proof is in the journal, and would be compared with what it was compared with, or with itself."""
    return has_ended(database, one.run) and last_kept(database, one.app, one.proof) in (one.baseline, one.run)


def _alone(wanted: Wanted) -> bool:
    """Whether a proof is to be made and shown, and nothing else done with it."""
    return wanted.plain and not _OF_GITHUB & os.environ.keys()


def _around(wanted: Wanted) -> str:
    """All but files: what was typed and where, what is installed, the environment, the day."""
    installed = {name: stamp_of(Path(name)) for name in sys.path if name.endswith(("site-packages", "dist-packages"))}
    variables = {name: value for name, value in os.environ.items() if name not in _OF_SHELLS}
    typed = {name: str(value) for name, value in asdict(wanted).items() if name not in ("concurrency", "json")}
    today = datetime.now().astimezone().date().isoformat()
    return digest((str(Path.cwd()), typed, installed, variables, platform.python_version(), sys.executable, today))


def _place(root: Path, wanted: Wanted) -> Path:
    typed = (wanted.app, wanted.proof, str(wanted.judge), str(wanted.to), str(wanted.data), wanted.keep, wanted.early)
    return root / _HIDDEN / "unchanged" / f"{digest((*typed, wanted.claim, wanted.method))[:16]}.json"


def _root(target: str) -> Path | None:
    """The project that a target names, as far as that can be told without loading it."""
    folder = Path(target.rpartition(":")[0] or target)
    candidates = [folder] if (folder / NAME).is_file() else [Path.cwd(), *Path.cwd().parents]
    return next((each.resolve() for each in candidates if (each / NAME).is_file()), None)


def _of_project(root: Path) -> dict[str, Stamp | None]:
    return {str(path): stamp for path, stamp in stamps(root).items()}


def _hidden(root: Path, name: str) -> bool:
    """Whether it is a file or folder of ours in the project: they change with every proof."""
    return Path(name).is_relative_to(root / _HIDDEN)


def _names(folder: Path) -> str:
    """What is in a folder, by name, as one digest; empty where it cannot be seen."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - many folders, and names are all that is wanted
    except OSError:
        return ""
    return digest(sorted(name for name in names if not name.startswith((".", "__pycache__"))))


def _unchanged(report: Any, n: int, seconds: float) -> Mapping[str, Any]:
    """A report as it is when everything was found in the journal."""
    found = {"cached": n} if "cached" in report else {"found": n, "calls": 0}
    return {**report, **found, "usage": msgspec.to_builtins(Usage()), "cost": None, "seconds": seconds}


def _styled(one: Said) -> Text:
    text = Text(one.text)
    for start, end, style in one.styles:
        text.stylize(style, start, end)
    return text
