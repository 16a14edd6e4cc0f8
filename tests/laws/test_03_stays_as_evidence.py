"""An order that stays longer than its work can take is believed to be held by what may hold it."""

import pytest

from graph_models.enums import Band
from tests.laws.answers import affected
from tests.laws.inputs import store_of

LAW = "03-stuck-by-chance-not-believed"


@pytest.mark.parametrize("order", ["C", "Q"])
def test_the_longer_it_stays_the_surer_it_is(order: str) -> None:
    store = store_of(LAW, "13:00", "events")
    rows = [affected(store, as_of)[order] for as_of in ("11:05", "11:20", "11:40", "12:30")]
    found = [row.likelihood for row in rows]

    # Nineteen of twenty are done after twenty minutes: 0.2 / (0.2 + 0.8 * 0.05).
    assert found[:2] == [pytest.approx(0.2, abs=0.03), pytest.approx(0.83, abs=0.03)]
    assert min(found[2:]) > 0.98
    assert {row.band for row in rows[1:]} == {Band.STUCK}
