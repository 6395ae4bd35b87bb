"""DeepEval judging given answers by G-Eval: run by the Python of its own environment, with address and number.

It knows nothing of Vouch. The last line of output is [CPU seconds, wall seconds, MB grown] of the evaluation.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import json
import os
import resource
import sys
import time

os.environ |= {"DEEPEVAL_TELEMETRY_OPT_OUT": "YES", "OPENAI_API_KEY": "none", "DEEPEVAL_DISABLE_DOTENV": "1"}

from deepeval import evaluate
from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig
from deepeval.metrics import GEval
from deepeval.models import OpenAIModel
from deepeval.test_case import LLMTestCase, SingleTurnParams


def main() -> None:
    """Judge, and print the figures."""
    address, n = sys.argv[1], int(sys.argv[2])
    params = [SingleTurnParams.INPUT, SingleTurnParams.ACTUAL_OUTPUT, SingleTurnParams.EXPECTED_OUTPUT]
    metric = GEval(
        name="right",
        evaluation_params=params,
        evaluation_steps=["Read the question.", "Compare the answer with what is expected.", "Say how much is right."],
        model=OpenAIModel(model="gpt-4o-mini", base_url=address, api_key="none"),
        threshold=0.3,
    )
    cases = [
        LLMTestCase(
            input=f"Question {number}: which of the many rules of this shop holds here, and why so?",
            actual_output=f"The rule that holds is number {number}, because it is the first that applies here.",
            expected_output="The first.",
        )
        for number in range(n)
    ]
    grown, cpu, wall = _peak(), time.process_time(), time.perf_counter()
    found = evaluate(
        cases,
        [metric],
        async_config=AsyncConfig(max_concurrent=50),
        display_config=DisplayConfig(show_indicator=False, print_results=False),
        cache_config=CacheConfig(write_cache=False),
    )
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    scores = [data.score for result in found.test_results for data in result.metrics_data or ()]
    assert len(scores) == n
    assert all(score is not None for score in scores)
    print(json.dumps([cpu, wall, _peak() - grown]))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
