"""What is no longer as it was."""

from graph_models.diagnosis import Drift, DriftGroup
from graph_models.orders import Page
from graph_models.time import Millis
from impactgraph.diagnosis.drift import find_drift, grouped
from impactgraph.errors import NoTopologyError
from impactgraph.ports.store import Store
from impactgraph.usecases.orders import current_topology
from impactgraph.usecases.pages import Key, check_first, page


def list_drift(
    store: Store, now: Millis, as_of: Millis | None = None, first: int | None = None, after: str | None = None
) -> Page[Drift]:
    """Within the last week, the most orders behind it first. Raises BadInputError for a bad page, NoTopologyError where nothing was applied."""
    check_first(first)
    return page(sorted(_found(store, now, as_of), key=_key), _key, first=first, after=after)


def list_drift_groups(
    store: Store, now: Millis, as_of: Millis | None = None, first: int | None = None, after: str | None = None
) -> Page[DriftGroup]:
    """The same, what says the same of many places as one. Raises as `list_drift`."""
    check_first(first)
    return page(
        sorted(grouped(_found(store, now, as_of)), key=_group_key), _group_key, first=first, after=after
    )


def _found(store: Store, now: Millis, as_of: Millis | None) -> tuple[Drift, ...]:
    topology = current_topology(store, as_of)
    if not topology.workflows:
        raise NoTopologyError
    with store.columns(as_of) as columns:
        return find_drift(columns, topology, now if as_of is None else as_of)


def _key(found: Drift) -> Key:
    return -found.orders, found.kind.value, found.dimension, found.value, found.since


def _group_key(found: DriftGroup) -> Key:
    return -found.orders, found.kind.value, found.dimension, found.members[0].value, found.since


_NAMED = 3


def which(found: DriftGroup) -> str:
    """`store-535, store-537, store-536 and 92 more`: those with the most orders behind them."""
    names = ", ".join(each.value for each in found.members[:_NAMED])
    more = len(found.members) - _NAMED
    return f"{names} and {more:,} more" if more > 0 else names


def in_words(found: Drift) -> str:
    """Such as `pick in ship-from-store takes 2.3 times as long`."""
    more = found.after / found.before if found.before else None
    times = f"{more:.1f} times as" if more is not None else "now as"
    what = {
        "DURATION": f"takes {times} long",
        "ERRORS": f"fails {times} often",
        "REROUTES": f"gets rerouted orders {times} often",
        "REJECTIONS": f"is refused {times} often",
        "CANCELLATIONS": f"is cancelled {times} often",
    }[found.kind.value]
    return f"{found.dimension} {found.value} {what}"
