"""Trouble in what messages say: orders sent twice, incomplete ones, stock figures that differ, errors that say the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import PayloadFinding, PayloadKind
from graph_models.orders import ANY_ORDER, OrderFilter, Page
from graph_models.time import DAY, Millis
from graph_models.topology import Topology
from impactgraph.columns import Columns
from impactgraph.diagnosis.payload import (
    find_duplicates,
    find_error_templates,
    find_incomplete,
    find_stock_differences,
)
from impactgraph.errors import BadInputError
from impactgraph.impact.filters import order_mask
from impactgraph.impact.membership import Membership
from impactgraph.ports.store import Store
from impactgraph.propagation import FailureGraph, propagate
from impactgraph.usecases.orders import asks_for_impact, current_topology
from impactgraph.usecases.pages import Key, check_first, page
from impactgraph.usecases.validation import check_filter

ERRORS_OF: Millis = 7 * DAY
"""How far back errors are looked at."""
_ORDER = tuple(PayloadKind)


@dataclass(frozen=True, slots=True)
class PayloadsQuestion:
    """Any value within a field, all fields across; None is not restricted."""

    where: OrderFilter = ANY_ORDER
    kinds: tuple[PayloadKind, ...] | None = None
    as_of: Millis | None = None


def list_payload_findings(
    store: Store, asked: PayloadsQuestion, now: Millis, first: int | None = None, after: str | None = None
) -> Page[PayloadFinding]:
    """By kind, the most first. Raises BadInputError for a bad page or filter, NotFoundError where the filter names what there is not."""
    check_first(first)
    return page(find_payload_findings(store, asked, now), _key, first=first, after=after)


def find_payload_findings(store: Store, asked: PayloadsQuestion, now: Millis) -> list[PayloadFinding]:
    """All of them, in the same order.

    Stock figures are of no order: of the filter only locations and regions apply to them, and any other field leaves them out.
    """
    at = now if asked.as_of is None else asked.as_of
    if asks_for_impact(asked.where):
        raise BadInputError(
            "where.bands, effects and willMissPromise are of orders that a failure hits. Ask for payloads without them."
        )
    topology = current_topology(store, asked.as_of)
    check_filter(store, topology, asked.where)
    with store.columns(asked.as_of) as columns:
        among = _among(columns, topology, asked.where)
        found = [
            finding
            for kind in asked.kinds or _ORDER
            for finding in _of_kind(store, kind, topology, columns, among, asked, at)
        ]
    return sorted(found, key=_key)


def _of_kind(
    store: Store,
    kind: PayloadKind,
    topology: Topology,
    columns: Columns,
    among: NDArray[np.bool_],
    asked: PayloadsQuestion,
    at: Millis,
) -> Sequence[PayloadFinding]:
    match kind:
        case PayloadKind.DUPLICATE_ORDER:
            return find_duplicates(columns, among)
        case PayloadKind.INCOMPLETE:
            return find_incomplete(columns, among, at)
        case PayloadKind.ERROR_TEMPLATE:
            return find_error_templates(
                topology, columns, store.error_texts(at - ERRORS_OF, asked.as_of), among
            )
        case PayloadKind.STOCK_DIFFERENCE:
            return list(_stock(store, topology, asked, at))


def _stock(store: Store, topology: Topology, asked: PayloadsQuestion, at: Millis) -> Iterator[PayloadFinding]:
    where = asked.where
    if replace(where, locations=None, regions=None) != ANY_ORDER:
        return
    figures = store.differing_stock(asked.as_of)
    if not figures:
        return
    failures = [failure for failure in store.failures(asked.as_of) if failure.started_at <= at]
    impairments = propagate(
        FailureGraph.of(topology), failures, recovery=lambda failure: failure.ended_at or at
    )
    for finding in find_stock_differences(topology, figures, impairments):
        place = topology.locations.get(finding.key["location"])
        if where.locations is not None and finding.key["location"] not in where.locations:
            continue
        if where.regions is not None and (place is None or place.region not in where.regions):
            continue
        yield finding


def _among(columns: Columns, topology: Topology, where: OrderFilter) -> NDArray[np.bool_]:
    """By row of an order: whether a fulfillment of it is asked for."""
    keep = order_mask(columns, Membership(columns, topology), where)
    if keep is None:
        return np.ones(len(columns.orders), bool)
    among = np.zeros(len(columns.orders), bool)
    rows = np.arange(len(columns.fulfillments), dtype=np.int32)
    among[columns.fulfillments.order[keep(rows)]] = True
    return among


def _key(finding: PayloadFinding) -> Key:
    return (
        _ORDER.index(finding.kind),
        -finding.count,
        "\t".join(f"{name}={value}" for name, value in sorted(finding.key.items())),
        finding.since,
    )
