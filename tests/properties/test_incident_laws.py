"""Laws of the work on incidents: merges and splits, states, and the moments that they are seen at."""

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from graph_models.incident_life import IncidentState
from graph_models.incidents import Alert, Incident
from graph_models.journal import IncidentAction, IncidentActionKind
from graph_models.time import FOREVER, MINUTE
from impactgraph.operations.grouping import constrained
from impactgraph.operations.lifecycle import Course, Episode, life_of

Kind = IncidentActionKind
KEYS = tuple("abcdefgh")
LATEST = 20
Partition = list[list[str]]


def alert(key: str) -> Alert:
    return Alert(key, f"system:{key}", KEYS.index(key))


def incident(alerts: Sequence[Alert]) -> Incident:
    ordered = sorted(alerts, key=lambda each: (each.started_at, each.key))
    return Incident(ordered[0].key, tuple(ordered), (), 1.0)


@st.composite
def partitions(draw: st.DrawFn) -> list[Incident]:
    places = draw(st.lists(st.integers(0, 4), min_size=len(KEYS), max_size=len(KEYS)))
    groups: dict[int, list[Alert]] = {}
    for key, place in zip(KEYS, places, strict=True):
        groups.setdefault(place, []).append(alert(key))
    return [incident(each) for each in groups.values()]


keys = st.sampled_from(KEYS)
merges = st.builds(
    lambda at, key, others: IncidentAction(Kind.MERGED, key, at, incidents=tuple(others)),
    st.integers(0, LATEST),
    keys,
    st.lists(keys, min_size=1, max_size=3),
)
splits = st.builds(
    lambda at, key, others: IncidentAction(Kind.SPLIT, key, at, failures=tuple(others)),
    st.integers(0, LATEST),
    keys,
    st.lists(keys, min_size=1, max_size=3),
)
histories = st.lists(st.one_of(merges, splits), max_size=6).map(
    lambda each: sorted(each, key=lambda action: action.at)
)


def groups(incidents: Sequence[Incident]) -> set[frozenset[str]]:
    return {frozenset(each.key for each in one.alerts) for one in incidents}


def group_of(incidents: Sequence[Incident], key: str) -> frozenset[str]:
    return next(each for each in groups(incidents) if key in each)


@given(partitions(), histories)
def test_each_failure_is_in_exactly_one_incident_whatever_was_merged_and_split(
    correlated: list[Incident], history: list[IncidentAction]
) -> None:
    result = constrained(correlated, history, incident)

    assert sorted(each.key for one in result for each in one.alerts) == sorted(KEYS)


@given(partitions(), histories, keys, keys)
def test_what_was_merged_last_is_one_incident(
    correlated: list[Incident], history: list[IncidentAction], one: str, other: str
) -> None:
    merge = IncidentAction(Kind.MERGED, one, LATEST, incidents=(other,))

    assert other in group_of(constrained(correlated, [*history, merge], incident), one)


@given(partitions(), histories, keys, keys)
def test_what_was_split_last_is_not_in_the_incident(
    correlated: list[Incident], history: list[IncidentAction], one: str, other: str
) -> None:
    split = IncidentAction(Kind.SPLIT, one, LATEST, failures=(other,))

    assert one == other or other not in group_of(constrained(correlated, [*history, split], incident), one)


@given(partitions(), histories, keys, keys)
def test_a_merge_and_then_a_split_give_back_what_was(
    correlated: list[Incident], history: list[IncidentAction], one: str, other: str
) -> None:
    before = constrained(correlated, history, incident)
    others = group_of(before, other)
    merge = IncidentAction(Kind.MERGED, one, LATEST, incidents=(other,))
    split = IncidentAction(Kind.SPLIT, one, LATEST, failures=tuple(others))

    after = constrained(correlated, [*history, merge, split], incident)

    assert groups(after) == groups(before)


@given(partitions(), histories, keys)
def test_what_begins_after_a_split_goes_with_those_that_it_belongs_to(
    correlated: list[Incident], history: list[IncidentAction], one: str
) -> None:
    """Where the correlation has it only with those that left, it leaves, too."""
    early = {key for key in KEYS if alert(key).started_at <= 3}
    others = [each for each in groups(correlated) if one not in each and each & early]
    for group in others:
        merge = IncidentAction(Kind.MERGED, one, 3, incidents=(next(iter(group & early)),))
        split = IncidentAction(Kind.SPLIT, one, 3, failures=tuple(group & early))
        if one in early:
            assert groups(constrained(correlated, [merge, split], incident)) == groups(correlated)


actions = st.lists(
    st.builds(
        lambda kind, at: IncidentAction(kind, "a", at * MINUTE),
        st.sampled_from([Kind.ACKNOWLEDGED, Kind.MITIGATED, Kind.CLOSED, Kind.REOPENED, Kind.NOTED]),
        st.integers(0, 300),
    ),
    max_size=6,
).map(lambda each: sorted(each, key=lambda action: action.at))
windows = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 100)), min_size=1, max_size=4).map(
    lambda each: [Episode(since * MINUTE, (since + length) * MINUTE) for since, length in sorted(each)]
)


def state(
    windows: Sequence[Episode], history: Sequence[IncidentAction], at: int, **facts: bool
) -> IncidentState:
    course = Course({"a": windows}, at * MINUTE)
    return life_of(course, history, **({"is_quiet": False, "is_healed": False} | facts)).state


@given(windows, actions, st.integers(0, 400), st.booleans(), st.booleans())
def test_a_past_moment_shows_the_state_of_then(
    spans: list[Episode], history: list[IncidentAction], at: int, quiet: bool, healed: bool
) -> None:
    until_then = [Episode(each.since, each.until if each.until <= at * MINUTE else FOREVER) for each in spans]
    known = [each for each in until_then if each.since <= at * MINUTE]
    facts = {"is_quiet": quiet, "is_healed": healed}

    assert state(spans, history, at, **facts) == state(
        known, [each for each in history if each.at <= at * MINUTE], at, **facts
    )


@given(windows, actions, st.integers(0, 400))
def test_what_is_closed_by_hand_is_closed_whatever_is_left(
    spans: list[Episode], history: list[IncidentAction], at: int
) -> None:
    closed = [
        *(each for each in history if each.at <= at * MINUTE),
        IncidentAction(Kind.CLOSED, "a", at * MINUTE),
    ]

    assert state(spans, closed, at) is IncidentState.CLOSED


@given(windows, actions, st.integers(0, 400))
def test_what_needs_an_action_is_never_closed_by_itself(
    spans: list[Episode], history: list[IncidentAction], at: int
) -> None:
    by_hand = [each for each in history if each.kind is not Kind.CLOSED]

    assert state(spans, by_hand, at, is_healed=False) is not IncidentState.CLOSED


@given(windows, actions, st.integers(0, 99))
def test_the_order_in_which_failures_came_does_not_matter(
    spans: list[Episode], history: list[IncidentAction], seed: int
) -> None:
    shuffled = [*spans]
    Random(seed).shuffle(shuffled)

    assert state(shuffled, history, 350) == state(spans, history, 350)
