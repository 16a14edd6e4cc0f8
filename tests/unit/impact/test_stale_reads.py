"""Several windows in which data is stale, and several decisions about one order: each that it read counts."""

from dataclasses import replace

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import HOUR, MINUTE
from graph_models.topology import Data, Takes, Topology, Transition
from tests.drawing import EIGHT, drawn, queue, step
from tests.listing import orders_of
from tests.worlds import Journey, World, ask

NOW = EIGHT + 2 * HOUR
SHORT, LONG = Takes(5 * MINUTE, 6 * MINUTE), Takes(30 * MINUTE, 33 * MINUTE)


def shop() -> Topology:
    """Sourcing reads the stock, tax reads the rates; what either does wrong comes to light at the pick."""
    stock = Data("stock", "oms", ("integration:feed",), 0, 0.3)
    rates = Data("rates", "oms", ("integration:rates",), 0, 0.5)
    return drawn(
        queue("feed", "wms", "oms"),
        queue("rates", "gov", "oms"),
        stock,
        rates,
        step(
            "source", "oms", reads=("data:stock",), surfaces_at="pick", takes=SHORT, then=(Transition("tax"),)
        ),
        step(
            "tax", "oms", reads=("data:rates",), surfaces_at="pick", takes=SHORT, then=(Transition("pick"),)
        ),
        step("pick", "wms", takes=LONG),
    )


def stale(key: str, integration: str, since: int, until: int) -> Failure:
    """Minutes before ten."""
    return Failure(
        key,
        f"integration:{integration}",
        FailureClass.OUTAGE,
        NOW - since * MINUTE,
        ended_at=NOW - until * MINUTE,
        drain=0,
    )


IN_PICK = Journey(
    "O-1", (("source", NOW - 20 * MINUTE), ("tax", NOW - 15 * MINUTE), ("pick", NOW - 10 * MINUTE))
)


def row(*failures: Failure) -> AffectedOrder | None:
    rows = orders_of(ask(World(shop(), failures, (IN_PICK,), NOW)))
    return rows[0] if rows else None


def likelihood(*failures: Failure) -> float:
    found = row(*failures)
    return found.likelihood if found is not None else 0.0


BEFORE, STOCK, RATES = (
    stale("BEFORE", "feed", 90, 60),
    stale("STOCK", "feed", 25, 12),
    stale("RATES", "rates", 25, 12),
)


def test_a_window_that_was_over_when_the_order_read_does_not_count() -> None:
    assert likelihood(BEFORE) == 0.0
    assert likelihood(BEFORE, STOCK) == likelihood(STOCK) == pytest.approx(0.3, abs=0.02)


def test_the_failure_whose_window_it_was_is_the_cause() -> None:
    found = row(BEFORE, STOCK)

    assert found is not None
    assert found.path.hops[0].source == "failure:STOCK"


def test_both_decisions_count() -> None:
    assert likelihood(RATES) == pytest.approx(0.5, abs=0.02)
    assert likelihood(STOCK, RATES) == pytest.approx(1 - 0.7 * 0.5, abs=0.03)


def test_what_two_decisions_spoil_is_done_once_more_together() -> None:
    """The steps since the earlier of them, once."""
    one, both = row(STOCK), row(STOCK, RATES)

    assert one is not None and both is not None
    assert one.expected_delay is not None and both.expected_delay is not None
    assert both.expected_delay <= one.expected_delay


def test_an_order_that_read_in_one_window_is_distinguished_from_one_that_read_in_the_other() -> None:
    journeys = tuple(
        replace(
            IN_PICK,
            order=f"O-{minutes}",
            stays=tuple((name, at - minutes * MINUTE) for name, at in IN_PICK.stays),
        )
        for minutes in (0, 1, 65)
    )
    rows = orders_of(ask(World(shop(), (BEFORE, STOCK), journeys, NOW)))

    causes = {each.order: each.path.hops[0].source for each in rows}
    assert (causes["O-0"], causes["O-1"], causes.get("O-65")) == (
        "failure:STOCK",
        "failure:STOCK",
        "failure:BEFORE",
    )
