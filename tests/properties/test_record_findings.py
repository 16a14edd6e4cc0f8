"""Findings about records: as a plain look at one fulfillment after the other gives them, and laws that
hold of all.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.enums import RecordEffect, RecordKind
from graph_models.money import to_micros
from graph_models.time import HOUR, MINUTE, SECOND
from impactgraph.columns import RecordColumns
from impactgraph.diagnosis.records import RecordFindings, RecordSearch, find_records, sorted_prefix_length
from impactgraph.forecast.durations import learn_durations
from tests.oracle.records import Told, findings
from tests.properties.small_worlds import AS_OF, worlds
from tests.worlds import Came, Journey, SmallStore, World, columns_of

_OFFSETS = st.sampled_from(
    [-20 * MINUTE, -3 * SECOND, 0, 4 * SECOND, MINUTE, 14 * MINUTE, 16 * MINUTE, 40 * MINUTE, 2 * HOUR]
)


@st.composite
def recorded(draw: Callable[..., Any]) -> World:
    """A small world in which some records of each fulfillment have come, at about the time of its steps;
    some fulfillments have ended.
    """
    world: World = replace(
        draw(worlds(most_failures=1)), as_of=AS_OF + draw(st.sampled_from([0, 30 * MINUTE, 5 * HOUR]))
    )
    return replace(world, journeys=tuple(draw(_with_records(world, journey)) for journey in world.journeys))


@st.composite
def _with_records(draw: Callable[..., Any], world: World, journey: Journey) -> Journey:
    workflow, moments = world.topology.workflows[journey.workflow], [at for _, at in journey.stays]
    at_the_end = workflow.steps[-1].key == journey.stays[-1][0]
    ended = (
        moments[-1] + draw(st.sampled_from([MINUTE, 50 * MINUTE]))
        if at_the_end and draw(st.booleans())
        else 0
    )
    came = [
        _came(
            draw,
            journey,
            emission.kind,
            emission.type,
            emission.amount or 0.25,
            draw(st.sampled_from([*moments, ended or moments[-1]])) + draw(_OFFSETS),
        )
        for step in workflow.steps
        for emission in step.emits
        for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 3])))
    ]
    return replace(
        journey,
        came=tuple(c for c in came if c.at <= world.as_of),
        ended=ended if ended <= world.as_of else 0,
    )


def _came(
    draw: Callable[..., Any], journey: Journey, kind: RecordKind, name: str, fraction: float, at: int
) -> Came:
    if kind is not RecordKind.POSTING:
        return Came(kind, name, at)
    amount = round(journey.value * 1_000_000 * fraction)
    micros = draw(
        st.sampled_from([amount, amount, amount // 2, -amount, amount + 4_000, amount + 5_000_000, None])
    )
    return Came(
        kind,
        name,
        at,
        micros,
        draw(st.sampled_from(["", "EUR", "EUR", "USD", "JPY"])),
        draw(st.sampled_from(["", "D-1", "D-2"])),
    )


def watched(world: World, rows: list[int] | None = None, late: int = 0) -> RecordFindings:
    """`late`: so many records, the first ones of the first fulfillments, came behind all others."""
    columns = columns_of(world)
    durations = learn_durations(world.topology, columns.dictionaries, SmallStore(world).visits(), world.as_of)
    r = columns.records
    columns.records = RecordColumns(
        **{each.name: np.roll(getattr(r, each.name), -min(late, len(r))) for each in fields(r)}
    )
    search = RecordSearch(
        None if rows is None else np.array(rows, np.int32),
        sorted_prefix_length(columns.records.fulfillment),
    )
    return find_records(world.topology, columns, durations, world.as_of, search)


def told(found: RecordFindings) -> list[Told]:
    return sorted(
        (
            (
                each.fulfillment,
                each.kind.value,
                each.type,
                each.effect,
                each.due,
                each.late_by,
                to_micros(each.amount.amount) if each.amount else None,
                to_micros(each.expected_amount.amount) if each.expected_amount else None,
            )
            for each in found.findings()
        ),
        key=repr,
    )


@settings(max_examples=300, deadline=None)
@given(recorded())
def test_findings_agree_with_a_plain_check_of_each_fulfillment(world: World) -> None:
    assert told(watched(world)) == findings(world)


@settings(max_examples=60, deadline=None)
@given(recorded(), st.data())
def test_findings_of_some_fulfillments_are_the_same_as_among_all(world: World, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(world.journeys) - 1), unique=True))
    names = {world.journeys[row].fulfillment for row in rows}

    assert told(watched(world, rows, data.draw(st.integers(0, 4)))) == [
        each for each in told(watched(world)) if each[0] in names
    ]


@settings(max_examples=60, deadline=None)
@given(recorded())
def test_the_longest_due_comes_first(world: World) -> None:
    due = watched(world).rows.due.tolist()

    assert due == sorted(due)


@settings(max_examples=60, deadline=None)
@given(recorded())
def test_what_is_missing_stays_missing_until_it_comes(world: World) -> None:
    later = replace(world, as_of=world.as_of + HOUR)

    def missing(at: World) -> set[tuple[str, str]]:
        return {(each[0], each[2]) for each in told(watched(at)) if each[3] is RecordEffect.MISSING}

    assert missing(world) <= missing(later)


@settings(max_examples=60, deadline=None)
@given(recorded())
def test_a_record_that_has_come_is_not_missing(world: World) -> None:
    there = {
        (journey.fulfillment, came.kind.value, came.type)
        for journey in world.journeys
        for came in journey.came
    }

    assert not [
        each for each in told(watched(world)) if each[3] is RecordEffect.MISSING and each[:3] in there
    ]
