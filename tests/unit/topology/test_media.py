"""Webhooks, topics and managed file transfers in a topology, and what an outage does to them."""

import pytest

from graph_models.enums import Effect, FailureClass, Medium, Transport
from graph_models.failure import Failure
from graph_models.time import HOUR, MINUTE
from graph_models.topology import Integration
from impactgraph.topology.load import CheckedDocuments, check_documents
from tests.drawing import EIGHT, hit

SHOP = """\
impactgraph: 1
systems: {{oms: {{}}, wms: {{}}}}
integrations:
  ship: {{from: oms, to: wms, {rest}}}
"""


def checked(rest: str) -> CheckedDocuments:
    return check_documents({"shop.yaml": SHOP.format(rest=rest)})


def integration(rest: str) -> Integration:
    found = checked(rest)
    assert found.topology is not None, found.errors
    return found.topology.integrations["ship"]


@pytest.mark.parametrize(
    ("word", "medium", "transport"),
    [
        ("webhook", Medium.WEBHOOK, Transport.QUEUE),
        ("topic", Medium.TOPIC, Transport.STREAM),
        ("file_transfer", Medium.FILE_TRANSFER, Transport.FILE),
        ("queue", None, Transport.QUEUE),
    ],
)
def test_a_medium_behaves_like_a_transport_and_keeps_its_name(
    word: str, medium: Medium | None, transport: Transport
) -> None:
    ship = integration(f"transport: {word}")

    assert (ship.medium, ship.transport, ship.declared_transport) == (medium, transport, word)


def test_a_topic_has_partitions() -> None:
    assert integration("transport: topic, partitions: 12").partitions == 12


@pytest.mark.parametrize(
    ("rest", "warning"),
    [
        ("transport: queue, partitions: 3", "`partitions` is not used: only a topic has them."),
        ("transport: webhook", "without it what a webhook sends in an outage is lost."),
        ("transport: webhook, dead_letter: q", "in an outage goes to its dead-letter queue."),
        ("transport: webhook, retry: {for: 1h}, buffer: {capacity: 5}", "`buffer` is not used"),
        ("transport: file_transfer", "without it a file transfer counts as leaving at once."),
    ],
)
def test_what_a_medium_does_not_use_or_needs_is_a_warning(rest: str, warning: str) -> None:
    found = checked(rest)

    assert any(warning in each.message for each in found.warnings), found.warnings


def test_a_webhook_loses_what_it_is_not_tried_again_for() -> None:
    found = checked("transport: webhook, retry: {attempts: 9, backoff: 5m, for: 30m}").topology
    assert found is not None
    outage = Failure("F-1", "system:wms", FailureClass.OUTAGE, EIGHT, expected_end=EIGHT + 2 * HOUR)

    impairments = hit(found, outage).by_element["integration:ship"]

    rejected = next(each for each in impairments if each.effect is Effect.REJECTED)
    held = next(each for each in impairments if each.effect is Effect.BLOCKED)
    assert rejected.lost and rejected.until == held.until - 40 * MINUTE
    assert held.detail == "integration ship is a webhook: its sender tries again until the end"
    assert rejected.detail == "integration ship is tried again for 40 min: one that waits longer is lost"


def test_a_webhook_without_retry_loses_all_that_is_sent_in_an_outage() -> None:
    found = checked("transport: webhook").topology
    assert found is not None
    outage = Failure("F-1", "system:wms", FailureClass.OUTAGE, EIGHT, expected_end=EIGHT + 2 * HOUR)

    impairments = hit(found, outage).by_element["integration:ship"]

    rejected = next(each for each in impairments if each.effect is Effect.REJECTED)
    assert (rejected.since, rejected.until) == (EIGHT, EIGHT + 2 * HOUR)
