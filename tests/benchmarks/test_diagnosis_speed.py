"""Why is this order where it is, with a million orders in flight: one order never asked about before, and
a page of 500. Prints what it measured.
"""

import itertools
import sys
from collections import defaultdict
from statistics import median, quantiles
from time import perf_counter

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from impactgraph.columns import IN_FLIGHT
from impactgraph.ports.store import Store
from impactgraph.usecases.snapshot import snapshot
from impactgraph.usecases.why import cases, timelines
from tests.asking import cases_of
from tests.benchmarks.million import NOW, SEED

ASKED = 600
PAGE = 500


@pytest.fixture(scope="module", autouse=True)
def what_is_usual(store: Store) -> None:
    """Learned, as after the first question of a quarter of an hour."""
    cases_of(store, _drawn(store, 1), NOW)


def _drawn(store: Store, count: int) -> list[str]:
    """Orders in flight, drawn at random; the seed makes them the same each time."""
    with store.columns() as columns:
        flying = np.unique(columns.fulfillments.order[columns.fulfillments.status == IN_FLIGHT])
        chosen = np.random.default_rng(SEED).choice(flying, count, replace=False)
        return [str(key) for key in columns.orders.ids[chosen]]


def test_diagnosis_of_one_order(
    benchmark: BenchmarkFixture, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = itertools.cycle(_drawn(store, ASKED))
    took: defaultdict[str, list[float]] = defaultdict(list)

    def ask() -> None:
        key, start = next(keys), perf_counter()
        state = cases_of(store, [key], NOW)[key].diagnosis.state.value
        took[state].append(perf_counter() - start)

    benchmark.pedantic(ask, rounds=ASKED, warmup_rounds=5)

    everything = [seconds for each in took.values() for seconds in each]
    with capsys.disabled():
        sys.stdout.write(
            f"\none order: median {median(everything) * 1000:.1f} ms, 95 of 100 within "
            f"{quantiles(everything, n=20)[-1] * 1000:.1f} ms"
        )
        for state, seconds in sorted(took.items(), key=lambda each: -len(each[1])):
            sys.stdout.write(
                f"\n  {state}: {len(seconds)} orders, median {median(seconds) * 1000:.1f} ms, longest "
                f"{max(seconds) * 1000:.1f} ms"
            )


def test_diagnoses_and_stories_of_a_page(
    benchmark: BenchmarkFixture, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = _drawn(store, PAGE)
    seconds: dict[str, list[float]] = {"diagnoses": [], "with stories": []}

    def ask() -> None:
        start = perf_counter()
        with snapshot(store, None, NOW) as s:
            found = cases(s, keys)
            seconds["diagnoses"].append(perf_counter() - start)
            timelines(s, found)
        seconds["with stories"].append(perf_counter() - start)

    benchmark.pedantic(ask, rounds=5, warmup_rounds=1)

    with capsys.disabled():
        sys.stdout.write(
            f"\na page of {PAGE}: "
            + ", ".join(f"{name} {median(each) * 1000:.0f} ms" for name, each in seconds.items())
        )
