"""Orders that were placed and have entered no step wait for their first step."""

import pytest

from graph_models.diagnosis import DiagnosisState
from graph_models.enums import Band, FailureClass
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, Question
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Takes, Transition
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.why import why
from tests.drawing import EIGHT, drawn, queue, step
from tests.laws.inputs import moment_of, store_of
from tests.listing import orders_of
from tests.worlds import Journey, World, ask

LAW = "20-smaller-cells"
NOON = moment_of("12:00")
OUTAGE = Failure(
    "supposed",
    "system:oms",
    FailureClass.OUTAGE,
    moment_of("11:30"),
    expected_end=moment_of("15:00"),
    is_supposed=True,
)
REPORT = (
    b'{"specversion": "1.0", "id": "f", "source": "/t", "type": "failure.reported",'
    b' "time": "2026-03-02T11:30:00Z", "data": {"failure": "F", "target": "system:oms",'
    b' "class": "outage", "expected_end": "2026-03-02T15:00:00Z"}}'
)


def test_orders_placed_during_an_outage_of_the_first_step_are_held() -> None:
    with blast_radius(store_of(LAW, "12:00", "events"), Question(suppose=(OUTAGE,)), NOON) as answer:
        rows = orders_of(answer)

    held = [row for row in rows if row.order.startswith("N")]
    assert len(held) == 20
    assert {(row.band, row.first_hit, row.hit_at) for row in held} == {
        (Band.STUCK, "step:w/a", moment_of("11:40"))
    }
    assert all(row.misses_promise for row in held)


def test_the_desk_says_what_holds_them() -> None:
    store = store_of(LAW, "12:00", "events")
    store.ingest([REPORT])

    diagnosis = why(store, "N1", NOON).diagnosis

    assert diagnosis.state is DiagnosisState.STUCK
    assert [cause.failure for cause in diagnosis.causes] == ["F"]
    assert "unknown" not in diagnosis.headline


# ---- since when, and until when

NINE: Millis = EIGHT + HOUR
TOPOLOGY = drawn(
    queue("hand", "oms", "wms"),
    step("take", takes=Takes(10 * MINUTE), then=(Transition("pick", "integration:hand"),)),
    step("pick", "wms", takes=Takes(20 * MINUTE)),
)


def placed(minutes_ago: int, target: str, begins: int, ends: int) -> AffectedOrder | None:
    """The impact on an order placed so long before nine, of an outage that begins and ends so many minutes
    after nine.
    """
    outage = Failure(
        "F", target, FailureClass.OUTAGE, NINE + begins * MINUTE, expected_end=NINE + ends * MINUTE
    )
    if ends < 0:
        outage = Failure(
            "F", target, FailureClass.OUTAGE, NINE + begins * MINUTE, ended_at=NINE + ends * MINUTE
        )
    journey = Journey("O", (), placed=NINE - minutes_ago * MINUTE)
    rows = orders_of(ask(World(TOPOLOGY, (outage,), (journey,), NINE)))
    return rows[0] if rows else None


@pytest.mark.parametrize(
    ("minutes_ago", "begins", "ends", "band", "hit"),
    [
        (20, -30, 60, Band.STUCK, -20),  # placed while the step is blocked: held ever since
        (20, -10, 60, Band.STUCK, -10),  # placed before: held since the step is blocked
        (20, 5, 60, Band.UPCOMING, 10),  # it enters now, and its completion is recorded in the outage
    ],
)
def test_it_waits_since_the_first_step_lets_nothing_in(
    minutes_ago: int, begins: int, ends: int, band: Band, hit: int
) -> None:
    row = placed(minutes_ago, "system:oms", begins, ends)

    assert row is not None
    assert (row.band, row.first_hit) == (band, "step:ship/take")
    assert abs(row.hit_at - (NINE + hit * MINUTE)) < 4 * MINUTE


def test_a_failure_that_ended_before_holds_it_no_longer() -> None:
    assert placed(20, "system:oms", -60, -30) is None


def test_a_failure_of_a_later_step_is_still_to_come() -> None:
    row = placed(2, "system:wms", -30, 240)

    assert row is not None
    assert (row.band, row.first_hit) == (Band.UPCOMING, "step:ship/pick")
