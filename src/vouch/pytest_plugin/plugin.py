"""What pytest is told: options, fixtures and the marker, and that a marked test is one of each case.

It does not know what a proof is: what does is loaded when the first test asks for it.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

MARKER: Final = "vouch_cases(app, proof='', *, at='.'): run the test once for each case of the app's proof"

_PROVING: Final = "vouch.pytest_plugin.proving"
_PROPERTY: Final = "vouch"
"""Under this name a test carries its sentences to wherever results are shown, also from another process."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("vouch", "proofs of apps")
    group.addoption("--vouch-journal", metavar="PATH", help="record in this journal, not in the project's own")
    group.addoption("--vouch-fresh", action="store_true", help="ask again what the journal has answers to")
    group.addoption("--vouch-keep", action="store_true", help="keep what ships as the version to compare with")
    group.addoption("--vouch-concurrency", metavar="N", type=int, default=32, help="cases at a time (32)")
    group.addoption(
        "--vouch-undecided", choices=("fail", "pass"), default="fail", help="what a proof without a verdict is (fail)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def vouch_journal(tmp_path: Path) -> Path:
    """A journal of this test alone: everything is asked anew, and nothing stays."""
    return tmp_path / "journal.db"


@pytest.fixture
def vouch(request: pytest.FixtureRequest) -> Any:
    """Proves apps: `vouch.prove(app)` (see `vouch.pytest_plugin.proving.Proving`)."""
    alone = "vouch_journal" in request.fixturenames
    journal: Path | None = request.getfixturevalue("vouch_journal") if alone else None
    told: list[str] = []
    request.node.user_properties.append((_PROPERTY, told))
    return import_module(_PROVING).Proving(_settings(request.config, journal), request.path.parent, told)


@pytest.fixture
def vouch_case(request: pytest.FixtureRequest, vouch: Any) -> Any:
    """One case of the app that `@pytest.mark.vouch_cases(app)` names: `vouch_case.check()` asks and judges it."""
    if not hasattr(request, "param"):
        raise pytest.UsageError("a test with vouch_case says whose cases: @pytest.mark.vouch_cases(app)")
    return vouch.one(request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a case, in the order of the cases: the same in every process."""
    marker = metafunc.definition.get_closest_marker("vouch_cases")
    if marker is not None and "vouch_case" in metafunc.fixturenames:
        folder = metafunc.definition.path.parent
        cases = import_module(_PROVING).cases_of(folder, *marker.args, **marker.kwargs)
        metafunc.parametrize("vouch_case", cases, indirect=True, ids=[one.case.id for one in cases])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What every proof showed, also of those that ship."""
    reports = [report for some in terminalreporter.stats.values() for report in some if hasattr(report, "when")]
    told = [line for report in reports if report.when == "call" for line in _told(report)]
    if told:
        terminalreporter.section("vouch")
        for line in told:
            terminalreporter.write_line(line)


def _told(report: Any) -> list[str]:
    return [line for name, lines in report.user_properties if name == _PROPERTY for line in lines]


def _settings(config: pytest.Config, journal: Path | None) -> Any:
    given = config.getoption("--vouch-journal")
    return import_module(_PROVING).Settings(
        # Tests may run elsewhere; where pytest was started is what a path on its command line is seen from.
        journal=journal or (config.invocation_params.dir / given if given else None),
        fresh=config.getoption("--vouch-fresh"),
        keep=config.getoption("--vouch-keep"),
        concurrency=config.getoption("--vouch-concurrency"),
        undecided=config.getoption("--vouch-undecided"),
    )
