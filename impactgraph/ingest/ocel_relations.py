"""Orders to which the objects of an OCEL log belong: by relations over several hops, many to many."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from impactgraph.ingest.ocel_log import OcelLog
from impactgraph.ingest.rules import OcelObjects


@dataclass
class Relations:
    """Bare ids of the log; each list in the order in which the log relates them."""

    orders_of: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Orders of every other object that belongs to some."""
    parts_of: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Fulfillments of each order."""
    parts_with: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Fulfillments that an object between orders and fulfillments belongs to, such as those with an item."""


def relations_of(log: OcelLog, objects: OcelObjects) -> Relations:
    """Objects belong to the orders that are nearest by relations between objects; where there are none, to
    those of their earliest common event.

    Relations go over objects of the types `through`; where that is not said, of every type whose
    objects belong to one order each, such as items, and not over those that join orders, such as customers.
    Costs a few passes over the relations.
    """
    return _Search(log, objects).run()


class _Search:
    def __init__(self, log: OcelLog, objects: OcelObjects) -> None:
        self._log = log
        self._order_type = objects.order
        self._part_type = objects.fulfillment
        self._through = objects.through
        self._owners: dict[str, dict[str, None]] = {}
        """Orders of each object, orders themselves included, in the order in which they were found."""
        self._edges: dict[str, dict[str, None]] = defaultdict(dict)
        self._joining_types: set[str] = set()
        """Types of which an object belongs to several orders."""

    def run(self) -> Relations:
        for id_, each in self._log.objects.items():
            if each.type == self._order_type:
                self._owners[id_] = {id_: None}
            for other in each.related:
                if other in self._log.objects:
                    self._edges[id_][other] = None
        self._spread()
        if self._add_edges_of_events():
            self._spread()
        return self._relations()

    def _add_edges_of_events(self) -> bool:
        """Relates objects without an order to those with one that share an event with them: a fulfillment
        only to those of its earliest such event, since later ones may load several onto one truck.
        """
        neighbours: set[str] = set()
        for event in self._log.events:
            if all(map(self._owners.__contains__, event.objects)):
                continue  # as of most events
            members = [id_ for id_ in event.objects if id_ in self._log.objects]
            parts = [id_ for id_ in members if id_ in self._owners]
            orders = [id_ for id_ in parts if self._log.objects[id_].type == self._order_type]
            for id_ in members:
                is_part = self._log.objects[id_].type == self._part_type
                if id_ in self._owners or (is_part and id_ in neighbours) or not parts:
                    continue
                neighbours.add(id_)
                for other in orders or parts:
                    self._edges[id_][other] = self._edges[other][id_] = None
        return bool(neighbours)

    def _spread(self) -> None:
        """Gives every object that can be reached the orders of its nearest neighbours, level by level."""
        level = list(self._owners)
        while level:
            candidates: dict[str, dict[str, None]] = {}
            for id_ in level:
                if self._log.objects[id_].type == self._part_type:
                    continue  # what belongs to a fulfillment says nothing about orders
                for other in self._edges[id_]:
                    if other not in self._owners:
                        candidates.setdefault(other, {}).update(self._owners[id_])
            types = self._admitted_types(candidates)
            level = [id_ for id_ in candidates if self._log.objects[id_].type in types]
            for id_ in level:
                self._owners[id_] = candidates[id_]

    def _admitted_types(self, candidates: dict[str, dict[str, None]]) -> set[str | None]:
        if self._through:
            return {self._part_type, *self._through}
        several = {self._log.objects[id_].type for id_, orders in candidates.items() if len(orders) > 1}
        self._joining_types |= several - {self._part_type}
        return {self._part_type, *(self._log.objects[id_].type for id_ in candidates)} - self._joining_types

    def _relations(self) -> Relations:
        relations = Relations()
        for id_, orders in self._owners.items():
            type_ = self._log.objects[id_].type
            if type_ == self._order_type:
                continue
            relations.orders_of[id_] = list(orders)
            if type_ == self._part_type:
                for order in orders:
                    relations.parts_of.setdefault(order, []).append(id_)
            else:
                parts = self._parts_near(id_)
                if parts:
                    relations.parts_with[id_] = parts
        return relations

    def _parts_near(self, start: str) -> list[str]:
        """The nearest fulfillments from an object, over objects between orders and fulfillments."""
        earlier = {start}
        queue = deque([(start, 0)])
        parts: dict[str, None] = {}
        limit: int | None = None
        while queue:
            id_, hops = queue.popleft()
            if limit is not None and hops >= limit:
                break
            for other in self._between(self._edges[id_], earlier):
                earlier.add(other)
                if self._log.objects[other].type == self._part_type:
                    parts[other] = None
                    limit = hops + 1
                else:
                    queue.append((other, hops + 1))
        return list(parts)

    def _between(self, ids: Iterable[str], seen: set[str]) -> list[str]:
        return [
            id_
            for id_ in ids
            if id_ not in seen and id_ in self._owners and self._log.objects[id_].type != self._order_type
        ]
