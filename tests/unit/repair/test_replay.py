"""The replay list on drawn worlds."""

import pytest

from graph_models.enums import FailureClass, RecordKind
from graph_models.failure import Failure
from graph_models.repair import ReplayItem, ReplayReason
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Emission, Integration, Takes, Topology, Transition
from impactgraph.repair.replay import replay_groups, replay_items
from tests.drawing import EIGHT, drawn, queue, step
from tests.worlds import Came, Erred, Journey, World, ask

NINE: Millis = EIGHT + HOUR
INVOICE = Came(RecordKind.POSTING, "invoice", EIGHT + 16 * MINUTE, 100_000_000)
WAITING = Journey("WAITING", (("take", EIGHT + 5 * MINUTE),), came=(INVOICE,))
"""Its invoice shows that it has finished its step, and it was not handed over."""
GONE = Journey("GONE", (("take", EIGHT + 5 * MINUTE), ("pick", EIGHT + 16 * MINUTE)))
"""It went on, and its invoice has not come."""


def shop(*links: Integration) -> Topology:
    given = {link.key: link for link in links}
    hand = given.get("hand") or queue("hand", "oms", "wms", dead_letter="hand.dlq")
    book = given.get("book") or queue("book", "oms", "erp", dead_letter="book.dlq")
    return drawn(
        hand,
        book,
        step(
            "take",
            takes=Takes(10 * MINUTE, 12 * MINUTE),
            then=(Transition("pick", "integration:hand"),),
            emits=(Emission(RecordKind.POSTING, "invoice", "integration:book", HOUR, amount=1.0),),
        ),
        step("pick", "wms", takes=Takes(4 * HOUR, 5 * HOUR)),
    )


def ended(target: str, what: FailureClass = FailureClass.SCHEMA_MISMATCH) -> Failure:
    return Failure("F", target, what, EIGHT, ended_at=EIGHT + 30 * MINUTE)


def items(topology: Topology, failure: Failure, *journeys: Journey) -> tuple[ReplayItem, ...]:
    return replay_items(ask(World(topology, (failure,), journeys, NINE), min_likelihood=0.05))


def test_an_order_that_was_refused_is_sent_again_from_the_queue_of_its_hand_over() -> None:
    (item,) = items(shop(), ended("integration:hand"), WAITING)

    assert (item.order, item.kind, item.type) == ("WAITING", None, "step:ship/take")
    assert (item.system, item.integration, item.queue) == ("system:oms", "integration:hand", "hand.dlq")
    assert item.reason is ReplayReason.REJECTED
    assert item.takes == "Correct the message, then send it again from the dead-letter queue hand.dlq."
    assert EIGHT < item.since < NINE


def test_a_posting_that_was_refused_has_its_amount() -> None:
    (item,) = items(shop(), ended("integration:book"), GONE)

    assert (item.kind, item.type, item.queue) == (RecordKind.POSTING, "invoice", "book.dlq")
    assert item.value is not None and (item.value.amount, item.value.currency) == (100, "EUR")


def test_an_item_vanishes_when_its_event_comes() -> None:
    invoice = Came(RecordKind.POSTING, "invoice", EIGHT + 50 * MINUTE, 100_000_000)
    with_invoice = Journey("GONE", GONE.stays, came=(invoice,))

    assert items(shop(), ended("integration:book"), with_invoice) == ()


def test_a_dead_letter_is_sent_again_as_it_is() -> None:
    error = Erred("take", EIGHT + 20 * MINUTE, "integration:hand", "DEAD_LETTERED")
    dead = Journey("DEAD", (("take", EIGHT + 5 * MINUTE),), errors=(error,))

    (item,) = items(shop(), ended("integration:hand", FailureClass.OUTAGE), dead)

    assert item.reason is ReplayReason.DEAD_LETTERED
    assert item.takes == "Send it again from the dead-letter queue hand.dlq."


def test_what_is_lost_is_sent_again_by_its_system() -> None:
    lossy = shop(queue("book", "oms", "erp"))

    (item,) = items(lossy, ended("integration:book"), GONE)

    assert (item.reason, item.queue) == (ReplayReason.LOST, None)
    assert item.takes == "Have system oms send it again: no queue has it."


def test_what_waits_in_a_queue_comes_by_itself() -> None:
    lasting = Failure("F", "integration:hand", FailureClass.OUTAGE, EIGHT, expected_end=NINE + HOUR)

    assert items(shop(), lasting, WAITING) == ()


def test_what_is_not_refused_yet_is_not_on_the_list() -> None:
    lasting = Failure("F", "integration:book", FailureClass.SCHEMA_MISMATCH, EIGHT, expected_end=NINE + HOUR)
    begun = Journey("BEGUN", (("take", NINE - MINUTE),))

    assert items(shop(), lasting, begun) == ()


def test_groups_add_up_to_the_items() -> None:
    left = items(shop(), ended("system:oms"), WAITING, GONE)
    left += items(shop(), ended("integration:hand"), WAITING)
    left += items(shop(), ended("integration:book"), GONE)

    groups = replay_groups(left, left[:1])

    assert sum(group.left for group in groups) == len(left) >= 2
    assert sum(group.done for group in groups) == 1
    assert sum(money.amount for group in groups for money in group.value) == sum(
        item.value.amount for item in left if item.value is not None
    )


@pytest.mark.parametrize("what", [FailureClass.SCHEMA_MISMATCH, FailureClass.BUSINESS_RULE])
def test_why_is_a_sentence(what: FailureClass) -> None:
    (item,) = items(shop(), ended("integration:hand", what), WAITING)

    assert item.why == "integration hand refused it by a schema or a business rule."
