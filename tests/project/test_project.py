from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vouch.errors import AppError, ConfigError
from vouch.project.project import Project, locate, root_of

APP = 'from vouch import App, Scripted\napp = App(name="{name}", models=[Scripted(["{name} says hello"])])\n'


@pytest.fixture(autouse=True)
def modules(tmp_path: Path) -> Iterator[None]:
    """What a project puts on Python's path, and loads from it, is taken away again."""
    path = list(sys.path)
    yield
    sys.path[:] = path
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]


def project(folder: Path, *, toml: str = '[apps]\nshop = "app:app"\n', **files: str) -> Project:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vouch.toml").write_text(toml)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return Project.find(folder)


def test_a_project_is_found_here_or_above(tmp_path: Path) -> None:
    made = project(tmp_path / "shop", app=APP.format(name="shop"))
    below = tmp_path / "shop" / "deep" / "below"
    below.mkdir(parents=True)
    assert Project.find(below) == made
    assert root_of(below) == tmp_path / "shop"
    assert made.app().name == made.app("shop").name == "shop"
    nowhere = tmp_path / "elsewhere"
    nowhere.mkdir()
    assert root_of(nowhere) is None
    with pytest.raises(ConfigError, match=rf"no vouch.toml in '{nowhere}' or above; `vouch new NAME` makes a project"):
        Project.find(nowhere)


def test_an_app_is_named_unless_there_is_only_one(tmp_path: Path) -> None:
    two = '[apps]\nshop = "app:app"\nbank = "app:bank"\n'
    both = APP.format(name="shop") + 'bank = App(name="bank", models=["a/b"])\n'
    made = project(tmp_path, toml=two, app=both)
    assert made.app("bank").name == "bank"
    with pytest.raises(ConfigError, match="lists several apps; name one: bank, shop"):
        made.app()
    with pytest.raises(ConfigError, match=r"no app 'shpo' in .*vouch.toml; did you mean 'shop'\?"):
        made.app("shpo")
    with pytest.raises(ConfigError, match=r"no app 'zzz' in .*vouch.toml; there are: bank, shop"):
        made.app("zzz")
    with pytest.raises(ConfigError, match=r"lists no apps; add:  \[apps\]  NAME = \"app:app\""):
        project(tmp_path / "none", toml="").app("shop")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nothing:app", "there is no file '.*/nothing.py'; write module:attribute, like 'app:app'"),
        ("app.py:app", "there is no file '.*/app/py.py'; write module:attribute"),
        ("../app:app", "is not module:attribute; write it like 'app:app', or 'package.module:app'"),
        ("", "is not module:attribute"),
        (":app", "is not module:attribute"),
        ("app:nothing", "apps.shop = 'app:nothing' is None; name an App, or a function that gives one"),
        ("app:number", "is 42; name an App"),
        ("app:gives_number", "is 42; name an App"),
    ],
)
def test_a_place_that_holds_no_app_is_named(tmp_path: Path, place: str, message: str) -> None:
    text = APP.format(name="shop") + "number = 42\ndef gives_number():\n    return 42\n"
    made = project(tmp_path, toml=f'[apps]\nshop = "{place}"\n', app=text)
    with pytest.raises(ConfigError, match=message):
        made.app()


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("import nothing_of_this_name\n", 1, "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("a = 1\nb = a / 0\n", 2, "ZeroDivisionError: division by zero"),
        ("def f(:\n", 1, "invalid syntax"),
        ("import json\n\njson.loads('{')\n", 3, "JSONDecodeError: Expecting property name"),
        ("import sibling\n", None, "sibling.py:2: NameError: name 'undefined' is not defined"),
        ("from .sibling import x\n", None, "sibling.py:2: NameError"),
        ("def app():\n    raise ValueError('no data today')\n", 2, "ValueError: no data today"),
        ("def app(one, other):\n    pass\n", None, "TypeError: app() missing 2 required positional arguments"),
    ],
)
def test_what_breaks_in_the_project_s_own_code_is_named_with_its_line(
    tmp_path: Path, text: str, line: int | None, why: str
) -> None:
    made = project(tmp_path, app=text, sibling="x = 1\nundefined\n")
    with pytest.raises(ConfigError, match=r"vouch.toml: apps.shop = 'app:app': ") as broken:
        made.app()
    place = f"{tmp_path / 'app.py'}:{line}: {why}" if line else why
    assert place in str(broken.value)


def test_an_error_of_ours_is_passed_on_as_it_is(tmp_path: Path) -> None:
    made = project(tmp_path, app="from vouch import App\napp = App(name='', models=['a/b'])\n")
    with pytest.raises(AppError, match=r"App\(name=''\): give a short name"):
        made.app()


