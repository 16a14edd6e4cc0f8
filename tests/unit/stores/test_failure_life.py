"""Every transition in the life of a failure, and that the order of arrival does not matter."""

import json
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.failure import Failure
from graph_models.time import HOUR, MINUTE, Millis, moment
from impactgraph.ingest.events import FailureEvent
from impactgraph.ingest.read import read_event
from impactgraph.stores.state.event_kinds import KINDS
from impactgraph.stores.state.failure_life import FailureChange, failure_life
from impactgraph.stores.state.failures import fold_failures

NOON: Millis = 1_772_452_800_000
MOMENTS = ("started_at", "ended_at", "expected_end")
Said = tuple[str, int, dict[str, Any]]
"""Type after `failure.`, time in minutes after noon, and data; moments in data are minutes after noon."""


def report(at: int, **more: Any) -> Said:
    return "reported", at, {"target": "system:pay", "class": "outage", **more}


def update(at: int, **more: Any) -> Said:
    return "updated", at, more


def resolve(at: int, **more: Any) -> Said:
    return "resolved", at, more


def changes_of(said: Sequence[Said]) -> list[FailureChange]:
    changes: list[FailureChange] = []
    for number, (kind, at, data) in enumerate(said):
        fields = {
            name: text(value) if name in MOMENTS and value is not None else value
            for name, value in data.items()
        }
        line = {
            "specversion": "1.0", "id": str(number), "source": "/t", "type": f"failure.{kind}",
            "time": text(at), "data": {"failure": "F", **fields},
        }  # fmt: skip
        event, _ = read_event(json.dumps(line).encode())
        assert isinstance(event, FailureEvent)
        changes.append(
            FailureChange(event.millis, event.source, event.id, KINDS[event.type], event.data, number)
        )
    return changes


def text(minutes: int) -> str:
    return moment(NOON + minutes * MINUTE).isoformat()


