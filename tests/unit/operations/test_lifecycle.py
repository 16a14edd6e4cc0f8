import pytest

from graph_models.incident_life import IncidentLife, IncidentState
from graph_models.journal import IncidentAction, IncidentActionKind
from graph_models.time import FOREVER, HOUR, MINUTE
from impactgraph.operations.lifecycle import Course, Episode, actions_of, life_of, start_number

NOW = 1_773_000_000_000
Kind = IncidentActionKind


def ago(minutes: float) -> int:
    return NOW - int(minutes * MINUTE)


def action(kind: Kind, minutes_ago: float, **fields: object) -> IncidentAction:
    return IncidentAction(kind, "F-1", ago(minutes_ago), **fields)  # type: ignore[arg-type]


def window(since: float, until: float | None = None, reported: float | None = None) -> Episode:
    """Minutes ago."""
    reported_at = ago(since if reported is None else reported)
    return Episode(ago(since), FOREVER if until is None else ago(until), reported_at)


def life(
    *actions: IncidentAction, windows: tuple[Episode, ...] = (window(60),), **facts: bool
) -> IncidentLife:
    course = Course({"F-1": windows}, NOW)
    return life_of(course, actions, **({"is_quiet": False, "is_healed": False} | facts))


def state(
    *actions: IncidentAction, windows: tuple[Episode, ...] = (window(60),), **facts: bool
) -> IncidentState:
    return life(*actions, windows=windows, **facts).state


ENDED = (window(60, 30),)


def test_an_incident_is_open_until_somebody_acts() -> None:
    assert state() is IncidentState.OPEN
    assert state(action(Kind.NOTED, 5, note="hm")) is IncidentState.OPEN
    assert state(action(Kind.ACKNOWLEDGED, 5)) is IncidentState.ACKNOWLEDGED
    assert state(action(Kind.MITIGATED, 5), action(Kind.ACKNOWLEDGED, 4)) is IncidentState.MITIGATED


def test_after_its_end_an_incident_is_resolved_until_what_is_left_has_healed() -> None:
    assert state(windows=ENDED) is IncidentState.RESOLVED
    assert state(windows=ENDED, is_healed=True) is IncidentState.CLOSED
    assert state(windows=(window(60, 30), window(50))) is IncidentState.OPEN


def test_what_is_quiet_stays_so_until_somebody_acts() -> None:
    assert state(is_quiet=True) is IncidentState.QUIET
    assert state(action(Kind.ACKNOWLEDGED, 5), is_quiet=True) is IncidentState.ACKNOWLEDGED


def test_a_failure_that_begins_after_a_close_opens_the_incident_anew() -> None:
    closed = action(Kind.CLOSED, 20)
    acknowledged = action(Kind.ACKNOWLEDGED, 40)

    assert state(acknowledged, closed) is IncidentState.CLOSED
    assert state(acknowledged, closed, windows=(window(60, 30), window(10))) is IncidentState.OPEN
    assert state(acknowledged, closed, windows=(window(60, 30), window(25))) is IncidentState.CLOSED


def test_a_failure_that_was_reported_after_a_close_opens_the_incident_though_it_began_before() -> None:
    closed = action(Kind.CLOSED, 20)
    late = (window(60, 30), window(25, reported=15))

    assert life(closed, windows=late).opened_at == ago(15)
    assert state(closed, windows=late) is IncidentState.OPEN
    assert state(closed, action(Kind.CLOSED, 10), windows=late) is IncidentState.CLOSED


def test_a_failure_that_was_no_part_of_it_as_it_was_closed_opens_it() -> None:
    both = {"F-1": [window(60)], "F-2": [window(50)]}
    course = Course(both, NOW, frozenset(both))

    def with_close(*more: IncidentAction, of: tuple[str, ...]) -> IncidentState:
        closed = action(Kind.CLOSED, 20, failures=of)
        return life_of(course, (closed, *more), is_quiet=False, is_healed=False).state

    assert with_close(of=("F-1", "F-2")) is IncidentState.CLOSED
    assert with_close(of=("F-1",)) is IncidentState.OPEN
    assert with_close(action(Kind.ACKNOWLEDGED, 5), of=("F-1",)) is IncidentState.ACKNOWLEDGED
    assert with_close(action(Kind.CLOSED, 5, failures=("F-1", "F-2")), of=("F-1",)) is IncidentState.CLOSED
    merge = action(Kind.MERGED, 10, incidents=("F-2",))
    assert with_close(merge, of=()) is IncidentState.OPEN
    assert with_close(merge, of=("F-1", "F-2")) is IncidentState.CLOSED


