"""Errors compared with the entries that usually bring them."""

import numpy as np
import pytest

from impactgraph.diagnosis.suspects.errors import Entries, Errors, rare_errors, usual_rates
from impactgraph.diagnosis.suspects.windows import WINDOWS

BEFORE = -100
LATEST = WINDOWS.index((0, 23))


def errors(*bins: int) -> Errors:
    size = len(bins)
    return Errors(
        kinds=("system:pay",),
        cell_kind=np.zeros(1, np.intp),
        cell_step=np.zeros(1, np.intp),
        row=np.arange(size, dtype=np.int32),
        cell=np.zeros(size, np.intp),
        bin=np.array(bins, np.int64),
    )


def entries(before: int, recent: int) -> Entries:
    size = before + recent
    return Entries(
        steps=1,
        row=np.arange(size, dtype=np.int32),
        step=np.zeros(size, np.intp),
        bin=np.repeat(np.array([BEFORE, 12], np.int64), [before, recent]),
        weight=np.ones(size),
    )


def test_a_tenth_of_the_history_expects_as_many_errors() -> None:
    whole, tenth = errors(*[BEFORE] * 100), errors(*[BEFORE] * 10)
    of_whole, of_tenth = entries(10_000, 500), entries(1_000, 500)

    expected = rare_errors(whole, of_whole, usual_rates(whole, of_whole)).expected_counts[0, LATEST]
    of_sample = rare_errors(tenth, of_tenth, usual_rates(tenth, of_tenth)).expected_counts[0, LATEST]

    assert expected == pytest.approx(5.0, rel=0.1)
    assert of_sample == pytest.approx(expected, rel=0.1)


def test_a_rate_that_few_errors_show_is_uncertain() -> None:
    few, many = errors(BEFORE), errors(*[BEFORE] * 100)
    often = entries(10_000, 500)

    assert rare_errors(few, often, usual_rates(few, often)).deviation[0] > 0.5
    assert rare_errors(many, often, usual_rates(many, often)).deviation[0] < 0.3


def test_no_errors_are_no_evidence() -> None:
    none = Errors(
        kinds=(),
        cell_kind=np.zeros(0, np.intp),
        cell_step=np.zeros(0, np.intp),
        row=np.zeros(0, np.int32),
        cell=np.zeros(0, np.intp),
        bin=np.zeros(0, np.int64),
    )
    some = entries(10, 10)

    assert rare_errors(none, some, usual_rates(none, some)).counts.shape == (0, len(WINDOWS))
