"""Inspect grading given answers by a model: run by the Python of its own environment, with address and number.

It knows nothing of Vouch. The last line of output is [CPU seconds, wall seconds, MB grown] of the evaluation.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import json
import resource
import sys
import tempfile
import time

from inspect_ai import Task, eval  # noqa: A004
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, get_model
from inspect_ai.scorer import model_graded_qa
from inspect_ai.solver import Generate, Solver, TaskState, solver


@solver
def given() -> Solver:
    """The answer is there already."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        state.output = ModelOutput.from_content("given", state.metadata["output"])
        return state

    return solve


def main() -> None:
    """Judge, and print the figures."""
    address, n = sys.argv[1], int(sys.argv[2])
    judge = get_model("openai/gpt-4o-mini", base_url=address, api_key="none", responses_api=False)
    samples = [
        Sample(
            id=number,
            input=f"Question {number}: which of the many rules of this shop holds here, and why so?",
            target="The first.",
            metadata={"output": f"The rule that holds is number {number}, because it is the first that applies here."},
        )
        for number in range(n)
    ]
    task = Task(dataset=samples, solver=given(), scorer=model_graded_qa(model=judge))
    with tempfile.TemporaryDirectory() as logs:
        grown, cpu, wall = _peak(), time.process_time(), time.perf_counter()
        [log] = eval(
            task, model=judge, max_connections=50, max_samples=50, display="none", log_dir=logs, score_display=False
        )
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert log.status == "success", log.error
        values = [score.value for sample in log.samples or () for score in (sample.scores or {}).values()]
        assert values == ["C"] * n
    print(json.dumps([cpu, wall, _peak() - grown]))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
