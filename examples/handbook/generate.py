"""Write the handbook of Larkhill, some 200 pages, and the cases that are asked about it.

It does not know the app. Every choice is drawn from the SHA-256 of what is chosen, so the files are the same byte for
byte on every machine. The pages are not kept in Git: the app has them written when they are first needed. From the root
of the checkout:

    python -m examples.handbook.generate            writes pages and cases
    python -m examples.handbook.generate --check    exits with 1 if the cases are not what would be written
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .making.asked import cases
from .making.pages import files

HERE: Final = Path(__file__).parent
PAGES: Final = "pages"


def write_pages(folder: Path = HERE / PAGES) -> Path:
    """Write the pages that are missing or other than they should be; gives their folder."""
    for name, content in files().items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return folder


def written_cases() -> str:
    """The cases as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in cases())


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` say whether the cases are what would be written."""
    parser = argparse.ArgumentParser(description="Write the pages and the cases of the handbook example.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the cases are out of date")
    check: bool = parser.parse_args(arguments).check
    path, content = HERE / "cases.jsonl", written_cases()
    if not check:
        folder = write_pages(HERE / PAGES)
        path.write_text(content, encoding="utf-8")
        print(f"{folder.name}: {len(files())} pages; {path.name}: {content.count(chr(10))} cases")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == content:
        return 0
    print(f"{path.name} is not what generate.py writes: run it without --check")
    return 1


if __name__ == "__main__":
    sys.exit(main())
