from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from vouch.prompts.locate import locate
from vouch.prompts.prompt import Prompt

from .conftest import Folder, problem_of

HELLO = "---\nschema: 1\n---\nHello"


def test_the_name_is_the_path_below_the_folder_prompts(folder: Folder) -> None:
    folder.write("prompts/support/refund.terse.prompt.md", HELLO)
    assert Prompt.file("prompts/support/refund.terse.prompt.md").name == "support/refund.terse"
    assert Prompt.file("./prompts/../prompts/support/refund.terse.prompt.md").name == "support/refund.terse"


def test_elsewhere_the_name_is_the_name_of_the_file(folder: Folder) -> None:
    folder.write("texts/refund.prompt.md", HELLO)
    assert Prompt.file(folder.path / "texts" / "refund.prompt.md").name == "refund"


def test_with_a_root_the_name_is_the_path_below_it(folder: Folder) -> None:
    folder.write("prompts/support/refund.prompt.md", HELLO)
    assert Prompt.file("support/refund.prompt.md", root=Path("prompts")).name == "support/refund"
    assert Prompt.file("prompts/support/refund.prompt.md", root=folder.path).name == "prompts/support/refund"


def test_a_root_is_not_left(folder: Folder) -> None:
    folder.write("outside.prompt.md", HELLO)
    (folder.path / "prompts" / "link.prompt.md").symlink_to(folder.path / "outside.prompt.md")
    root = Path("prompts")
    for path in ("../outside.prompt.md", folder.path / "outside.prompt.md", "link.prompt.md"):
        problem = problem_of(lambda path=path: Prompt.file(path, root=root))
        assert "lies outside its root prompts; move it inside, or give another root" in problem


def test_a_mounted_folder_of_links_within_itself_is_fine(folder: Folder) -> None:
    folder.write("prompts/..data/refund.prompt.md", HELLO)
    (folder.path / "prompts" / "refund.prompt.md").symlink_to("..data/refund.prompt.md")
    assert Prompt.file("prompts/refund.prompt.md").name == "refund"


def test_the_folder_of_the_calling_module_comes_before_the_current_one(folder: Folder) -> None:
    folder.write("project/prompts/a.prompt.md", HELLO.replace("Hello", "From the project"))
    folder.write("prompts/a.prompt.md", HELLO.replace("Hello", "From here"))
    module = "from vouch.prompts.prompt import Prompt\nprompt = Prompt.file('prompts/a.prompt.md')\n"
    inside = runpy.run_path(str(folder.write("project/app.py", module)))
    beside = runpy.run_path(str(folder.write("elsewhere/app.py", module)))
    assert inside["prompt"].render("x")[0].text == "From the project"
    assert beside["prompt"].render("x")[0].text == "From here"


def test_code_without_a_file_looks_in_the_current_folder(folder: Folder) -> None:
    folder.write("prompts/a.prompt.md", HELLO)
    names: dict[str, object] = {}
    exec("from vouch.prompts.prompt import Prompt\nfound = Prompt.file('prompts/a.prompt.md')", names)
    assert repr(names["found"]).startswith("Prompt('a', version='")


def test_a_missing_file_is_an_error_that_names_both_places_and_the_nearest_file(folder: Folder) -> None:
    folder.write("prompts/refund.prompt.md", HELLO)
    caller = folder.path / "project"
    problem = problem_of(lambda: locate("prompts/refnd.prompt.md", root=None, caller=caller))
    assert "looked for project/prompts/refnd.prompt.md and prompts/refnd.prompt.md" in problem
    assert problem.endswith("did you mean 'refund.prompt.md'?")


def test_one_place_is_named_once(folder: Folder) -> None:
    problem = problem_of(lambda: locate("prompts/gone.prompt.md", root=None, caller=folder.path))
    assert "looked for prompts/gone.prompt.md; write the file, or correct the path" in problem


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("prompts/a.md", "prompt 'prompts/a.md': a prompt file's name ends in .prompt.md"),
        ("prompts", "prompt 'prompts': a prompt file's name ends in .prompt.md"),
        ("dir.prompt.md", "prompt 'dir.prompt.md' is not there"),
        ("x" * 5000 + ".prompt.md", "is not a path"),
    ],
)
def test_what_is_no_prompt_file_is_refused(folder: Folder, path: str, problem: str) -> None:
    (folder.path / "dir.prompt.md").mkdir()
    assert problem in problem_of(lambda: Prompt.file(path))


def test_an_unreadable_place_is_still_an_error_of_ours(folder: Folder) -> None:
    assert "is not there" in problem_of(lambda: Prompt.file("a\0b/x.prompt.md"))
