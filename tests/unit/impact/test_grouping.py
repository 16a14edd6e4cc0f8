"""Groups of rows with equal codes, compared with a dictionary filled row by row."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.columns import Codes
from impactgraph.forecast.barrier_edges import whole_moment
from impactgraph.impact.bins import MinuteBins, MomentBins
from impactgraph.impact.grouping import (
    Groups,
    RowCodes,
    RunLengthCodes,
    SparseCodes,
    group_rows,
)
from impactgraph.impact.visit_bins import VisitBins

AS_OF = 1_772_546_400_000
moments = st.lists(st.integers(AS_OF - 130 * DAY, AS_OF + DAY), max_size=40)
edges = st.lists(st.floats(AS_OF - 20.0 * DAY, AS_OF + 1.0 * DAY), max_size=4)
tables = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 3)), min_size=1, max_size=40)


@given(moments, edges)
def test_bins_of_ascending_moments_come_in_runs(at: list[int], edges: list[float]) -> None:
    ascending = np.sort(np.array(at, np.int64))
    bins = MomentBins(AS_OF, [np.array(edges)])

    runs = bins.runs(ascending)

    assert runs.row_codes.tolist() == bins.codes(ascending).tolist()
    assert (runs.lengths > 0).all()


@given(moments, edges)
def test_no_edge_lies_between_a_moment_and_the_centre_of_its_bin(at: list[int], edges: list[float]) -> None:
    moments = np.array(at, np.int64)
    bins = MomentBins(AS_OF, [np.array(edges)])
    minutes = MinuteBins([np.array(edges)], AS_OF)

    for centres in (bins.moments(bins.codes(moments)), minutes.moments(*minutes.codes(moments))):
        for moment, centre in zip(np.minimum(moments, AS_OF).tolist(), centres.tolist(), strict=True):
            assert [edge <= moment for edge in edges] == [edge <= centre for edge in edges]


@given(st.lists(st.tuples(st.integers(0, 120 * DAY), st.integers(0, 12 * HOUR)), min_size=1), edges)
def test_no_edge_lies_between_a_visit_and_the_one_that_stands_for_it(
    visits: list[tuple[int, int]], edges: list[float]
) -> None:
    entered_at = np.array([AS_OF - age for age, _ in visits], np.int64)
    left_at = np.minimum(entered_at + np.array([length for _, length in visits]), AS_OF)
    bins = VisitBins([np.array(edges)], AS_OF)

    entries, exits = bins.visits(bins.codes(entered_at, left_at))

    width = np.maximum(65_536, (left_at - entered_at) / 16)
    assert (np.abs((exits - entries) - (left_at - entered_at)) <= width).all()
    for n, edge in enumerate(edges):
        assert ((edge <= entered_at) == (edge <= entries)).all(), n
        assert ((edge <= left_at) == (edge <= exits)).all(), n
    has_edge = np.array(
        [any(a < edge <= b for edge in edges) for a, b in zip(entered_at, left_at, strict=True)]
    )
    assert (np.abs(entries - entered_at)[has_edge] <= width[has_edge]).all()


def test_a_bin_keeps_its_centre_while_time_passes() -> None:
    at = np.array([AS_OF - 3 * MINUTE, AS_OF - 60 * MINUTE, AS_OF - 20 * HOUR, AS_OF - 3 * DAY], np.int64)
    centres = [
        bins.moments(bins.codes(at)).tolist() for bins in (MomentBins(AS_OF), MomentBins(AS_OF + 7919))
    ]

    assert centres[0] == centres[1]


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
    of = classes.group_of
    chosen = np.arange(len(classes)) % 2 == 0
    at, its = classes.members(chosen)
    assert at.tolist() == [n for n in range(rows) if chosen[of[n]]]
    assert its.tolist() == of[at].tolist()


@given(tables)
def test_codes_that_do_not_fit_into_one_number_make_the_same_groups(
    table: list[tuple[int, int, int]],
) -> None:
    few = [np.array(codes, np.int32) for codes in zip(*table, strict=True)]
    many = [codes * np.int32(2**29) for codes in few]

    classes, same = (
        group_rows(len(table), *many, np.full(len(table), 2**30, np.int32)),
        group_rows(len(table), *few),
    )

    assert classes.group_of.tolist() == same.group_of.tolist()
    assert classes.sizes.tolist() == same.sizes.tolist()


@given(tables, st.sampled_from([1, 150, 70_000]), st.sampled_from([1, 900, 300_000]))
def test_codes_that_are_far_apart_make_the_same_groups(
    table: list[tuple[int, int, int]], first: int, second: int
) -> None:
    """Whether a table holds the keys of all codings, of some of them, or none."""
    few = [np.array(codes, np.int32) for codes in zip(*table, strict=True)]
    far = [few[0] * np.int32(first), few[1] * np.int32(second), few[2] * np.int32(first)]

    classes, same = group_rows(len(table), *far), group_rows(len(table), *few)

    assert classes.group_of.tolist() == same.group_of.tolist()
    assert classes.sizes.tolist() == same.sizes.tolist()
    assert _rows_by_codes(classes, len(table)) == _plainly(*far)


@given(st.integers(-5, 5), st.floats(allow_nan=False) | st.floats(-5, 5))
def test_a_moment_is_after_an_edge_if_it_is_after_the_whole_moment_of_it(at: int, edge: float) -> None:
    assert (at >= whole_moment(edge)) == (at >= edge)
    assert (at < whole_moment(edge)) == (at < edge)
