"""An answer that did not follow everything says so."""

import pytest

from graph_models.topology import Topology, Transition
from impactgraph.impact.blast_radius import BlastRadius
from tests.drawing import EIGHT, HOUR, MINUTE, call, drawn, failure, step
from tests.worlds import Journey, World, ask

CHAIN: Topology = drawn(
    call("hand", "oms", "wms"),
    call("book", "wms", "erp"),
    step("release", then=(Transition("pick", "integration:hand"),)),
    step("pick", "wms"),
)
"""wms fails: the hand-off to it, its own step, and what it books."""
WORLD = World(
    CHAIN, (failure("system:wms"),), (Journey("O-1", (("release", EIGHT + 55 * MINUTE),)),), EIGHT + HOUR
)
ELEMENTS = {"system:wms", "integration:hand", "integration:book", "step:ship/pick"}


@pytest.fixture
def limited() -> BlastRadius:
    return ask(WORLD, limit=1)


def impaired(answer: BlastRadius) -> set[str]:
    return {found.element for found in answer.elements()}


def test_an_answer_without_a_limit_is_complete() -> None:
    answer = ask(WORLD)

    assert (answer.complete, answer.frontier) == (True, ())
    assert impaired(answer) == ELEMENTS


def test_a_limited_answer_is_not_complete(limited: BlastRadius) -> None:
    assert not limited.complete
    assert impaired(limited) == {"system:wms"}


def test_a_limited_answer_names_what_it_did_not_follow(limited: BlastRadius) -> None:
    assert set(limited.frontier) == ELEMENTS - {"system:wms"}
    assert any("not complete" in assumption for assumption in limited.assumptions)


def test_an_answer_that_needed_no_more_than_the_limit_is_complete() -> None:
    answer = ask(WORLD, limit=len(ELEMENTS))

    assert answer.complete
    assert answer.totals == ask(WORLD).totals
    assert answer.totals.orders == 1
