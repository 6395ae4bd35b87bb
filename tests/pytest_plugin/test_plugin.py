from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points

import pytest

# Loaded before any run within this process, which forgets what it has loaded: NumPy must not be loaded twice.
import vouch.pytest_plugin.proving  # noqa: F401

pytest_plugins = "pytester"

APP = """
from vouch import App, Case, Dataset, Gate, Proof, Scripted, scorers
from vouch.values.message import assistant
from vouch.values.request import Answer

def parity(request):
    text = request.messages[-1].text
    if text == "x":
        return Answer(assistant("no idea"), finish="abstained")
    return "even" if int(text) % 2 == 0 or text in WRONG else "odd"

WRONG = {wrong!r}
cases = Dataset("numbers", tuple(Case("n-%02d" % n, str(n), "odd" if n % 2 else "even") for n in range({n})))
more = Dataset("more", (Case("x", "x", "odd"), Case("y", "7", "odd")))
app = App(
    name="parity",
    models=[Scripted(parity, name="scripted/parity{version}")],
    proofs=[Proof(cases, scorers.label(), Gate(claim={claim})), Proof(more, scorers.label())],
)
"""

SUITE = """
from parity import app
def test_parity(vouch):
    first, _ = vouch.prove(app)
    assert first.verdict == "ship"
"""

CASES = """
import pytest
from parity import app
@pytest.mark.vouch_cases(app, "numbers")
def test_number(vouch_case):
    row = vouch_case.check()
    assert row.output in ("even", "odd")
    assert row.case == vouch_case.case.id
"""

Write = Callable[..., None]


@pytest.fixture
def write(pytester: pytest.Pytester) -> Write:
    """A test file beside an app that is wrong on some numbers."""

    def make(
        test: str, *, wrong: tuple[str, ...] = (), n: int = 40, claim: float | None = 0.9, version: str = ""
    ) -> None:
        app = APP.format(wrong=wrong, n=n, claim=claim, version=version)
        pytester.makepyfile(parity=app, test_parity=test)
        pytester.syspathinsert()

    return make


def run(pytester: pytest.Pytester, *options: str, apart: bool = True) -> pytest.RunResult:
    """Pytest as a user runs it, with the plug-in loaded once: by its entry point, where that is installed."""
    found = entry_points(group="pytest11", name="vouch")
    loaded = () if found else ("-p", "vouch.pytest_plugin.plugin")
    plain = ("-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error", *loaded)
    return pytester.runpytest_subprocess(*plain, *options) if apart else pytester.runpytest_inprocess(*plain, *options)


def test_a_suite_that_ships_passes_and_its_verdict_is_shown(pytester: pytest.Pytester, write: Write) -> None:
    write(SUITE)
    done = run(pytester)
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["*= vouch =*", "SHIP  parity · numbers: 40 cases · 40 right = 100 %; at 95 %*proven*"])
    assert (pytester.path / ".vouch" / "journal.db").is_file()


def test_a_suite_that_holds_fails_with_its_reasons_and_what_is_wrong(pytester: pytest.Pytester, write: Write) -> None:
    write(SUITE, wrong=tuple(str(n) for n in range(1, 31, 2)))
    done = run(pytester)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "HOLD  parity · numbers: 40 cases · 25 right = 62.5 %, but at 95 % confidence only >= * is proven*",
            "  Held back. The claim is refuted:*",
            "n-01: 'even' is not 'odd'",
            "  input:    1",
            "  expected: odd",
            "  output:   even",
            "  see:      vouch trace *",
            "... and 5 more wrong cases",
        ]
    )


def test_what_is_undecided_fails_unless_one_says_otherwise(pytester: pytest.Pytester, write: Write) -> None:
    write("from parity import app\ndef test_it(vouch): vouch.prove(app)\n", claim=0.95)
    run(pytester, apart=False).assert_outcomes(failed=1)
    run(pytester, "--vouch-undecided=pass", apart=False).assert_outcomes(passed=1)
    write("from parity import app\ndef test_it(vouch): vouch.prove(app, undecided='pass')\n", claim=0.95)
    run(pytester, apart=False).assert_outcomes(passed=1)


