"""Answers over a store with the inputs of a law."""

from typing import Any

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, Question
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.blast_radius import blast_radius
from tests.laws.inputs import moment_of
from tests.listing import orders_of


def affected(store: EmbeddedStore, as_of: str, **question: Any) -> dict[str, AffectedOrder]:
    """Affected orders by bare key, as of a moment."""
    at = moment_of(as_of)
    with blast_radius(store, Question(as_of=at, **question), at) as answer:
        return {row.order: row for row in orders_of(answer)}


def supposed(failure_class: FailureClass, target: str, until: str, **figures: Any) -> Failure:
    """A supposed failure from 11:00 on."""
    return Failure(
        "supposed",
        target,
        failure_class,
        moment_of("11:00"),
        expected_end=moment_of(until),
        is_supposed=True,
        **figures,
    )
