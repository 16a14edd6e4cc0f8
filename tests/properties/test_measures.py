"""Laws of measures: periods divide time, and the figures of parts add up to those of the whole."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.time import DAY, HOUR, MINUTE, moment
from impactgraph.columns import CANCELLED
from impactgraph.measures.incidents import IncidentFacts, figures_by_period, figures_of, spread_of
from impactgraph.measures.money_days import money_days
from impactgraph.measures.orders import Postings, late_postings, step_errors
from impactgraph.measures.periods import PeriodUnit, periods_between
from tests.unit.measures.test_incidents import NOON
from tests.unit.measures.test_orders import MONDAY, journey, world
from tests.worlds import Erred, columns_of

units = st.sampled_from(PeriodUnit)
moments = st.integers(NOON - 900 * DAY, NOON)
spans = st.integers(0, 400 * DAY)
some_time = st.integers(0, 90 * DAY)
maybe = st.none() | some_time


@st.composite
def incidents(draw: st.DrawFn) -> IncidentFacts:
    started_at = NOON + draw(some_time)
    reported_at = started_at + draw(st.integers(0, DAY))
    after = [None if each is None else reported_at + each for each in (draw(maybe), draw(maybe), draw(maybe))]
    return IncidentFacts(
        key=draw(st.text("abc", min_size=1)),
        started_at=started_at,
        signs_at=started_at - draw(st.integers(0, 60)) * MINUTE,
        reported_at=reported_at,
        acknowledged_at=after[0],
        mitigated_at=after[1],
        healed_at=after[2],
        alerts=draw(st.integers(0, 9)),
        failures=draw(st.integers(1, 9)),
        is_quiet=draw(st.booleans()),
        orders=draw(st.none() | st.integers(0, 99).map(float)),
    )


@given(moments, spans, units)
def test_periods_follow_each_other_and_cover_the_time(since: int, span: int, unit: PeriodUnit) -> None:
    periods = periods_between(since, since + span, unit)

    assert periods[0].has(since) and periods[-1].has(since + span)
    assert [each.end for each in periods[:-1]] == [each.start for each in periods[1:]]
    assert len({each.key for each in periods}) == len(periods)


@given(moments, units)
def test_a_period_begins_on_a_monday_or_the_first_at_midnight(since: int, unit: PeriodUnit) -> None:
    start = moment(periods_between(since, since, unit)[0].start)

    assert (start.hour, start.minute, start.second, start.microsecond) == (0, 0, 0, 0)
    assert start.weekday() == 0 if unit is PeriodUnit.WEEK else start.day == 1
    assert start <= datetime.fromtimestamp(since / 1000, UTC)


@given(st.lists(incidents(), max_size=12), units)
@settings(max_examples=50)
def test_figures_of_periods_add_up_to_those_of_all(facts: list[IncidentFacts], unit: PeriodUnit) -> None:
    periods = periods_between(NOON, NOON + 90 * DAY, unit)

    parts = [figures for _, figures in figures_by_period(facts, periods)]
    whole = figures_of(facts)

    for name in ("incidents", "failures", "alerts", "quiet_alerts", "actions", "counted", "orders"):
        assert sum(getattr(each, name) for each in parts) == getattr(whole, name)
    for name in ("detect", "acknowledge", "mitigate", "heal"):
        assert sum(getattr(each, name).count for each in parts) == getattr(whole, name).count


@given(st.lists(incidents(), max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_order_of_incidents_makes_no_difference(facts: list[IncidentFacts], random: object) -> None:
    shuffled = [*facts]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert figures_of(shuffled) == figures_of(facts)


@given(st.lists(maybe))
def test_half_of_the_times_are_at_most_the_median(durations: list[int | None]) -> None:
    spread = spread_of(durations)
    known = [each for each in durations if each is not None]

    assert spread.count == len(known)
    if spread.median is not None:
        assert 2 * sum(each <= spread.median for each in known) >= len(known)
        assert 2 * sum(each >= spread.median for each in known) >= len(known)


@given(st.lists(st.tuples(some_time, some_time, st.integers(0, 1_000)), min_size=1, max_size=8))
@settings(max_examples=50)
def test_money_in_late_postings_is_the_same_by_week_and_by_month(rows: list[tuple[int, int, int]]) -> None:
    due = np.array([NOON + each for each, _, _ in rows], np.int64)
    came = np.array([NOON + each for _, each, _ in rows], np.int64)
    zeros = np.zeros(len(rows), np.int64)
    micros = np.array([each * 1_000_000 for _, _, each in rows], np.int64)
    postings = Postings(["a"], zeros, due, came, micros, ["EUR"], zeros)

    sums: list[float] = []
    for unit in PeriodUnit:
        periods = periods_between(NOON, NOON + 90 * DAY, unit)
        found = late_postings(postings, periods)
        sums.append(sum(float(money.amount) for each in found for money in each.money_days))
    days = np.maximum(0, came - due) / DAY
    whole = money_days(["EUR"], zeros, days * micros / 1_000_000)

    assert abs(sums[0] - sums[1]) < 0.1
    assert abs(sums[0] - sum(float(each.amount) for each in whole)) < 0.1


steps_and_errors = st.lists(
    st.tuples(st.integers(0, 40), st.none() | st.integers(0, 40), st.booleans()), min_size=1, max_size=8
)


@given(steps_and_errors)
@settings(max_examples=25)
def test_no_step_has_more_exceptions_than_entries_and_periods_add_up(
    rows: list[tuple[int, int | None, bool]],
) -> None:
    """Each fulfillment in one period, whenever its errors came and whether it was cancelled."""
    journeys = [
        journey(f"O-{n}", 12 * entry, errors=errors_after(entry, gap))
        for n, (entry, gap, _) in enumerate(rows)
    ]
    columns = columns_of(world(*journeys))
    columns.fulfillments.status[[is_cancelled for _, _, is_cancelled in rows]] = CANCELLED

    for unit in PeriodUnit:
        found = step_errors(columns, periods_between(MONDAY, MONDAY + 60 * DAY, unit))
        assert all(each.failed <= each.entered for each in found)
        assert sum(each.entered for each in found) == len(rows)
        assert sum(each.failed for each in found) == sum(gap is not None for _, gap, _ in rows)


def errors_after(entry: int, gap: int | None) -> tuple[Erred, ...]:
    return () if gap is None else (Erred("pick", MONDAY + 12 * (entry + gap) * HOUR + 1),)
