"""Pages of affected postings, notifications, tasks and supplier orders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import RecordEffect, RecordKind
from graph_models.impact import AffectedRecord, Path
from graph_models.money import Money, from_micros
from graph_models.orders import Page
from impactgraph.columns import Codes, Columns
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact import keyset
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.matches import Positions, RecordGroup
from impactgraph.impact.page_source import PageSource
from impactgraph.impact.paths import path_to, with_hop
from impactgraph.impact.totals import listed_mask, record_amounts


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
    effect = RECORD_EFFECTS[int(outcome.effect[cohort])]
    due = _moment(outcome.due_at[cohort])
    expected_at = _moment(outcome.expected_at[cohort])
    return AffectedRecord(
        kind=group.emission.kind,
        order=str(columns.orders.ids[int(columns.fulfillments.order[row])]),
        fulfillment=str(columns.fulfillments.ids[row]),
        type=group.emission.type,
        effect=effect,
        likelihood=round(float(outcome.likelihood[cohort] * group.certainty[at]), 4),
        due=due,
        expected_at=expected_at,
        amount=_amount(columns, group, at),
        location=columns.dictionaries.locations.values[int(columns.fulfillments.location[row])] or None,
        path=_path(impact, group, at, due or expected_at or impact.as_of),
    )


def _moment(at: float) -> int | None:
    return round(float(at)) if np.isfinite(at) else None


def _amount(columns: Columns, group: RecordGroup, at: int) -> Money | None:
    """None for a kind that posts no amount."""
    if group.emission.kind is not RecordKind.POSTING:
        return None
    order = int(columns.fulfillments.order[int(group.rows[at])])
    currency = columns.dictionaries.currencies.values[int(columns.orders.currency[order])]
    return from_micros(int(record_amounts(columns, group, np.array([at]))[0]), currency)


def _path(impact: PageSource, group: RecordGroup, at: int, moment: int) -> Path:
    """The path from the failure to one row of a group."""
    cohort = int(group.cohort[at])
    impairment = impact.impairments[int(group.outcome.hit_by[cohort])]
    fulfillment = str(impact.columns.fulfillments.ids[int(group.rows[at])])
    effect = RECORD_EFFECTS[int(group.outcome.effect[cohort])].value.lower().replace("_", " ")
    return with_hop(
        path_to(impairment, impact.failures_by_key, impact.topology),
        f"fulfillment:{fulfillment}",
        rule="record",
        effect=impairment.effect,
        at=moment,
        detail=f"{group.emission.type.replace('_', ' ')} of {fulfillment} is {effect}",
    )
