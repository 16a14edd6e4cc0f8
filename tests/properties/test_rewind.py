"""A past state made from the present one is the state that is folded from the events up to then."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.time import MINUTE
from impactgraph.columns.declare import Table
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.rebuild import rebuild
from impactgraph.stores.local.rewind import rewind
from impactgraph.stores.state.instances import Instances
from tests.demo_store import NOW, demo_store
from tests.properties.test_events_commute import EVENTS, store_with
from tests.stores.events import at


def tables(instances: Instances) -> dict[str, Any]:
    columns = instances.columns
    every: dict[str, Any] = {"visits": values(instances.all_irregular_visits())}
    for name in ("orders", "fulfillments", "errors", "records"):
        every[name] = values(getattr(columns, name))
    # records of one fulfillment may be in any order
    every["records"] = sorted(zip(*every["records"].values(), strict=True))
    return every


def values(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in type(table).columns():
        value = getattr(table, field.name)
        if isinstance(value, dict):
            found |= {f"{field.name}.{key}": each.tolist() for key, each in value.items() if np.any(each)}
        else:
            found[field.name] = value.tolist()
    return found


def both(store: EmbeddedStore, moment: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """By way of the present state, and from all events."""
    replica = store._replica  # pyright: ignore[reportPrivateUsage]
    state = replica.state
    past = rewind(replica.record, state.instances, state.lookup, moment, replica.waiting.horizon, most=1.0)
    whole = rebuild(replica.record, state.event_dictionaries, state.lookup, moment)
    assert past is not None
    return tables(past), tables(whole)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, max_size=25), st.integers(0, 6))
def test_the_state_as_of_a_moment_is_rebuilt_from_any_events(events: list[bytes], minute: int) -> None:
    with store_with([events]) as store:
        past, whole = both(store, at(minute))

    assert past == whole


@pytest.mark.parametrize("minutes", [0, 15, 90])
def test_of_the_demo(minutes: int) -> None:
    past, whole = both(demo_store(500), NOW - minutes * MINUTE)

    assert past == whole
