"""Groups of rows with equal codes, compared with a dictionary filled row by row."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph_models.time import DAY
from impactgraph.columns import Codes
from impactgraph.impact.bins import age_bin_runs, age_bins
from impactgraph.impact.grouping import (
    Groups,
    RowCodes,
    RunLengthCodes,
    SparseCodes,
    group_rows,
)

AS_OF = 1_772_546_400_000
moments = st.lists(st.integers(AS_OF - 130 * DAY, AS_OF + DAY), max_size=40)
tables = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 3)), min_size=1, max_size=40)


@given(moments)
def test_ages_of_ascending_moments_come_in_runs(at: list[int]) -> None:
    ascending = np.sort(np.array(at, np.int64))

    runs = age_bin_runs(ascending, AS_OF)

    assert runs.row_codes.tolist() == age_bins(ascending, AS_OF).tolist()
    assert (runs.lengths > 0).all()


@given(tables)
def test_rows_with_the_same_codes_are_of_one_class(table: list[tuple[int, int, int]]) -> None:
    dense, some, runs = (
        np.array(codes, np.int32) for codes in zip(*sorted(table, key=lambda row: -row[2]), strict=True)
    )
    at = np.flatnonzero(some)

    classes = group_rows(len(table), dense, SparseCodes(at, some[at]), _in_runs(runs))

    assert _rows_by_codes(classes, len(table)) == _plainly(dense, some, runs)
    _check(classes, len(table))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_rows_that_runs_alone_tell_apart_are_runs(codes: list[int]) -> None:
    runs, nothing = np.sort(np.array(codes, np.int32)), np.zeros(len(codes), np.int32)
    others: list[RowCodes] = [nothing, SparseCodes(slice(1, None), nothing[1:])]

    classes = group_rows(len(codes), *others, _in_runs(runs))

    assert _rows_by_codes(classes, len(codes)) == _plainly(nothing, nothing, runs)
    _check(classes, len(codes))


def _in_runs(codes: Codes) -> RunLengthCodes:
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    return RunLengthCodes(codes[starts], np.diff(np.append(starts, len(codes))))


def _plainly(*codes: Codes) -> dict[tuple[int, ...], list[int]]:
    found: dict[tuple[int, ...], list[int]] = {}
    for n, key in enumerate(zip(*(code.tolist() for code in codes), strict=True)):
        found.setdefault(key, []).append(n)
    return found


def _rows_by_codes(classes: Groups, rows: int) -> dict[tuple[int, ...], list[int]]:
    of = classes.group_of.tolist()
    return {
        tuple(int(code[g]) for code in classes.codes): [n for n in range(rows) if of[n] == g]
        for g in range(len(classes))
    }


def _check(classes: Groups, rows: int) -> None:
    values, of = AS_OF - 977 * np.arange(rows), classes.group_of
    chosen = np.arange(len(classes)) % 2 == 0
    at, its = classes.members(chosen)
    assert at.tolist() == [n for n in range(rows) if chosen[of[n]]]
    assert its.tolist() == of[at].tolist()
    for mean, group in zip(classes.mean(values, AS_OF).tolist(), range(len(classes)), strict=True):
        mine = values[of == group].tolist()
        assert mean == AS_OF + float(Fraction(sum(mine) - AS_OF * len(mine), len(mine)))
