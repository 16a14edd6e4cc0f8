"""The port that use cases call for stored data: each method is one whole question or change.

It is composed of smaller ports, by what they are about.
"""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from graph_models.access import View
from impactgraph.ports.backup import BackupStore
from impactgraph.ports.condition import StoreCondition
from impactgraph.ports.ingest import EventIngest, Quarantine
from impactgraph.ports.removal import RemovalStore
from impactgraph.ports.search import IdSearch
from impactgraph.ports.state import RecordedState
from impactgraph.ports.topologies import TopologyVersions

if TYPE_CHECKING:
    from impactgraph.baselines import Baselines


class Store(
    RecordedState,
    IdSearch,
    TopologyVersions,
    EventIngest,
    Quarantine,
    RemovalStore,
    BackupStore,
    Protocol,
):
    """One process's view of the record and its columns.

    `as_of` asks for the state made by the events whose time is at or before it (None: at or before the
    present of the store's clock). An event ahead of the clock waits until its time comes.
    Any method raises StoreUnavailableError where the record cannot be reached.
    """

    @property
    def baselines(self) -> "Baselines":
        """What was learned from this store: it lives as long as the store, and no other shares it."""
        ...

    @property
    def shown(self) -> View:
        """What it shows of the orders on record."""
        ...

    def view(self, view: View) -> "Store":
        """The store as somebody sees it who may see no more than that: it answers as a store that only ever
        got the events of those orders, for whatever moment. Which orders it shows is decided by their present
        state. Failures, the journal of incidents and topologies are those of this store; what counts events
        of all orders is empty. It is closed with this store.
        """
        ...

    def copy(self) -> AbstractContextManager["Store"]:
        """A store with the same content, which vanishes when the context ends: for what is only tried."""
        ...

    def condition(self) -> StoreCondition:
        """How the store is, as far as this process knows by itself: nothing is asked of a database."""
        ...

    @property
    def identity(self) -> str:
        """Random identity of the record, the same wherever it is moved."""
        ...

    @property
    def generation(self) -> str:
        """Another one after each ingest that was taken back and each removal for good: what was derived
        before may have events that are gone. As far as this process knows by itself.
        """
        ...

    def close(self) -> None: ...
