"""Orders that lack records, or that are missing in a system by its list."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from graph_models.enums import RecordEffect
from graph_models.orders import OrderFilter
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.usecases.snapshot import Snapshot
from impactgraph.usecases.validation import check_types


def with_missing(s: Snapshot, where: OrderFilter, types: Sequence[str] | None) -> OrderFilter:
    """The filter, limited to orders of which a record of one of these types (None: no limit) is missing; the
    key of a system stands for its list.

    Raises NotFoundError for types that do not exist.
    """
    if types is None:
        return where
    check_types(s.columns, s.topology, types)
    findings = s.record_findings
    rows = findings.rows
    is_asked_for = np.array([slot.type in types for slot in findings.slots] or [False])[rows.slot]
    is_missing = rows.effect == RECORD_EFFECTS.index(RecordEffect.MISSING)
    orders = np.unique(s.columns.fulfillments.order[rows.row[is_asked_for & is_missing]])
    keys = [str(key) for key in s.columns.orders.ids[orders]]
    if where.ids is not None:
        own = set(where.ids)
        keys = [key for key in keys if key in own]
    return replace(where, ids=tuple(keys))