def spans(failure: Failure) -> list[tuple[int, int | None]]:
    """(start, end) of each episode, in minutes after noon."""

    def minutes(at: Millis | None) -> int | None:
        return None if at is None else (at - NOON) // MINUTE

    return [((each.started_at - NOON) // MINUTE, minutes(each.ended_at)) for each in failure.episodes]


TRANSITIONS: list[tuple[str, list[Said], list[tuple[int, int | None]], list[int]]] = [
    ("nothing -> active", [report(1)], [(1, None)], []),
    ("nothing -> active, began before", [report(5, started_at=1)], [(1, None)], []),
    ("nothing -> announced", [report(1, started_at=60)], [(60, None)], []),
    ("nothing -> ended", [report(9, started_at=1, ended_at=5)], [(1, 5)], []),
    ("nothing -> waiting for its report", [resolve(20)], [], []),
    ("waiting -> ended", [resolve(20), report(30, started_at=1)], [(1, 20)], []),
    ("waiting -> active: another one", [resolve(20), report(30)], [(30, None)], []),
    ("active -> active: reported again", [report(1), report(5)], [(1, None)], []),
    ("active -> active: updated", [report(1), update(5, severity="critical")], [(1, None)], []),
    ("active -> active: its start corrected", [report(5), update(9, started_at=1)], [(1, None)], []),
    ("active -> ended", [report(1), resolve(20)], [(1, 20)], []),
    ("active -> ended, as stated", [report(1), resolve(20, ended_at=15)], [(1, 15)], []),
    ("active -> its end is known", [report(1), update(5, ended_at=60)], [(1, 60)], []),
    ("its end is known -> ended earlier", [report(1, ended_at=60), resolve(20)], [(1, 20)], []),
    ("its end is known -> unknown", [report(1, ended_at=60), update(9, ended_at=None)], [(1, None)], []),
    ("announced -> called off", [report(1, started_at=60), resolve(20)], [(60, 60)], []),
    ("called off -> announced", [report(1, started_at=60), resolve(20), report(30, started_at=60)],
     [(60, 60), (60, None)], []),
    ("ended -> ended: resolved again", [report(1), resolve(20), resolve(40)], [(1, 20)], []),
    ("ended -> ended: its end corrected", [report(1), resolve(20), resolve(40, ended_at=25)], [(1, 25)], []),
    ("ended -> ended: reported again", [report(1), resolve(20), report(40, started_at=1)], [(1, 20)], []),
    ("ended -> active: not over after all", [report(1), resolve(20), update(40, ended_at=None)],
     [(1, None)], []),
    ("ended -> active: a new episode", [report(1), resolve(20), report(40)], [(1, 20), (40, None)], []),
    ("ended -> active: began before its report", [report(1), resolve(20), report(40, started_at=39)],
     [(1, 20), (39, None)], []),
    ("a new episode -> ended", [report(1), resolve(20), report(40), resolve(50)], [(1, 20), (40, 50)], []),
    ("an end before the start", [report(20), resolve(30, ended_at=10)], [(20, None)], [1]),
    ("an end before the start, in an update", [report(20), update(30, ended_at=10)], [(20, None)], [1]),
    ("an expected end before the start", [report(20), update(30, expected_end=10)], [(20, None)], [1]),
    ("a start after the end", [report(1), resolve(20), update(40, started_at=30)], [(1, 20)], [2]),
    ("a start and an end after the end", [report(1), resolve(20), update(40, started_at=30, ended_at=35)],
     [(30, 35)], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "expected", "refused"), [each[1:] for each in TRANSITIONS], ids=[each[0] for each in TRANSITIONS]
)
def test_transition(said: list[Said], expected: list[tuple[int, int | None]], refused: list[int]) -> None:
    changes = changes_of(said)

    for arrived in permutations(changes):
        failures = fold_failures(arrived)
        contradictions = failure_life(arrived).contradictions

        assert [span for failure in failures for span in spans(failure)] == expected
        assert [change.seq for change, _ in contradictions] == refused


def test_a_new_episode_knows_only_what_its_report_says() -> None:
    said = [report(1, severity="critical", expected_end=30), update(2, summary="x"), resolve(20), report(40)]

    (failure,) = fold_failures(changes_of(said))

    assert (failure.severity.value, failure.expected_end, failure.summary) == ("ERROR", None, "")
    assert failure.reported_at == NOON + 40 * MINUTE
    (former,) = failure.former_episodes
    assert (former.severity.value, former.summary) == ("CRITICAL", "x")


def test_an_update_narrows_the_scope_from_then_on() -> None:
    changes = changes_of([report(1), update(9, scope={"regions": ["emea"]})])

    (before,) = fold_failures(changes, NOON + 5 * MINUTE)
    (after,) = fold_failures(changes)

    assert (before.scope.limits, after.scope.limits) == ((), (("regions", ("emea",)),))


def test_a_past_moment_shows_the_episode_of_then() -> None:
    changes = changes_of([report(1), resolve(20), report(40)])

    def at(minutes: int) -> list[tuple[int, int | None]]:
        (failure,) = fold_failures(changes, NOON + minutes * MINUTE)
        return spans(failure)

    assert [at(10), at(30), at(50)] == [[(1, None)], [(1, 20)], [(1, 20), (40, None)]]


MINUTES = st.integers(0, 12)


@st.composite
def told(draw: st.DrawFn) -> Said:
    fields = {
        name: draw(st.none() | MINUTES) if name != "started_at" else draw(MINUTES)
        for name in draw(st.sets(st.sampled_from(MOMENTS), max_size=2))
    }
    return draw(st.sampled_from([report, update, resolve]))(draw(MINUTES), **fields)


@given(st.lists(told(), max_size=8), st.randoms(use_true_random=False))
def test_any_order_of_arrival_folds_to_the_same_failure(said: list[Said], random: Any) -> None:
    changes = changes_of(said)
    shuffled = random.sample(changes, len(changes))

    assert fold_failures(shuffled) == fold_failures(changes)
    assert failure_life(shuffled) == failure_life(changes)


@given(st.lists(told(), max_size=8))
def test_no_episode_ends_before_it_starts_or_starts_before_the_one_before_it_ended(said: list[Said]) -> None:
    for failure in fold_failures(changes_of(said)):
        for each in failure.episodes:
            assert each.ended_at is None or each.ended_at >= each.started_at
        for earlier in failure.former_episodes:
            assert earlier.ended_at is not None


@given(st.lists(told(), max_size=8), MINUTES)
def test_what_comes_later_does_not_change_what_was_known(said: list[Said], minute: int) -> None:
    at = NOON + minute * MINUTE
    known = [each for each in said if each[1] <= minute]

    then = [spans(failure) for failure in fold_failures(changes_of(said), at)]
    assert then == [spans(failure) for failure in fold_failures(changes_of(known))]


@given(st.lists(told(), max_size=8))
def test_events_that_contradict_the_life_change_nothing(said: list[Said]) -> None:
    changes = changes_of(said)
    refused = {change.seq for change, _ in failure_life(changes).contradictions}
    applied = [change for change in changes if change.seq not in refused]

    assert fold_failures(applied) == fold_failures(changes)
    assert not failure_life(applied).contradictions


def test_a_known_end_in_the_future_leaves_it_active_until_then() -> None:
    (failure,) = fold_failures(changes_of([report(1, ended_at=60)]))

    assert [failure.active_at(NOON + at) for at in (0, 30 * MINUTE, HOUR)] == [False, True, False]
