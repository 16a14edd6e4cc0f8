"""Findings in message contents: orders sent twice, incomplete orders, differing stock figures, similar
errors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import PayloadFinding, PayloadKind
from graph_models.orders import ANY_ORDER, OrderFilter, Page
from graph_models.time import DAY, Millis
from graph_models.zones import UTC, TextClock
from impactgraph.diagnosis.payload import (
    find_duplicates,
    find_error_templates,
    find_incomplete,
    find_stock_differences,
)
from impactgraph.errors import BadInputError
from impactgraph.impact.filter_text import say_filter, say_limit
from impactgraph.impact.filters import order_mask
from impactgraph.ports.store import Store
from impactgraph.usecases.orders import asks_for_impact
from impactgraph.usecases.pages import Key, check_first, page
from impactgraph.usecases.snapshot import Snapshot, snapshot
from impactgraph.usecases.time_zones import check_zone
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
    timezone: str = UTC
    """IANA name of the zone of the times in sentences."""

    @property
    def asked_for(self) -> str:
        """What it is limited to, such as `channels=web; kind=incomplete`; empty where it is not."""
        kinds = say_limit("kind", [kind.value.lower() for kind in self.kinds]) if self.kinds else ""
        return "; ".join(filter(None, (say_filter(self.where), kinds)))


def list_payload_findings(
    store: Store, question: PayloadsQuestion, now: Millis, first: int | None = None, after: str | None = None
) -> Page[PayloadFinding]:
    """By kind, the most first.

    Raises BadInputError for a bad page or filter, NotFoundError where the filter names what does not exist.
    """
    check_first(first)
    return page(find_payload_findings(store, question, now), _key, first=first, after=after)


def find_payload_findings(store: Store, question: PayloadsQuestion, now: Millis) -> list[PayloadFinding]:
    """All of them, in the same order.

    Stock figures are of no order: of the filter only locations and regions apply to them, any other field
    leaves them out.
    """
    if asks_for_impact(question.where):
        raise BadInputError(
            "where.bands, effects and willMissPromise apply to orders that a failure affects."
            " Ask for payloads without them."
        )
    check_zone(question.timezone, "timezone")
    with snapshot(store, question.as_of, now) as s:
        clock = TextClock(s.at, question.timezone)
        check_filter(store, s.topology, question.where)
        in_question = _orders_in_question(s, question.where)
        findings = [
            finding
            for kind in question.kinds or _ORDER
            for finding in _of_kind(s, kind, in_question, question.where, clock)
        ]
    return sorted(findings, key=_key)


def _of_kind(
    s: Snapshot, kind: PayloadKind, in_question: NDArray[np.bool_], where: OrderFilter, clock: TextClock
) -> Sequence[PayloadFinding]:
    match kind:
        case PayloadKind.DUPLICATE_ORDER:
            return find_duplicates(s.columns, in_question)
        case PayloadKind.INCOMPLETE:
            return find_incomplete(s.columns, in_question, clock)
        case PayloadKind.ERROR_TEMPLATE:
            texts = s.store.error_texts(s.at - ERRORS_OF, s.as_of)
            return find_error_templates(s.topology, s.columns, texts, in_question)
        case PayloadKind.STOCK_DIFFERENCE:
            return list(_stock_differences(s, where, clock))


def _stock_differences(s: Snapshot, where: OrderFilter, clock: TextClock) -> Iterator[PayloadFinding]:
    if replace(where, locations=None, regions=None) != ANY_ORDER:
        return
    figures = s.store.differing_stock(s.as_of)
    if not figures:
        return
    for finding in find_stock_differences(s.topology, figures, s.impairments, clock):
        location = s.topology.locations.get(finding.key["location"])
        if where.locations is not None and finding.key["location"] not in where.locations:
            continue
        if where.regions is not None and (location is None or location.region not in where.regions):
            continue
        yield finding


def _orders_in_question(s: Snapshot, where: OrderFilter) -> NDArray[np.bool_]:
    """By row of an order: whether a fulfillment of it is asked for."""
    keep = order_mask(s.columns, s.membership, where)
    if keep is None:
        return np.ones(len(s.columns.orders), bool)
    mask = np.zeros(len(s.columns.orders), bool)
    rows = np.arange(len(s.columns.fulfillments), dtype=np.int32)
    mask[s.columns.fulfillments.order[keep(rows)]] = True
    return mask


def _key(finding: PayloadFinding) -> Key:
    return (
        _ORDER.index(finding.kind),
        -finding.count,
        "\t".join(f"{name}={value}" for name, value in sorted(finding.key.items())),
        finding.since,
    )
