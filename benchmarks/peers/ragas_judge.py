"""Ragas judging given answers by a criterion: run by the Python of its own environment, with address and number.

It knows nothing of Vouch. The last line of output is [CPU seconds, wall seconds, MB grown] of the evaluation.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import json
import os
import resource
import sys
import time

os.environ["RAGAS_DO_NOT_TRACK"] = "true"

from openai import AsyncOpenAI
from ragas import EvaluationDataset, RunConfig, SingleTurnSample, evaluate
from ragas.llms import llm_factory
from ragas.metrics import SimpleCriteriaScore


def main() -> None:
    """Judge, and print the figures."""
    address, n = sys.argv[1], int(sys.argv[2])
    judge = llm_factory("gpt-4o-mini", client=AsyncOpenAI(base_url=address, api_key="none"))
    metric = SimpleCriteriaScore(name="right", definition="Score 1 to 5 how much of the answer is right.", llm=judge)
    samples = [
        SingleTurnSample(
            user_input=f"Question {number}: which of the many rules of this shop holds here, and why so?",
            response=f"The rule that holds is number {number}, because it is the first that applies here.",
            reference="The first.",
        )
        for number in range(n)
    ]
    dataset = EvaluationDataset(samples)
    grown, cpu, wall = _peak(), time.process_time(), time.perf_counter()
    found = evaluate(
        dataset, [metric], run_config=RunConfig(max_workers=50), show_progress=False, raise_exceptions=True
    )
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    assert [row["right"] for row in found.scores] == [4] * n
    print(json.dumps([cpu, wall, _peak() - grown]))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
