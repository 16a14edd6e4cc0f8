"""Overdue orders among a million in flight, what they have in common, and suspects.

Prints the clock beside processor time; no assertion on time.
"""

import itertools
import sys
from collections.abc import Callable
from contextlib import ExitStack

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from graph_models.enums import Dimension
from impactgraph.columns import Columns
from impactgraph.diagnosis.drift import find_drift
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.overdue import Overdue, OverdueQuestion, overdue
from tests.benchmarks.measuring import measured
from tests.benchmarks.million import NOW

_seconds = itertools.count()


def _asked(store: EmbeddedStore, *parts: Callable[[Overdue], object]) -> None:
    """At a moment that was not asked about before: nothing but what is usual is kept from the question
    before.
    """
    with ExitStack() as stack:
        found = stack.enter_context(overdue(store, OverdueQuestion(), NOW + next(_seconds)))
        for part in parts:
            part(found)


def _floor(columns: Columns) -> None:
    """The least that could be done: how long each has stayed, and a count by workflow and step."""
    f = columns.fulfillments
    late = NOW - f.entered_at > 3_600_000
    np.bincount(f.workflow[late].astype(np.int64) * 16 + f.step[late] + 1)


def test_overdue_among_a_million_orders(
    benchmark: BenchmarkFixture, store: EmbeddedStore, capsys: pytest.CaptureFixture[str]
) -> None:
    def total(found: Overdue) -> object:
        return found.total_count

    def groups(found: Overdue) -> object:
        return found.groups((Dimension.STEP, Dimension.REGION))

    def page(found: Overdue) -> object:
        return found.orders(50, None)

    def common(found: Overdue) -> object:
        return found.in_common

    def suspects(found: Overdue) -> object:
        return found.suspects

    with store.columns() as columns:
        questions: dict[str, Callable[[], object]] = {
            "floor: a mask and a count by step": lambda: _floor(columns),
            "how many are overdue": lambda: _asked(store, total),
            "with groups and the first page": lambda: _asked(store, total, groups, page),
            "and what they have in common": lambda: _asked(store, total, groups, page, common),
            "and suspects": lambda: _asked(store, total, groups, page, common, suspects),
            "drift of a week": lambda: find_drift(columns, store.topology(), NOW),
        }
        with capsys.disabled():
            sys.stdout.write(
                "\n| overdue, a million orders in flight | took | processor |\n| --- | ---: | ---: |\n"
            )
            for name, work in questions.items():
                clock, processor = measured(work)
                sys.stdout.write(f"| {name} | {clock:,.0f} ms | {processor:,.0f} ms |\n")
        benchmark.pedantic(questions["and what they have in common"], rounds=1)
