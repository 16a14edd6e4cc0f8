"""Scores of answers to the cases under fixtures/accuracy, and what they are held against."""

import importlib.util
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from tests.accuracy.answers import Row, answer_of

HOME = Path(__file__).parents[2] / "fixtures" / "accuracy"
CASES = tuple(sorted(folder.name for folder in (HOME / "cases").iterdir()))
ABSORBED = "gateway-latency-low"
"""The case in which nothing happens."""
TARGETS = {"orders": 0.894, "postings": 0.838, "notifications": 0.862}
"""F1 at least."""
WORST_BRIER = 0.00874
WORST_DELAY = 0.10


@cache
def scorer() -> ModuleType:
    """The cases' own score.py."""
    spec = importlib.util.spec_from_file_location("accuracy_score", HOME / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ceilings() -> dict[str, dict[str, float]]:
    """By case, and `pooled`: what a forecaster reaches that knows the simulated world's hidden figures."""
    return json.loads((HOME / "ceiling.json").read_text())


@cache
def answer_to(case: str) -> Row:
    """Asked once a process."""
    with TemporaryDirectory() as folder:
        return answer_of(HOME / "cases" / case, Path(folder) / "store")


def figures_of(case: str) -> dict[str, Any]:
    """The score of one case."""
    truth = scorer().load(HOME / "cases" / case / "truth.json.gz")
    return scorer().figures(scorer().tally(truth, scorer().checked(answer_to(case), case)))


def score_all() -> dict[str, Any]:
    """As score.py gives it: `cases` and `pooled`."""
    with TemporaryDirectory() as folder:
        for case in CASES:
            (Path(folder) / f"{case}.json").write_text(json.dumps(answer_to(case)))
        return scorer().score(HOME / "cases", Path(folder))
