"""AgentDojo's suites as they come in its package, where `scripts/peers agentdojo` has installed it.

It does not know what is done with them. The package is put at the end of this process' path, so that its environments
run on the libraries of the project; the agents that it has, which would need a dozen more, are left out.
"""

from __future__ import annotations

import importlib
import pickle
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

import yaml

from benchmarks.peers.environment import ROOT

VERSION: Final = "v1.2.2"
"""The newest suites."""

Suite = Any
"""An `agentdojo.task_suite.TaskSuite`: its package has no types to rely on."""


def package() -> Path | None:
    """The folder of AgentDojo's packages, or None, said aloud, where they are not installed."""
    for found in sorted((ROOT / ".peers" / "agentdojo").glob("lib/python*/site-packages")):
        if (found / "agentdojo").is_dir():
            return found
    print("AgentDojo is absent; to measure with it: scripts/peers agentdojo")
    return None


def load_suites(place: Path) -> dict[str, Suite]:
    """The suites by name, from the packages in `place`."""
    if str(place) not in sys.path:
        sys.path.append(str(place))
    agents = ModuleType("agentdojo.agent_pipeline")
    agents.__path__ = [str(place / "agentdojo" / "agent_pipeline")]
    truth = ModuleType("agentdojo.agent_pipeline.ground_truth_pipeline")
    vars(truth)["GroundTruthPipeline"] = object
    for left_out in (agents, truth):
        sys.modules.setdefault(left_out.__name__, left_out)
    return importlib.import_module("agentdojo.task_suite.load_suites").get_suites(VERSION)


class Texts:
    """The environments of one suite, with any text at the places where strangers write."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.defaults: dict[str, str] = suite.get_injection_vector_defaults()
        """By place: what stands there when nobody attacks."""
        module = sys.modules[type(suite).__module__]
        text: str = module.read_suite_file(suite.name, "environment.yaml", suite.data_path)
        # Text that is put into YAML would be read as YAML: it goes in afterwards, for words that mean nothing there.
        self._tree = yaml.safe_load(text.format(**{place: _token(place) for place in self.defaults}))
        # What stands there otherwise has been written to be read as YAML.
        self._usual = suite.load_and_inject_default_environment({})

    def environment(self, texts: Mapping[str, str] | None = None) -> Any:
        """A new environment with these texts at their places; without any, as it usually is."""
        if texts is None:
            return copied(self._usual)
        words = {_token(place): texts.get(place, usual) for place, usual in self.defaults.items()}
        return self.suite.environment_type.model_validate(_with_words(self._tree, words))


def copied(environment: Any) -> Any:
    """A copy that shares nothing with it; several times as quick as that of the library."""
    return pickle.loads(pickle.dumps(environment))


def _token(place: str) -> str:
    return f"PLACE{place.replace('_', 'X')}ENDS"


def _with_words(tree: Any, words: Mapping[str, str]) -> Any:
    if isinstance(tree, str):
        return re.sub(r"PLACE\w+?ENDS", lambda found: words[found[0]], tree)
    if isinstance(tree, dict):
        parts = cast("dict[str, Any]", tree)
        return {_with_words(key, words): _with_words(value, words) for key, value in parts.items()}
    if isinstance(tree, list):
        return [_with_words(value, words) for value in cast("list[Any]", tree)]
    return tree
