from __future__ import annotations

import pytest

from vouch.prompts.section import sections
from vouch.prompts.source import lines_of

from .conftest import problem_of


def cut(text: str) -> list[tuple[str, str]]:
    return [(section.role, section.text) for section in sections(lines_of(text, "f"))]


def test_a_body_without_a_heading_is_one_system_section() -> None:
    assert cut("\n\nSort.\n\n## Rules\n# Title of mine\n\n") == [("system", "Sort.\n\n## Rules\n# Title of mine")]


def test_headings_open_sections_without_the_blank_lines_around() -> None:
    body = "\n# system\n\nSort.\n\n# user  \nA mail\n# assistant\nrefund\n# user\n{{ input }}\n"
    assert cut(body) == [
        ("system", "Sort."),
        ("user", "A mail"),
        ("assistant", "refund"),
        ("user", "{{ input }}"),
    ]


def test_a_section_keeps_the_places_of_its_lines() -> None:
    parts = sections(lines_of("# system\n\nSort.\n# user\nx", "f", first=10))
    assert [line.number for part in parts for line in part.lines] == [12, 14]


@pytest.mark.parametrize("fence", ["```", "~~~~", "   ```yaml"])
def test_a_heading_within_a_block_of_code_is_text(fence: str) -> None:
    close = fence.strip().removesuffix("yaml")
    body = f"# system\n{fence}\n# user\n# User\n``\n{close}\n# user\nx"
    assert [role for role, _ in cut(body)] == ["system", "user"]


def test_a_longer_fence_is_closed_by_one_as_long_only() -> None:
    assert [role for role, _ in cut("# system\n````\n```\n# user\n``` x\n````\n# user\nx")] == ["system", "user"]


def test_a_block_of_code_may_stay_open_where_it_hides_nothing() -> None:
    assert cut("# user\n{{ input }}\n# assistant\n```json")[-1] == ("assistant", "```json")


def test_a_line_of_code_in_backticks_is_no_fence() -> None:
    assert [role for role, _ in cut("# system\n```x``` is code\n# user\nx")] == ["system", "user"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("Hello\n# user\nx", "f:1: text before the first role heading belongs to nobody"),
        ("# system\n\n# user\nx", "f:1: the system section is empty"),
        ("# user\nx\n# assistant\n  \n", "f:3: the assistant section is empty"),
        ("# user\nx\n# system\ny", "f:3: '# system' must be the first section"),
        ("# system\nx\n# system\ny", "f:3: '# system' must be the first section"),
        ("# User\nx", "f:1: '# User' is almost a role heading; write '# user', or '## ...' for text"),
        ("x\n# user:\nx", "f:2: '# user:' is almost a role heading"),
        ("x\n#system\nx", "f:2: '#system' is almost a role heading"),
        ("x\n #  ASSISTANT #\nx", "f:2: '#  ASSISTANT #' is almost a role heading; write '# assistant'"),
        ("# system\n```\nx\n# user\ny", "f:2: the block of code opened here with ``` is never closed, and it hides"),
    ],
)
def test_what_would_be_misread_is_refused(body: str, problem: str) -> None:
    assert problem_of(lambda: cut(body)).startswith(problem)
