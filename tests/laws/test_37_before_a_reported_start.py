"""An outage may have begun some minutes before its reported start: an order that came then, and stays for
longer than its work can take, is believed to be held by it.
"""

from typing import cast

import pytest

from graph_models.diagnosis import DiagnosisState
from graph_models.enums import Band, FailureClass
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.ports.store import Store
from tests.asking import cases_of
from tests.drawing import EIGHT
from tests.laws.shops import shop
from tests.listing import orders_of
from tests.worlds import Journey, SmallStore, World, ask

ENDS = EIGHT + 90 * MINUTE


def world(entered: float, *, now: Millis, left: Millis | None = None) -> World:
    """An order that came so many minutes after the reported start to a step of ten minutes."""
    failure = Failure("F", "integration:pay", FailureClass.OUTAGE, EIGHT, expected_end=ENDS)
    if now > ENDS:
        failure = Failure("F", "integration:pay", FailureClass.OUTAGE, EIGHT, ended_at=ENDS)
    stays = (("release", EIGHT + round(entered * MINUTE)), *([("pick", left)] if left else []))
    return World(shop(), (failure,), (Journey("O", stays),), now)


def row(asked: World, **question: object) -> AffectedOrder | None:
    rows = orders_of(ask(asked, **question))
    return rows[0] if rows else None


def likelihood(entered: float, minutes: int) -> float:
    """Of an order in its step, so many minutes after its entry."""
    at = EIGHT + round((entered + minutes) * MINUTE)
    found = row(world(entered, now=at))
    return found.likelihood if found else 0.0


def test_the_longer_it_stays_the_surer_it_is_held() -> None:
    found = [likelihood(-5, minutes) for minutes in (8, 11, 13, 14, 15, 20, 60)]

    assert found[:2] == [0.0, 0.0]
    assert found == sorted(found)
    assert 0.0 < found[3] < 0.9 < found[-1]


@pytest.mark.parametrize(("entered", "is_held"), [(-9, True), (-1, True), (-11, False), (-60, False)])
def test_only_what_came_some_minutes_before_is_held(entered: float, is_held: bool) -> None:
    assert (likelihood(entered, 75) > 0.9) is is_held


def test_blast_radius_and_desk_agree_on_it() -> None:
    asked = world(-5, now=EIGHT + HOUR)
    found = row(asked)
    case = cases_of(cast(Store, SmallStore(asked)), ("O",), asked.as_of)["O"].diagnosis

    assert found is not None
    assert (found.band, found.hit_at) == (Band.STUCK, EIGHT)
    assert case.state is DiagnosisState.STUCK
    assert "since 16:00" in case.headline
    assert [cause.failure for cause in case.causes] == ["F"]


@pytest.mark.parametrize(
    ("left", "is_held"),
    [(EIGHT + 6 * MINUTE, False), (EIGHT + HOUR, False), (ENDS + 12 * MINUTE, True), (ENDS + HOUR, False)],
    ids=["in time", "during the outage", "as what was held", "long after it"],
)
def test_a_visit_that_ended_as_if_it_was_held_was_held(left: Millis, is_held: bool) -> None:
    found = row(world(-5, now=ENDS + 2 * HOUR, left=left))

    assert (found is not None) is is_held
    assert found is None or (found.band, found.hit_at) == (Band.EXPOSED, EIGHT)


def test_a_supposed_outage_begins_when_it_is_supposed_to() -> None:
    asked = world(-5, now=EIGHT + HOUR)
    supposed = Failure(
        "S", "integration:pay", FailureClass.OUTAGE, EIGHT, expected_end=ENDS, is_supposed=True
    )

    assert row(asked.with_failures(), failures=(), suppose=(supposed,)) is None
