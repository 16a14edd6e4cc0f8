"""Findings on records: missing, late, repeated or wrong ones, and unusual rates."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import RateFinding, RecordFinding
from graph_models.enums import RecordEffect, RecordKind
from graph_models.impact import Question
from graph_models.money import Money
from graph_models.orders import ANY_ORDER, OrderFilter, Page
from graph_models.time import Millis
from graph_models.zones import UTC
from impactgraph.columns import NO_AMOUNT
from impactgraph.diagnosis.records import (
    Causes,
    RecordFindings,
    cause_of_rate,
    find_rates,
)
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact import keyset
from impactgraph.impact.filter_text import say_filter, say_limit
from impactgraph.impact.filters import order_mask, post_filter
from impactgraph.impact.totals import money_of
from impactgraph.ports.store import Store
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.orders import asks_for_impact
from impactgraph.usecases.pages import MOST, check_first
from impactgraph.usecases.snapshot import Snapshot, snapshot
from impactgraph.usecases.time_zones import check_zone
from impactgraph.usecases.validation import check_filter, check_types

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RecordsQuestion:
    """Any value within a field, all fields across; None is not restricted."""

    where: OrderFilter = ANY_ORDER
    types: tuple[str, ...] | None = None
    effects: tuple[RecordEffect, ...] | None = None
    as_of: Millis | None = None
    timezone: str = UTC
    """IANA name of the zone of the times in sentences."""

    @property
    def asked_for(self) -> str:
        """What the question is limited to, such as `channels=web; type=invoice`; empty where it is not."""
        effects = self.effects and tuple(effect.value.lower() for effect in self.effects)
        limits = (("type", self.types), ("effect", effects))
        texts = (say_limit(name, values) for name, values in limits if values is not None)
        return "; ".join(filter(None, (say_filter(self.where), *texts)))


def tuple_or_none(words: Sequence[T] | None) -> tuple[T, ...] | None:
    """As a field of `RecordsQuestion`."""
    return None if words is None else tuple(words)


@dataclass(frozen=True, slots=True)
class RecordCount:
    """How many of one type have one effect.

    `longest`: how late the latest is, 0 where that does not apply.
    """

    kind: RecordKind
    type: str
    effect: RecordEffect
    count: int
    amount: tuple[Money, ...]
    longest: Millis


@dataclass(frozen=True)
class RecordAnswer:
    """Findings on the records of some orders, valid while the context that yields it is open."""

    findings: RecordFindings
    causes: Causes
    question: RecordsQuestion
    has_orders: bool
    """Whether any order, in flight or not, is one of those asked for."""

    def page(self, first: int, after: str | None) -> Page[RecordFinding]:
        """The longest due first."""
        rows = self.findings.rows
        f = self.findings.columns.fulfillments

        def names(at: NDArray[np.intp]) -> list[str]:
            return [
                f"{f.ids[int(rows.row[i])]}\t{slot.kind.value}\t{slot.type}"
                f"\t{RECORD_EFFECTS[int(rows.effect[i])]}\t{int(rows.emitter[i])}"
                f"\t{int(rows.listing[i])}\t{int(rows.listed[i])}"
                for i in at.tolist()
                for slot in (self.findings.slots[int(rows.slot[i])],)
            ]

        indices, cursors, more, before = keyset.page(
            rows.due.astype(np.float64), names, first, after, "records-due"
        )
        return Page(
            self.findings.findings(indices.tolist(), self.causes.of), tuple(cursors), len(rows), more, before
        )

    def totals(self) -> tuple[RecordCount, ...]:
        """By type and effect, the most first."""
        rows = self.findings.rows
        columns = self.findings.columns
        place = rows.slot.astype(np.int64) * len(RECORD_EFFECTS) + rows.effect
        parts: dict[tuple[RecordKind, str, RecordEffect], list[NDArray[np.intp]]] = {}
        for code in map(int, np.unique(place)):
            slot = self.findings.slots[code // len(RECORD_EFFECTS)]
            effect = RECORD_EFFECTS[code % len(RECORD_EFFECTS)]
            parts.setdefault((slot.kind, slot.type, effect), []).append(np.flatnonzero(place == code))
        counts: list[RecordCount] = []
        for name, indices in parts.items():
            mine = np.concatenate(indices)
            with_amount = mine[rows.amount[mine] != NO_AMOUNT]
            money = money_of(columns, rows.currency[with_amount], rows.amount[with_amount])
            counts.append(RecordCount(*name, len(mine), money, int(rows.late_by[mine].max())))
        return tuple(sorted(counts, key=lambda c: (-c.count, c.kind, c.type, c.effect)))

    def all(self) -> Iterator[RecordFinding]:
        """In the same order as the pages, one after the other."""
        page = self.page(MOST, None)
        yield from page.items
        while page.has_next:
            page = self.page(MOST, page.cursors[-1])
            yield from page.items


def list_records(
    store: Store, question: RecordsQuestion, now: Millis, first: int | None = None, after: str | None = None
) -> Page[RecordFinding]:
    """Raises BadInputError for a bad page, NotFoundError where the filter names what does not exist."""
    size = check_first(first)
    with watch_records(store, question, now) as answer:
        return answer.page(size, after)


def count_records(store: Store, question: RecordsQuestion, now: Millis) -> tuple[RecordCount, ...]:
    """By type and effect, the most first. Raises NotFoundError where the filter names what does not exist."""
    with watch_records(store, question, now) as answer:
        return answer.totals()


def list_rates(store: Store, as_of: Millis | None, now: Millis) -> tuple[RateFinding, ...]:
    """Hours of the last day in which a type of record came more or less often than usual, the latest
    first.
    """
    with snapshot(store, as_of, now) as s:
        rates = find_rates(s.columns, s.at)
        if not rates:
            return ()
        failures = {failure.key: failure for failure in s.begun_failures}
        return tuple(
            replace(rate, likely_cause=cause_of_rate(rate, s.topology, s.impairments, failures))
            for rate in rates
        )


@contextmanager
def watch_records(store: Store, question: RecordsQuestion, now: Millis) -> Generator[RecordAnswer]:
    """Good while the context is open. Raises NotFoundError where the filter names what does not exist."""
    check_zone(question.timezone, "timezone")
    with snapshot(store, question.as_of, now) as s:
        check_filter(store, s.topology, question.where)
        check_types(s.columns, s.topology, question.types)
        findings = s.record_findings
        in_question = findings.select(np.flatnonzero(_in_question(s, findings, question)))
        failures = {failure.key: failure for failure in s.begun_failures}
        causes = Causes(in_question, s.impairments, failures, findings.tallies, question.timezone)
        keep = order_mask(s.columns, s.membership, question.where)
        has_orders = keep is None or bool(keep(s.all_rows).any())
        yield RecordAnswer(in_question, causes, question, has_orders)


def _in_question(s: Snapshot, findings: RecordFindings, question: RecordsQuestion) -> NDArray[np.bool_]:
    """By finding."""
    rows = findings.rows
    mask = np.ones(len(rows), bool)
    if question.types is not None:
        mask &= np.array([slot.type in question.types for slot in findings.slots] or [False])[rows.slot]
    if question.effects is not None:
        mask &= np.isin(rows.effect, [RECORD_EFFECTS.index(effect) for effect in question.effects])
    keep = order_mask(s.columns, s.membership, question.where)
    if keep is not None and len(rows):
        mask &= keep(rows.row)
    if asks_for_impact(question.where):
        impact = answer_question(s, Question(as_of=question.as_of))
        affected_orders = post_filter(impact.affected_orders, question.where, impact.effects_of)
        mask &= np.isin(s.columns.fulfillments.order[rows.row], affected_orders.order)
    return mask
