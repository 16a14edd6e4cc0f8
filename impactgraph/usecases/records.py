"""Which records should have come and did not, or not so."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import RateFinding, RecordFinding
from graph_models.enums import RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.impairment import Impairments
from graph_models.money import Money
from graph_models.orders import ANY_ORDER, OrderFilter, Page
from graph_models.time import Millis
from impactgraph.columns import NO_AMOUNT, Columns
from impactgraph.diagnosis.records import (
    Causes,
    RecordFindings,
    Transports,
    cause_of_rate,
    find_rates,
    find_records,
)
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact import keyset
from impactgraph.impact.filters import order_mask, post_filter
from impactgraph.impact.membership import Membership
from impactgraph.impact.totals import money_of
from impactgraph.ports.store import Store
from impactgraph.propagation import propagate
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.learned import Known, learned
from impactgraph.usecases.named_since import named_since
from impactgraph.usecases.orders import asks_for_impact, current_topology
from impactgraph.usecases.pages import MOST, check_first
from impactgraph.usecases.validation import check_filter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RecordsQuestion:
    """Any value within a field, all fields across; None is not restricted."""

    where: OrderFilter = ANY_ORDER
    types: tuple[str, ...] | None = None
    effects: tuple[RecordEffect, ...] | None = None
    as_of: Millis | None = None


def tuple_or_none(words: Sequence[T] | None) -> tuple[T, ...] | None:
    """As `RecordsAsked` keeps it."""
    return None if words is None else tuple(words)


@dataclass(frozen=True, slots=True)
class RecordCount:
    """How many of one type have one effect. `longest`: how late the latest is, 0 where that does not apply."""

    kind: RecordKind
    type: str
    effect: RecordEffect
    count: int
    amount: tuple[Money, ...]
    longest: Millis


@dataclass(frozen=True)
class RecordAnswer:
    """What was found, good while the context that gave it is open."""

    findings: RecordFindings
    causes: Causes

    def page(self, first: int, after: str | None) -> Page[RecordFinding]:
        """The longest due first."""
        found, f = self.findings.rows, self.findings.columns.fulfillments

        def names(at: NDArray[np.intp]) -> list[str]:
            return [
                f"{f.ids[int(found.row[i])]}\t{slot.kind.value}\t{slot.type}\t{RECORD_EFFECTS[int(found.effect[i])]}\t{int(found.emitter[i])}"
                for i in at.tolist()
                for slot in (self.findings.slots[int(found.slot[i])],)
            ]

        chosen, cursors, more, before = keyset.page(
            found.due.astype(np.float64), names, first, after, "records-due"
        )
        return Page(
            self.findings.findings(chosen.tolist(), self.causes.of), tuple(cursors), len(found), more, before
        )

    def totals(self) -> tuple[RecordCount, ...]:
        """By type and effect, the most first."""
        found, columns = self.findings.rows, self.findings.columns
        place = found.slot.astype(np.int64) * len(RECORD_EFFECTS) + found.effect
        parts: dict[tuple[RecordKind, str, RecordEffect], list[NDArray[np.intp]]] = {}
        for code in map(int, np.unique(place)):
            slot, effect = (
                self.findings.slots[code // len(RECORD_EFFECTS)],
                RECORD_EFFECTS[code % len(RECORD_EFFECTS)],
            )
            parts.setdefault((slot.kind, slot.type, effect), []).append(np.flatnonzero(place == code))
        counts: list[RecordCount] = []
        for name, rows in parts.items():
            mine = np.concatenate(rows)
            stated = mine[found.amount[mine] != NO_AMOUNT]
            money = money_of(columns, found.currency[stated], found.amount[stated])
            counts.append(RecordCount(*name, len(mine), money, int(found.late_by[mine].max())))
        return tuple(sorted(counts, key=lambda c: (-c.count, c.kind, c.type, c.effect)))

    def all(self) -> Iterator[RecordFinding]:
        """In the same order as the pages, one after the other."""
        page = self.page(MOST, None)
        yield from page.items
        while page.has_next:
            page = self.page(MOST, page.cursors[-1])
            yield from page.items


def list_records(
    store: Store, asked: RecordsQuestion, now: Millis, first: int | None = None, after: str | None = None
) -> Page[RecordFinding]:
    """Raises BadInputError for a bad page, NotFoundError where the filter names what there is not."""
    size = check_first(first)
    with watch_records(store, asked, now) as watched:
        return watched.page(size, after)


def list_rates(store: Store, as_of: Millis | None, now: Millis) -> tuple[RateFinding, ...]:
    """Hours of the last day in which a type of record came more often or less often than usual, the latest first."""
    at = now if as_of is None else as_of
    topology, reported = current_topology(store, as_of), store.failures(as_of)
    with store.columns(as_of) as columns:
        found = find_rates(columns, at)
        if not found:
            return ()
        impairments, failures = _impairments(
            learned(store, topology, columns, reported, as_of, at), reported, at
        )
    return tuple(
        replace(rate, likely_cause=cause_of_rate(rate, topology, impairments, failures)) for rate in found
    )


def _impairments(
    known: Known, reported: Sequence[Failure], at: Millis
) -> tuple[Impairments, dict[str, Failure]]:
    """Of all failures that began by then, and these by key."""
    begun = [failure for failure in reported if failure.started_at <= at]
    return propagate(known.graph, begun, recovery=lambda failure: failure.ended_at or at), {
        failure.key: failure for failure in begun
    }


@contextmanager
def watch_records(store: Store, asked: RecordsQuestion, now: Millis) -> Generator[RecordAnswer]:
    """Raises NotFoundError where the filter names what there is not."""
    at = now if asked.as_of is None else asked.as_of
    topology = current_topology(store, asked.as_of)
    check_filter(store, topology, asked.where)
    reported = store.failures(asked.as_of)
    with store.columns(asked.as_of) as columns:
        known = learned(store, topology, columns, reported, asked.as_of, at)
        found = find_records(
            topology,
            columns,
            known.durations,
            at,
            transports=Transports(named_since=named_since(store, topology)),
        )
        impairments, failures = _impairments(known, reported, at)
        chosen = found.select(np.flatnonzero(_asked_for(store, found, columns, asked, now)))
        yield RecordAnswer(chosen, Causes(chosen, impairments, failures, found.tallies))


def _asked_for(
    store: Store, findings: RecordFindings, columns: Columns, asked: RecordsQuestion, now: Millis
) -> NDArray[np.bool_]:
    found = findings.rows
    chosen = np.ones(len(found), bool)
    if asked.types is not None:
        chosen &= np.array([slot.type in asked.types for slot in findings.slots] or [False])[found.slot]
    if asked.effects is not None:
        chosen &= np.isin(found.effect, [RECORD_EFFECTS.index(effect) for effect in asked.effects])
    keep = order_mask(columns, Membership(columns, findings.topology), asked.where)
    if keep is not None and len(found):
        chosen &= keep(found.row)
    if asks_for_impact(asked.where):
        with blast_radius(store, Question(as_of=asked.as_of), now) as answer:
            hit = post_filter(answer.orders_hit, asked.where, answer.effects_of)
            chosen &= np.isin(columns.fulfillments.order[found.row], hit.order)
    return chosen
