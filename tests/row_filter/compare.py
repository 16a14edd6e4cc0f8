"""One world after another: the same questions with a filter, and of a store that lacks the hidden orders."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from random import Random
from typing import Any

from graph_models.access import Principal, Role, RowFilter
from graph_models.orders import Order
from graph_models.time import MINUTE
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from tests.row_filter.small_shop import (
    DOCUMENTS,
    NOW,
    TOPOLOGY_OF_SHOP,
    Shop,
    lines_of,
    random_filter,
    random_shop,
)
from tests.row_filter.surfaces import Asked, Clock, Window, comparable

FILTERS = 4
"""Of a shop: each makes a world of its own."""
SURFACES_ASKED = 5
"""Of a world: over some thousand worlds each surface is asked often."""
ROLES = (Role.VIEWER, Role.SERVICE_DESK, Role.RESPONDER, Role.ARCHITECT)


@dataclass(frozen=True)
class Difference:
    """A surface that shows something else than it should."""

    world: str
    surface: str
    mine: Any
    expected: Any


class Comparison:
    """Two applications: one over the whole world, with a filter, and one over what is left of it."""

    def __init__(self) -> None:
        self._clock = Clock(NOW)
        self._whole = Window(self._clock)
        self._left = Window(self._clock)
        self.worlds = 0
        self.surfaces: Counter[str] = Counter()

    def close(self) -> None:
        self._whole.close()
        self._left.close()

    def differences(self, seed: int) -> Iterator[Difference]:
        """Of one shop and several filters."""
        random = Random(~seed)
        self._clock.at += 1  # answers are kept by moment
        shop = random_shop(seed)
        with closing(self._store()) as whole:
            self._ingest(whole, shop, random)
            for _ in range(FILTERS):
                rows, role = random_filter(random), random.choice(ROLES)
                self.worlds += 1
                shown = shown_orders(whole, shop, rows)
                lines = lines_of(left_events(shop, shown, rows, whole))
                with closing(self._store()) as left:
                    left.ingest(lines)
                    self._whole.use(whole, Principal("key:1", "desk", frozenset({role}), rows))
                    self._left.use(left, Principal("key:1", "desk", frozenset({role})))
                    yield from self._differing(Asked(random, shop.orders, NOW), f"{seed}: {rows}, {role}")

    def _store(self) -> EmbeddedStore:
        store = EmbeddedStore.in_memory(now=self._clock)
        store.apply_topology(TOPOLOGY_OF_SHOP, DOCUMENTS, NOW - 10_000 * MINUTE)
        return store

    def _differing(self, asked: Asked, world: str) -> Iterator[Difference]:
        for surface, ask in asked.surfaces(SURFACES_ASKED):
            self.surfaces[surface] += 1
            mine, expected = comparable(ask(self._whole)), comparable(ask(self._left))
            if mine != expected:
                yield Difference(world, surface, mine, expected)

    def _ingest(self, whole: Store, shop: Shop, random: Random) -> None:
        """In parts, with questions in between: what they leave behind must not show later."""
        lines = lines_of([event for _, event in shop.events])
        half = random.randint(0, len(lines))
        whole.ingest(lines[:half])
        if random.random() < 0.5:
            self._whole.use(
                whole, Principal("key:1", "desk", frozenset({Role.VIEWER}), random_filter(random))
            )
            self._whole.ask("{blastRadius{headline totals{orders}} overdue{totalCount} orders{totalCount}}")
        whole.ingest(lines[half:])


def shown_orders(whole: Store, shop: Shop, rows: RowFilter) -> frozenset[str]:
    """By their present state, decided one by one."""
    return frozenset(key for key, order in whole.orders(shop.orders).items() if _is_shown(order, rows))


def _is_shown(order: Order, rows: RowFilter) -> bool:
    places = {part.location for part in order.fulfillments if part.location}
    regions = {order.region} | {TOPOLOGY_OF_SHOP.locations[place].region for place in places}
    return (
        (not rows.channels or order.channel in rows.channels)
        and (not rows.brands or order.attributes.get("brand") in rows.brands)
        and (not rows.regions or bool(regions & set(rows.regions)))
        and (not rows.locations or bool(places & set(rows.locations)))
    )


def left_events(shop: Shop, shown: frozenset[str], rows: RowFilter, whole: Store) -> list[Mapping[str, Any]]:
    """The events of a world that has nothing but what is shown."""
    cut = (_left_of(order, event, shown, rows, whole) for order, event in shop.events)
    return [event for event in cut if event is not None]


def _left_of(
    order: str, event: Mapping[str, Any], shown: frozenset[str], rows: RowFilter, whole: Store
) -> Mapping[str, Any] | None:
    """The event as far as it is of what is shown; None: not at all."""
    if order:
        return event if order in shown else None
    data = event["data"]
    if event["type"] == "inventory.reported":
        region = TOPOLOGY_OF_SHOP.locations[data["location"]].region
        is_shown = (
            not (rows.brands or rows.channels)
            and (not rows.locations or data["location"] in rows.locations)
            and (not rows.regions or region in rows.regions)
        )
        return event if is_shown else None
    if event["type"] == "list.reported":
        kept = [row for row in data["rows"] if _is_of_shown(row["id"], shown, whole)]
        return {**event, "data": {**data, "rows": kept}}
    return event


def _is_of_shown(id_: str, shown: frozenset[str], whole: Store) -> bool:
    """Whether an order, a fulfillment or a document with this id is of an order that is shown."""
    documents = whole.documents([id_]).get(id_, frozenset())
    return any(each.partition("/")[0] in shown for each in (id_, *documents))
