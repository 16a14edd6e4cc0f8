"""A further failure does not hide what another one does."""

import pytest

from tests.laws.answers import affected
from tests.laws.inputs import store_of

LAW = "05-one-more-failure-hides-another"


def test_alone_one_doubles_thirty_orders_and_the_other_is_within_the_tolerance() -> None:
    store = store_of(LAW, "12:00", "events")

    assert len(affected(store, "12:00", failures=("DUP",))) == 30
    assert not affected(store, "12:00", failures=("LAT",))


@pytest.mark.parametrize("failures", [("DUP", "LAT"), ("LAT", "DUP"), ()])
def test_together_they_affect_the_thirty(failures: tuple[str, ...]) -> None:
    rows = affected(store_of(LAW, "12:00", "events"), "12:00", failures=failures)

    assert len(rows) == 30
    assert {row.effect.value for row in rows.values()} == {"DUPLICATED"}