def test_the_project_s_other_modules_can_be_imported_both_ways(tmp_path: Path) -> None:
    made = project(
        tmp_path,
        toml='[apps]\nshop = "app:app"\ndeep = "pack.deep.inner:app"\n',
        app="import texts\nfrom .pack import NAME\nfrom vouch import App\n"
        "app = App(name=texts.NAME + NAME, models=['a/b'])\n",
        texts="NAME = 'shop-'\n",
    )
    (tmp_path / "pack" / "deep").mkdir(parents=True)
    (tmp_path / "pack" / "__init__.py").write_text("NAME = 'pack'\n")
    (tmp_path / "pack" / "deep" / "inner.py").write_text(
        "from .. import NAME\nfrom vouch import App\napp = App(name=f'inner-{NAME}', models=['a/b'])\n"
    )
    assert made.app("shop").name == "shop-pack"
    assert made.app("deep").name == "inner-pack"


def test_a_module_of_a_project_may_define_classes_of_any_kind(tmp_path: Path) -> None:
    text = """
from __future__ import annotations
import pickle
from dataclasses import dataclass
import msgspec, pydantic
from vouch import App, Scripted, tool

@dataclass
class Plain:
    value: int
    next: Plain | None = None

class Packed(msgspec.Struct):
    inner: list[Plain]

class Checked(pydantic.BaseModel):
    part: Checked | None = None

@tool
def look(order: Checked) -> int:
    "Look it up."
    return 1

assert pickle.loads(pickle.dumps(Plain(1, Plain(2)))) == Plain(1, Plain(2))
assert msgspec.json.decode(b'{"inner": [{"value": 3}]}', type=Packed).inner[0].value == 3
app = App(name="shop", models=[Scripted(["x"])], tools=[look])
"""
    assert project(tmp_path, app=text).app().tools[0].spec.name == "look"


def test_an_app_that_was_changed_is_loaded_as_it_is_now(tmp_path: Path) -> None:
    made = project(tmp_path, app=APP.format(name="first"))
    assert made.app().name == "first"
    (tmp_path / "app.py").write_text(APP.format(name="second-one"))
    assert made.app().name == "second-one"


def test_two_projects_with_modules_of_one_name_do_not_mix(tmp_path: Path) -> None:
    one = project(tmp_path / "one" / "shop", app=APP.format(name="one") + "from . import own\n", own="")
    two = project(tmp_path / "two" / "shop", app=APP.format(name="two") + "from . import own\n", own="")
    apps = one.app(), two.app()
    assert [app.name for app in apps] == ["one", "two"]
    files = sorted(str(module.__file__) for name, module in sys.modules.items() if name.endswith(".own"))
    assert files[-2:] == [str(tmp_path / name / "shop" / "own.py") for name in ("one", "two")]


MADE = """
from pathlib import Path
from vouch import App
def app({parameters}):
    return App(name=f"from-{{data}}".replace("/", "-"), models=["a/b"])
data = "nothing"
"""


def test_an_app_may_be_made_from_data(tmp_path: Path) -> None:
    made = project(tmp_path, app=MADE.format(parameters="data: Path"))
    assert made.app(data=Path("a/b.csv")).name == "from-a-b.csv"
    with pytest.raises(ConfigError, match="app 'shop' is made from data; give it: --data PATH"):
        made.app()
    optional = project(tmp_path / "optional", app=MADE.format(parameters="data='own'"))
    assert optional.app().name == "from-own"
    assert optional.app(data=Path("x")).name == "from-x"
    for app in (MADE.format(parameters=""), APP.format(name="shop")):
        plain = project(tmp_path / "plain", app=app)
        assert plain.app()
        with pytest.raises(ConfigError, match="app 'shop' takes no data; leave --data away"):
            plain.app(data=Path("x"))


def test_a_target_is_an_app_here_a_folder_or_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = project(tmp_path / "here", toml='[apps]\nshop = "app:app"\nbank = "app:app"\n', app=APP.format(name="shop"))
    there = project(tmp_path / "here" / "bank", app=APP.format(name="there"))
    monkeypatch.chdir(here.root)
    assert locate("shop") == (here, "shop")
    # A project's folder comes before an app of its name.
    assert locate("bank") == (there, "")
    assert locate("bank:shop") == (there, "shop")
    assert locate(str(there.root)) == (there, "")
    assert locate(f"{there.root}:") == (there, "")
    assert locate(".:bank") == (here, "bank")
    assert locate(".") == (here, "")
    assert locate("unknown") == (here, "unknown")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("shop", r"no vouch.toml in '.*' or above; `vouch new NAME` makes a project"),
        ("./shop", r"'./shop' is not a folder with a vouch.toml; `vouch new` makes one"),
        ("deep/shop", "is not a folder with a vouch.toml"),
        ("shop:app", r"'shop:app': there is no folder 'shop'; write FOLDER:APP, or the name of an app here"),
        ("empty", "no vouch.toml in"),
        ("empty:app", "no vouch.toml in '.*empty' or above"),
        ("./empty", "'./empty' is not a folder with a vouch.toml"),
    ],
)
def test_a_target_that_is_nowhere_says_what_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=message):
        locate(target)
