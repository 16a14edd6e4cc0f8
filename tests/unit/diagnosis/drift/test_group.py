"""Findings that are told as one."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from graph_models.diagnosis import Drift, DriftKind
from graph_models.money import Money
from graph_models.time import HOUR
from impactgraph.diagnosis.drift import group_drift

NOON = 1_772_539_200_000
ONE = Drift(
    DriftKind.REJECTIONS, "location", "store-1", NOON, 0.01, 0.1, 1e-9, 40, (Money(Decimal("10.00"), "EUR"),)
)


def store(number: int, **more: object) -> Drift:
    return replace(ONE, value=f"store-{number}", **more)  # type: ignore[arg-type]


def test_the_same_at_several_places_is_one_with_all_that_is_behind_it() -> None:
    found = group_drift(
        [
            store(1),
            store(2, orders=50, after=0.3, p_value=1e-12),
            store(3, orders=1, since=NOON - HOUR, after=0.2),
        ]
    )

    assert len(found) == 1
    assert [each.value for each in found[0].members] == ["store-2", "store-1", "store-3"]
    assert (found[0].since, found[0].before, found[0].after, found[0].p_value, found[0].orders) == (
        NOON - HOUR,
        0.01,
        0.2,
        1e-12,
        91,
    )
    assert found[0].worth == (Money(Decimal("30.00"), "EUR"),)


def test_what_began_later_went_the_other_way_or_is_of_another_kind_stands_by_itself() -> None:
    others = [
        store(2, since=NOON + 3 * HOUR),
        store(3, after=0.001),
        replace(ONE, kind=DriftKind.REROUTES),
        replace(ONE, dimension="mode", value="bopis"),
    ]

    assert [len(group.members) for group in group_drift([ONE, *others])] == [1] * 5


drifts = st.builds(
    store,
    st.integers(1, 30),
    kind=st.sampled_from(DriftKind),
    dimension=st.sampled_from(["location", "mode"]),
    since=st.integers(0, 30).map(lambda hours: NOON + hours * HOUR),
    after=st.sampled_from([0.001, 0.1]),
    orders=st.integers(0, 100),
)


@given(st.lists(drifts, max_size=20, unique=True))
def test_each_finding_is_in_one_group_and_the_most_orders_come_first(found: list[Drift]) -> None:
    groups = group_drift(found)

    assert sorted((each for group in groups for each in group.members), key=repr) == sorted(found, key=repr)
    assert [group.orders for group in groups] == sorted((group.orders for group in groups), reverse=True)
    assert {
        (each.kind, each.dimension) == (group.kind, group.dimension)
        for group in groups
        for each in group.members
    } <= {True}
