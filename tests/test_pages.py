"""What the pages say of the code is so: links lead somewhere, and lists that mirror the code are complete."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from vouch import errors
from vouch.project.config import Config, Http, Local, PriceEntry, Provider, RetryEntry

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("design/*.md"), *ROOT.glob("examples/*/*.md")])
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    return CODE.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> Iterator[str]:
    """The anchors that GitHub makes of headings."""
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.is_file(), f"{page.name}: there is no {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {name or 'this page'} has no heading for #{anchor}"


@pytest.mark.parametrize("folder", ["docs", "design"])
def test_the_index_names_every_page_once(folder: str) -> None:
    pages = sorted(page.name for page in (ROOT / folder).glob("*.md") if page.name != "README.md")
    rows = re.findall(r"^\| \[[^]]+\]\(([^)]+)\)", (ROOT / folder / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == pages


def test_the_readme_names_every_room() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rooms = [path.name for path in (ROOT / "src" / "vouch").iterdir() if (path / "__init__.py").is_file()]
    assert [room for room in rooms if f"\n  {room}/ " not in readme] == []
    assert "make demo" in readme


def test_the_page_of_errors_draws_the_tree_of_the_code() -> None:
    assert errors.__doc__ is not None
    drawn = errors.__doc__.split("\n\n")[2]
    tree = "\n".join(line.removeprefix("    ") for line in drawn.splitlines())
    assert f"```text\n{tree}\n```" in (ROOT / "docs" / "errors.md").read_text("utf-8")


def test_the_page_of_projects_names_every_setting() -> None:
    page = (ROOT / "docs" / "project.md").read_text("utf-8")
    tables = {"": Config, "[providers.": Provider, '[prices."': PriceEntry}
    tables |= {"[local]": Local, "[http]": Http, "[retry]": RetryEntry}
    for heading, table in tables.items():
        assert heading in page
        names = [name for name in table.__struct_fields__ if table is not Config or name == "database"]
        assert [name for name in names if f"\n{name} = " not in page] == []
    assert [name for name in Config.__struct_fields__ if name not in page] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["dev"]]
    wanted += project["build-system"]["requires"]
    names = [re.split(r"[\[><=~ ]", requirement)[0] for requirement in wanted]
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "design" / "dependencies.md").read_text("utf-8"), re.MULTILINE)
    told = {name.strip() for row in rows for name in row.split(",")}
    assert [name for name in names if name not in told] == []