def test_one_test_a_case(pytester: pytest.Pytester, write: Write) -> None:
    write(CASES, wrong=("3",), n=6)
    done = run(pytester, "-v", apart=False)
    done.assert_outcomes(passed=5, failed=1)
    done.stdout.fnmatch_lines(["*::test_number[[]n-03] FAILED*", "*n-03: 'even' is not 'odd'"])
    write(CASES.replace('"numbers"', '"more"'))
    run(pytester, apart=False).assert_outcomes(passed=1, skipped=1)


def test_workers_share_one_journal_and_a_second_run_asks_nothing(pytester: pytest.Pytester, write: Write) -> None:
    write(CASES + SUITE.replace("first, _", "first, other").replace('"ship"', '"ship", other'), n=40)
    done = run(pytester, "-n", "2", "--vouch-journal", "here.db")
    done.assert_outcomes(passed=41)
    done.stdout.fnmatch_lines(["SHIP  parity · numbers: 40 cases*"])
    again = SUITE + "    assert first.cached == 40\n"
    write(again, n=40)
    run(pytester, "--vouch-journal", "here.db").assert_outcomes(passed=1)
    fresh = SUITE + "    assert first.cached == 0\n"
    write(fresh, n=40)
    run(pytester, "--vouch-journal", "here.db", "--vouch-fresh", apart=False).assert_outcomes(passed=1)


def test_a_journal_of_the_test_alone_leaves_nothing(pytester: pytest.Pytester, write: Write) -> None:
    write(
        "from parity import app\n"
        "def test_it(vouch, vouch_journal):\n"
        "    vouch.prove(app)\n"
        "    assert vouch_journal.is_file()\n"
    )
    run(pytester, apart=False).assert_outcomes(passed=1)
    assert not (pytester.path / ".vouch").exists()


def test_what_ships_is_kept_only_where_that_is_said(pytester: pytest.Pytester, write: Write) -> None:
    kept = "from parity import app\ndef test_it(vouch): assert vouch.prove(app, proof='numbers')[0].kept is {}\n"
    write(kept.format(False))
    run(pytester, apart=False).assert_outcomes(passed=1)
    write(kept.format(True))
    run(pytester, "--vouch-keep", apart=False).assert_outcomes(passed=1)


def test_a_test_that_is_asynchronous_may_prove_too(pytester: pytest.Pytester, write: Write) -> None:
    write(
        "import asyncio\nfrom parity import app\n"
        "def test_it(vouch):\n"
        "    async def inside(): return vouch.prove(app)\n"
        "    assert len(asyncio.run(inside())) == 2\n"
    )
    run(pytester, apart=False).assert_outcomes(passed=1)


def test_an_app_of_a_project_is_named(pytester: pytest.Pytester, write: Write) -> None:
    write("def test_it(vouch): assert vouch.prove('numbers', proof='numbers')[0].app == 'parity'\n")
    (pytester.path / "vouch.toml").write_text('[apps]\nnumbers = "parity:app"\n')
    run(pytester, apart=False).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("test", "why"),
    [
        (
            "from parity import app\ndef test_it(vouch): vouch.prove(app, proof='x')",
            "*has no proof 'x'; there are: numbers, more*",
        ),
        ("def test_it(vouch_case): pass", "*a test with vouch_case says whose cases*"),
        (
            "import pytest\nfrom parity import app\n@pytest.mark.vouch_cases(app)\ndef test_it(vouch_case): pass",
            "*app 'parity' has several proofs; name one: vouch_cases(app, 'numbers')*",
        ),
    ],
)
def test_what_is_said_wrongly_is_told(pytester: pytest.Pytester, write: Write, test: str, why: str) -> None:
    write(test)
    done = run(pytester, apart=False)
    assert done.ret != 0
    done.stdout.fnmatch_lines([why])


def test_the_plug_in_alone_loads_nothing_of_vouch() -> None:
    code = """
import sys, pytest
before = set(sys.modules)
import vouch.pytest_plugin.plugin
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = done.stdout.split()
    assert [name for name in loaded if re.match(r"vouch", name)] == [
        "vouch",
        "vouch.pytest_plugin",
        "vouch.pytest_plugin.plugin",
    ]
    assert not {"numpy", "msgspec", "scipy", "sqlalchemy", "asyncio"} & set(loaded)
