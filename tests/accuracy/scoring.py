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
SHARES = {"orders": 0.95, "postings": 0.93, "notifications": 0.93}
"""F1 pooled over all cases: at least this share of the ceiling's."""
BRIER_SHARE = 1.15
"""The Brier score: at most this many times the ceiling's."""
WORST_DELAY = 0.10
WORST_PROMISES = 0.0058
"""The Brier score of the likelihoods that a promise is missed."""
PROMISES_WITHIN = 0.15
"""How far their sum may be from the number of promises truly missed, as a share of it."""
PROMISES_OFF = 80
"""How far the sums of the single cases may be from the truth, all together."""

LEAST_HELD = 0.7
"""In which part of the cases the range of a total holds the truth, at least."""
WIDEST = {"orders": 0.25, "missed": 0.8, "postings": 0.25}
"""How wide the ranges of all cases are together, as a part of the truth, at most."""


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
        path = HOME / "cases" / case
        true_end = scorer().load(path / "truth.json.gz")["to_come"]["until"]
        return answer_of(path, Path(folder) / "store", true_end)


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
