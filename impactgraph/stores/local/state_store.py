"""Questions of a store about its present and past state: orders, failures, lists, topologies, search."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

from graph_models.diagnosis import StockFigure
from graph_models.enums import OrderSort
from graph_models.failure import Failure
from graph_models.journal import Journal
from graph_models.orders import Order, OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Columns, ErrorTexts, Visits
from impactgraph.columns.system_lists import ListContent, SystemLists
from impactgraph.ports.search import OrderNumber, SearchMatch
from impactgraph.ports.state import EventsAhead, OrderTimeline
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.stores.local.base_store import ReplicaStore
from impactgraph.stores.local.id_search import search_ids, search_number
from impactgraph.stores.local.lists import documents
from impactgraph.stores.local.payload import differing_stock, error_texts
from impactgraph.stores.local.replica import Replica
from impactgraph.stores.local.timelines import timelines
from impactgraph.stores.state.lists import content_of
from impactgraph.stores.state.orders import order_page
from impactgraph.stores.state.visits import visits


class StateStore(ReplicaStore):
    """Implements `RecordedState` and `IdSearch` of `impactgraph.ports`, and what asks for topologies."""

    @contextmanager
    def columns(self, as_of: Millis | None = None) -> Generator[Columns]:
        with self._reading() as replica:
            yield replica.instances(as_of).columns

    def visits(self, as_of: Millis | None = None, *, per_step: int = 20_000) -> Visits:
        with self._reading() as replica:
            return visits(replica.instances(as_of), replica.state.lookup, per_step)

    def orders(self, keys: Sequence[str], as_of: Millis | None = None) -> Mapping[str, Order]:
        with self._reading() as replica:
            return {order.key: order for order in replica.orders(keys, as_of).values()}

    def find_orders(
        self,
        where: OrderFilter,
        sort: OrderSort,
        *,
        first: int,
        after: str | None,
        as_of: Millis | None = None,
    ) -> Page[Order]:
        with self._reading() as replica:
            at = self._now() if as_of is None else as_of
            topology = replica.topologies.at(at) if replica.topologies.count else Topology()
            return order_page(replica.instances(as_of).columns, topology, where, sort, first, after)

    def timeline(self, order: str, as_of: Millis | None = None) -> OrderTimeline | None:
        return self.timelines([order], as_of).get(order)

    def timelines(self, orders: Sequence[str], as_of: Millis | None = None) -> Mapping[str, OrderTimeline]:
        with self._reading() as replica:
            return timelines(
                replica.record,
                replica.state.event_dictionaries,
                replica.orders(orders, as_of),
                replica.horizon(as_of),
            )

    def error_texts(self, since: Millis, as_of: Millis | None = None) -> ErrorTexts:
        with self._reading() as replica:
            return error_texts(
                replica.record,
                replica.instances(as_of),
                replica.state.event_dictionaries,
                since,
                replica.horizon(as_of),
            )

    def differing_stock(self, as_of: Millis | None = None) -> Sequence[StockFigure]:
        with self._reading() as replica:
            return differing_stock(replica.record, replica.state.event_dictionaries, replica.horizon(as_of))

    def system_lists(self, as_of: Millis | None = None) -> Mapping[str, SystemLists]:
        with self._reading() as replica:
            return replica.system_lists(as_of)

    def list_content(self, system: str, key: str, at: Millis) -> ListContent:
        with self._reading() as replica:
            return content_of(system, replica.lists.events(system, key, at))

    def failures(self, as_of: Millis | None = None) -> Sequence[Failure]:
        with self._reading() as replica:
            return replica.failures(as_of)

    def journal(self, as_of: Millis | None = None) -> Journal:
        with self._reading() as replica:
            return replica.journal(as_of)

    def has_events_between(self, watermark: int, as_of: Millis) -> bool:
        with self._reading() as replica:
            return replica.record.has_events_between(watermark, as_of)

    def events_ahead(self, of: Millis) -> EventsAhead:
        with self._reading() as replica:
            waiting = replica.waiting.after(of)
        if not len(waiting):
            return EventsAhead()
        return EventsAhead(len(waiting), int(waiting.time[0]), int(waiting.time[-1]))

    # Search

    def find(self, text: str, first: int, *, inside: bool = False) -> Sequence[SearchMatch]:
        with self._reading() as replica:
            columns = replica.instances(None).columns
            return _without_waiting(replica, search_ids(replica.record, columns, text, first, inside=inside))

    def find_number(self, number: OrderNumber, first: int) -> Sequence[SearchMatch]:
        with self._reading() as replica:
            return _without_waiting(replica, search_number(replica.record, number, first))

    def documents(self, numbers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        with self._reading() as replica:
            return documents(replica.record, numbers)

    # Topologies

    def topology(self, as_of: Millis | None = None) -> Topology:
        with self._reading() as replica:
            return replica.topologies.at(self._now() if as_of is None else as_of)

    def topology_version(self, key: str) -> Topology:
        with self._reading() as replica:
            return replica.topologies.version(key)

    def topologies(self) -> Sequence[TopologyVersion]:
        with self._reading() as replica:
            return replica.topologies.versions(self._now())


def _without_waiting(replica: Replica, matches: Sequence[SearchMatch]) -> Sequence[SearchMatch]:
    """Without orders of which only events ahead of the clock are known."""
    if not len(replica.waiting):
        return matches
    keys = replica.orders([match.order for match in matches], None).values()
    order_keys = {order.key for order in keys}
    return [match for match in matches if match.order in order_keys]
