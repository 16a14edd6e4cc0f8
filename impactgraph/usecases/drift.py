"""Drift within the last week, as `impactgraph.diagnosis.drift` finds it."""

from graph_models.diagnosis import Drift, DriftGroup
from graph_models.orders import Page
from graph_models.time import Millis
from impactgraph.diagnosis.drift import find_drift, group_drift
from impactgraph.diagnosis.drift.sentences import drift_sentence, place_name, places_text
from impactgraph.errors import NoTopologyError
from impactgraph.ports.store import Store
from impactgraph.usecases.pages import Key, check_first, page
from impactgraph.usecases.snapshot import snapshot

__all__ = ["drift_sentence", "list_drift", "list_drift_groups", "place_name", "places_text"]


def list_drift(
    store: Store, now: Millis, as_of: Millis | None = None, first: int | None = None, after: str | None = None
) -> Page[Drift]:
    """Drift within the last week, the findings with the most affected orders first.

    Raises: BadInputError for a bad page, NoTopologyError where no topology was applied.
    """
    check_first(first)
    return page(sorted(_drift(store, now, as_of), key=_key), _key, first=first, after=after)


def list_drift_groups(
    store: Store, now: Millis, as_of: Millis | None = None, first: int | None = None, after: str | None = None
) -> Page[DriftGroup]:
    """Drift within the last week, similar findings of several places as one group. Raises as `list_drift`."""
    check_first(first)
    return page(
        sorted(group_drift(_drift(store, now, as_of)), key=_group_key), _group_key, first=first, after=after
    )


def _drift(store: Store, now: Millis, as_of: Millis | None) -> tuple[Drift, ...]:
    with snapshot(store, as_of, now) as s:
        if not s.topology.workflows:
            raise NoTopologyError
        return find_drift(s.columns, s.topology, s.at)


def _key(drift: Drift) -> Key:
    return -drift.orders, drift.kind.value, drift.dimension, drift.value, drift.since


def _group_key(group: DriftGroup) -> Key:
    return -group.orders, group.kind.value, group.dimension, group.members[0].value, group.since