def test_what_is_reopened_by_hand_stays_open_until_it_is_closed_by_hand() -> None:
    reopened = action(Kind.REOPENED, 10)

    assert state(reopened, windows=ENDED, is_healed=True) is IncidentState.OPEN
    assert state(reopened, action(Kind.CLOSED, 5), windows=ENDED) is IncidentState.CLOSED
    assert state(action(Kind.REOPENED, 40), windows=ENDED, is_healed=True) is IncidentState.CLOSED


def test_a_flapping_failure_keeps_its_incident_open() -> None:
    flapping = (window(50, 45), window(30, 25))

    assert life(windows=flapping, is_healed=True).is_flapping
    assert state(windows=flapping, is_healed=True) is IncidentState.OPEN
    assert state(action(Kind.CLOSED, 5), windows=flapping) is IncidentState.CLOSED
    assert not life(windows=(window(90, 80), window(30, 25))).is_flapping


def test_an_acknowledgement_does_not_outlive_an_hour_without_a_failure() -> None:
    acknowledged = action(Kind.ACKNOWLEDGED, 200)

    assert state(acknowledged, windows=(window(210, 190), window(140))) is IncidentState.ACKNOWLEDGED
    assert state(acknowledged, windows=(window(210, 190), window(20))) is IncidentState.OPEN


def test_the_last_assignment_counts_and_words_are_notes() -> None:
    result = life(
        action(Kind.ASSIGNED, 9, assignee="ana"),
        action(Kind.ASSIGNED, 8, assignee="ben", note="you know it"),
        action(Kind.STEP_DONE, 7, playbook="p", step=2),
    )

    assert (result.assignee, result.version) == ("ben", 3)
    assert [each.note for each in result.notes] == ["you know it"]
    assert result.step_done("p", 2) is not None and result.step_done("p", 1) is None


def test_a_step_whose_report_was_taken_back_is_open_until_it_is_done_again() -> None:
    started = action(Kind.STEP_STARTED, 10, playbook="p", step=1)
    done, other = (action(Kind.STEP_DONE, 9, playbook="p", step=step) for step in (1, 2))
    undone = action(Kind.STEP_UNDONE, 8, playbook="p", step=1)
    again = action(Kind.STEP_DONE, 7, playbook="p", step=1)

    assert life(started, done, other, undone).step_done("p", 1) is None
    assert life(started, done, other, undone).step_done("p", 2) == other
    assert life(started, done, other, undone).step_started("p", 1) == started
    assert life(started, done, other, undone, again).step_done("p", 1) == again


def test_steps_that_were_done_before_it_recurred_do_not_count() -> None:
    done = action(Kind.STEP_DONE, 195, playbook="p", step=1)
    started = action(Kind.STEP_STARTED, 196, playbook="p", step=1)
    again = action(Kind.STEP_STARTED, 5, playbook="p", step=1)

    short_gap = life(started, done, windows=(window(200, 190), window(140)))
    long_gap = life(started, done, again, windows=(window(200, 190), window(20)))
    closed, reopened = action(Kind.CLOSED, 150), action(Kind.REOPENED, 149)
    after_close = life(started, done, closed, windows=(window(200, 190), window(140)))
    by_hand = life(started, done, closed, reopened, windows=(window(200),))

    assert short_gap.step_done("p", 1) == by_hand.step_done("p", 1) == done
    assert (long_gap.step_done("p", 1), long_gap.step_started("p", 1)) == (None, again)
    assert after_close.step_started("p", 1) is None
    assert [start_number(each, long_gap.actions) for each in (started, again)] == [1, 2]


def test_what_is_quiet_is_open_where_somebody_has_reopened_it() -> None:
    closed, reopened = action(Kind.CLOSED, 20), action(Kind.REOPENED, 10)

    assert state(closed, reopened, is_quiet=True) is IncidentState.OPEN
    assert state(closed, reopened, windows=(window(60, 30),), is_healed=True) is IncidentState.OPEN


def test_later_actions_do_not_count() -> None:
    later = IncidentAction(Kind.CLOSED, "F-1", NOW + HOUR)

    assert life(later).version == 0


@pytest.mark.parametrize(
    ("fields", "is_its"),
    [
        ({}, False),
        ({"incidents": ("F-1",)}, True),
        ({"failures": ("F-2",)}, True),
        ({"failures": ("x",)}, False),
    ],
)
def test_actions_that_name_its_failures_are_its_own(fields: dict[str, tuple[str, ...]], is_its: bool) -> None:
    other = IncidentAction(Kind.MERGED, "F-9", NOW, **fields)  # type: ignore[arg-type]

    assert bool(actions_of({"F-1", "F-2"}, [other])) is is_its
