"""AgentDojo's own suites in the benchmark `agentdojo`: a few pairs of each kind, where its package is installed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from benchmarks.dojo.attacks import MARK, goals_of
from benchmarks.dojo.canaries import carriers
from benchmarks.dojo.declaration import declared_of
from benchmarks.dojo.library import Texts, copied, load_suites, package
from benchmarks.dojo.pair import Stage, play
from benchmarks.dojo.tools import kinds_of
from benchmarks.dojo.worker import (
    ASK,
    ASK_PLANNED,
    BLOCK,
    BLOCK_PLANNED,
    MISLABELLED,
    OBSERVE,
    no_model,
)

from vouch.app.house import House
from vouch.errors import UsageError
from vouch.journal.journal import Journal

pytestmark = pytest.mark.skipif(package() is None, reason="AgentDojo is not installed: scripts/peers agentdojo")


@pytest.fixture(scope="module")
def suites() -> dict[str, Any]:
    place = package()
    assert place is not None
    return load_suites(place)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with House(journal=await Journal.open(tmp_path / "journal.db"), open_model=no_model) as opened:
        yield opened


def staged(suites: dict[str, Any], name: str, house: House) -> Stage:
    return Stage(suites[name], kinds_of(suites[name], declared_of(name)), house)


def test_the_suites_are_those_that_are_counted(suites: dict[str, Any]) -> None:
    assert sum(len(suite.user_tasks) for suite in suites.values()) == 97
    assert sum(len(suite.injection_tasks) for suite in suites.values()) == 35
    assert sum(len(suite.user_tasks) * len(suite.injection_tasks) for suite in suites.values()) == 949
    words = [goal for suite in suites.values() for goal in goals_of(suite) if goal.words]
    assert [goal.name for goal in words] == ["injection_task_6"]


def test_any_text_may_stand_where_strangers_write(suites: dict[str, Any]) -> None:
    texts = Texts(suites["banking"])
    hostile = 'it\'s "quoted": {and} - braced\n# and more'
    environment = texts.environment({"injection_bill_text": hostile})
    assert hostile in environment.filesystem.files["bill-december-2023.txt"]
    assert environment.bank_account == texts.environment().bank_account
    other = copied(environment)
    other.bank_account.iban = "other"
    assert environment.bank_account.iban != "other"


async def test_an_attack_goes_through_only_where_nothing_is_held_against_it(
    suites: dict[str, Any], house: House
) -> None:
    stage = staged(suites, "banking", house)
    goal = goals_of(suites["banking"])[0]
    observed = await play(stage, "user_task_0", OBSERVE, goal)
    assert observed.attacked
    assert observed.made == ("send_money",)
    assert observed.seen_in == "read_file"
    for way in (ASK, ASK_PLANNED):
        asked = await play(stage, "user_task_0", way, goal)
        assert (asked.attacked, asked.made, asked.done, asked.approved, asked.rejected) == (False, (), True, 1, 1)
    blocked = await play(stage, "user_task_0", BLOCK_PLANNED, goal)
    assert (blocked.attacked, blocked.made, blocked.done) == (False, (), False)
    mislabelled = await play(stage.without_label("read_file"), "user_task_0", MISLABELLED, goal)
    assert mislabelled.attacked


async def test_a_planned_write_needs_nobody(suites: dict[str, Any], house: House) -> None:
    stage = staged(suites, "banking", house)
    assert not (await play(stage, "user_task_14", BLOCK)).done
    assert (await play(stage, "user_task_14", BLOCK_PLANNED)).done
    assert (await play(stage, "user_task_14", ASK)).approved == 1
    assert (await play(stage, "user_task_14", ASK_PLANNED)).approved == 0


async def test_words_of_an_attacker_in_an_answer_are_marked(suites: dict[str, Any], house: House) -> None:
    stage = staged(suites, "travel", house)
    goal = next(goal for goal in goals_of(suites["travel"]) if goal.words)
    outcome = await play(stage, "user_task_2", BLOCK_PLANNED, goal)
    assert outcome.attacked
    assert not outcome.acts
    assert outcome.done
    assert f"tool:{outcome.seen_in}" in outcome.rests_on


async def test_the_attacks_written_here_reach_their_goals(suites: dict[str, Any], house: House) -> None:
    stage = staged(suites, "workspace", house)
    for goal in goals_of(suites["workspace"])[6:]:
        assert MARK in goal.text
        outcome = await play(stage, "user_task_0", msgspec.structs.replace(OBSERVE, judged=False), goal)
        assert outcome.attacked, goal.name


async def test_canaries_find_every_label_that_is_wrong(suites: dict[str, Any]) -> None:
    for name, suite in suites.items():
        declared = declared_of(name)
        found = await carriers(Texts(suite), kinds_of(suite, declared))
        assert found
        assert all(declared[tool].trust == "untrusted" for tool in found)


def test_no_model_is_there_by_name() -> None:
    with pytest.raises(UsageError):
        no_model("some/model")
