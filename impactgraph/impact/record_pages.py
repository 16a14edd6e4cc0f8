"""Pages of affected postings, notifications, tasks and supplier orders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np

from graph_models.enums import RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.impact import AffectedRecord, Path
from graph_models.impairment import Impairment
from graph_models.money import Money, from_micros
from graph_models.orders import Page
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact import keyset
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.matches import Positions, RecordGroup
from impactgraph.impact.page_source import PageSource
from impactgraph.impact.paths import path_to, with_hop
from impactgraph.impact.totals import listed_mask, record_amount


def record_page(
    impact: MatchedImpact,
    kind: RecordKind,
    *,
    types: Sequence[str] | None,
    effects: Sequence[RecordEffect] | None,
    first: int,
    after: str | None,
) -> Page[AffectedRecord]:
    """Records by due moment, then fulfillment and type. Raises: BadInputError."""
    records = joined_records(impact, kind, types, effects)
    names = names_of(impact, records)
    page = keyset.page(records.due, names, first=first, after=after, sort=sort_of(kind))
    return Page(
        items=tuple(affected_record(impact, *records.place(int(n))) for n in page.rows),
        cursors=tuple(page.cursors),
        total_count=len(records.due),
        has_next=page.has_next,
        has_previous=page.has_previous,
    )


def sort_of(kind: RecordKind) -> str:
    """Name of the sort order, for cursors."""
    return f"{kind.value}-due"


def joined_records(
    impact: MatchedImpact,
    kind: RecordKind,
    types: Sequence[str] | None,
    effects: Sequence[RecordEffect] | None,
) -> "JoinedRecords":
    """The affected records of a kind, of these types and effects."""
    groups = [
        group
        for group in impact.affected_records
        if group.emission.kind is kind and (types is None or group.emission.type in types)
    ]
    return JoinedRecords.of(groups, [_selection(impact, group, effects) for group in groups])


def names_of(source: PageSource, records: "JoinedRecords") -> Callable[[Positions], list[str]]:
    """Function from positions to the identities of records."""
    ids = source.columns.fulfillments.ids

    def names(at: Positions) -> list[str]:
        places = [records.place(int(n)) for n in at]
        return [f"{ids[group.rows[row]]}\t{group.emission.type}" for group, row in places]

    return names


@dataclass(frozen=True)
class JoinedRecords:
    """Selected rows of several groups, one group after the other."""

    groups: Sequence[RecordGroup]
    selections: Sequence[Positions]
    group_of: Positions
    starts: Positions
    due: Reals
    """When each is due; of those without a due time: when it is expected."""

    @staticmethod
    def of(groups: Sequence[RecordGroup], selections: Sequence[Positions]) -> "JoinedRecords":
        sizes = [len(selection) for selection in selections]
        due = [_due(group, at) for group, at in zip(groups, selections, strict=True)]
        return JoinedRecords(
            groups=groups,
            selections=selections,
            group_of=np.repeat(np.arange(len(groups)), sizes),
            starts=np.cumsum([0, *sizes]).astype(np.intp),
            due=np.concatenate([np.zeros(0), *due]),
        )

    @property
    def rows(self) -> Codes:
        """Row of the fulfillment of each record."""
        parts = [group.rows[at] for group, at in zip(self.groups, self.selections, strict=True)]
        return np.concatenate([np.zeros(0, np.int32), *parts]).astype(np.int32)

    @property
    def nbytes(self) -> int:
        groups = sum(each.rows.nbytes + each.cohort.nbytes + each.certainty.nbytes for each in self.groups)
        own = sum(each.nbytes for each in self.selections)
        return groups + own + self.group_of.nbytes + self.starts.nbytes + self.due.nbytes

    def renumbered(self) -> "JoinedRecords":
        """The same records, whose fulfillments are in the rows 0, 1, 2, ... of other columns."""
        groups = [
            replace(
                group,
                rows=np.arange(start, start + len(at), dtype=np.int32),
                cohort=group.cohort[at],
                certainty=group.certainty[at],
            )
            for group, at, start in zip(self.groups, self.selections, self.starts[:-1], strict=True)
        ]
        return replace(self, groups=groups, selections=[np.arange(len(each.rows)) for each in groups])

    def place(self, n: int) -> tuple[RecordGroup, int]:
        """The group of the n-th record, and its row in it."""
        group = int(self.group_of[n])
        return self.groups[group], int(self.selections[group][n - self.starts[group]])


def _selection(
    impact: MatchedImpact, group: RecordGroup, effects: Sequence[RecordEffect] | None
) -> Positions:
    mask = listed_mask(group, impact.min_likelihood)
    if effects is not None:
        mask &= np.isin(group.outcome.effect[group.cohort], [RECORD_EFFECTS.index(e) for e in effects])
    return np.flatnonzero(mask)


def _due(group: RecordGroup, at: Positions) -> Reals:
    due = group.outcome.due_at
    return np.where(np.isnan(due), group.outcome.expected_at, due)[group.cohort[at]]


def affected_record(impact: PageSource, group: RecordGroup, at: int) -> AffectedRecord:
    """One row of a group as a value."""
    columns = impact.columns
    outcome = group.outcome
    cohort = int(group.cohort[at])
    row = int(group.rows[at])
    fulfillment = str(columns.fulfillments.ids[row])
    effect = RECORD_EFFECTS[int(outcome.effect[cohort])]
    due = _moment(float(outcome.due_at[cohort]))
    expected_at = _moment(float(outcome.expected_at[cohort]))
    return AffectedRecord(
        kind=group.emission.kind,
        order=str(columns.orders.ids[int(columns.fulfillments.order[row])]),
        fulfillment=fulfillment,
        type=group.emission.type,
        effect=effect,
        likelihood=round(float(outcome.likelihood[cohort] * group.certainty[at]), 4),
        due=due,
        expected_at=expected_at,
        amount=_amount(columns, group, row),
        location=columns.dictionaries.locations.values[int(columns.fulfillments.location[row])] or None,
        find_path=_RecordPath(
            impairment=impact.impairments[int(outcome.hit_by[cohort])],
            fulfillment=fulfillment,
            type=group.emission.type,
            effect=effect,
            at=due or expected_at or impact.as_of,
            failures=impact.failures_by_key,
            topology=impact.topology,
        ),
    )


def _moment(at: float) -> int | None:
    return round(at) if isfinite(at) else None


def _amount(columns: Columns, group: RecordGroup, row: int) -> Money | None:
    """None for a kind that posts no amount."""
    if group.emission.kind is not RecordKind.POSTING:
        return None
    order = int(columns.fulfillments.order[row])
    currency = columns.dictionaries.currencies.values[int(columns.orders.currency[order])]
    return from_micros(record_amount(int(columns.fulfillments.value[row]), group.emission.amount), currency)


@dataclass(frozen=True, slots=True)
class _RecordPath:
    """Makes the path from a failure to a record. It needs no column, so that it can be called after the end
    of the answer.
    """

    impairment: Impairment
    fulfillment: str
    type: str
    effect: RecordEffect
    at: Millis
    """When the record is due."""
    failures: Mapping[str, Failure] = field(compare=False)
    topology: Topology = field(compare=False)

    def __call__(self) -> Path:
        effect = self.effect.value.lower().replace("_", " ")
        return with_hop(
            path_to(self.impairment, self.failures, self.topology),
            f"fulfillment:{self.fulfillment}",
            rule="record",
            effect=self.impairment.effect,
            at=self.at,
            detail=f"{self.type.replace('_', ' ')} of {self.fulfillment} is {effect}",
        )
