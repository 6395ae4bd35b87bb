"""What a robots.txt asks for."""

from __future__ import annotations

import time

import pytest

from vouch.knowledge.reading.robots import NOTHING, Robots, robots

TEXT = """# all
User-agent: *
Disallow: /private
Crawl-delay: 2

User-Agent: vouch
User-agent: other
Disallow: /
Allow: /docs/
Disallow: /docs/*.pdf$
Disallow: /*?print=
Disallow:
Crawl-delay: soon
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", False),
        ("/docs/a", True),
        ("/docs/a.pdf", False),
        ("/docs/a.pdf?x", True),
        ("/docs/%61", True),
        ("/%64ocs/a", True),
        ("/docs/very/long/page?print=1", False),
    ],
)
def test_the_longest_rule_decides(path, allowed):
    assert robots(TEXT, "Vouch").allows(path) is allowed


def test_without_a_group_of_its_own_that_for_all_holds():
    rules = robots(TEXT, "somebody")
    assert (rules.allows("/private/x"), rules.allows("/docs"), rules.delay) == (False, True, 2.0)
    assert robots("", "x") == Robots()
    assert not NOTHING.allows("/anything")
    assert robots("User-agent: *\nDisallow: /a\nAllow: /a", "x").allows("/a")
    assert not robots("User-agent: *\nDisallow: /*b*c$", "x").allows("/abcbc")
    assert robots("User-agent: *\nDisallow: /a$", "x").allows("/ab")


def test_stars_cannot_take_for_ever():
    rules = robots("User-agent: *\nDisallow: /" + "*a" * 20 + "$\nDisallow: /" + "*b" * 500, "x")
    started = time.process_time()
    assert rules.allows("/" + "a" * 5000 + "c")
    assert time.process_time() - started < 2
