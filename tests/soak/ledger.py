"""What was sent and acknowledged, and the comparison with what the store has at the end."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from graph_models.time import Millis
from impactgraph.bootstrap import open_store, system_clock
from tests.benchmarks.live import orders
from tests.soak.plan import EVENTS_OF_A_BATCH, EVENTS_OF_AN_ORDER

ORDERS_OF_A_BATCH = EVENTS_OF_A_BATCH // EVENTS_OF_AN_ORDER
LAST_STEP = "allocate"


@dataclass
class Ledger:
    """Of batches of events; a batch has orders with the numbers from `first` on."""

    taken: dict[int, int] = field(default_factory=dict[int, int])
    """Events that were new, by the first number of an acknowledged batch."""
    unclear: dict[int, bytes] = field(default_factory=dict[int, bytes])
    """Batches that were refused or not answered: they may be stored or not."""
    webhooks: int = 0
    """Acknowledged deliveries."""
    next_number: int = 0

    def batch(self, at: datetime) -> tuple[int, bytes]:
        """The first number of the next batch, and the batch."""
        first = self.next_number
        self.next_number += ORDERS_OF_A_BATCH
        return first, json.dumps(orders(first, at)).encode()

    def acknowledge(self, first: int, taken: int) -> None:
        self.taken[first] = taken
        self.unclear.pop(first, None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of what was acknowledged with the store, opened after the server has ended."""

    orders: int
    """Acknowledged, or sent again at the end until they were."""
    lost: int
    unfinished: int
    """Orders that are not in their last step: events of them are missing."""
    foreign: int
    """Orders of this load in the store that were never sent."""
    doubled: int
    """Rows of one order beyond the first."""
    events: int
    """By which the log has grown, without webhooks."""
    events_expected: int

    @property
    def is_right(self) -> bool:
        wrong = (self.lost, self.unfinished, self.foreign, self.doubled)
        return wrong == (0, 0, 0, 0) and self.events == self.events_expected


def compare(folder: str, ledger: Ledger, events: int, now: Callable[[], Millis] = system_clock) -> Comparison:
    """`events`: by how many events the log has grown with the batches."""
    sent = {
        f"LIVE-{number:08d}"
        for first in (*ledger.taken, *ledger.unclear)
        for number in range(first, first + ORDERS_OF_A_BATCH)
    }
    store = open_store(folder, now=now)
    try:
        with store.columns() as columns:
            here = [key for key in columns.orders.ids if key.startswith("LIVE-")]
            rows = columns.order_rows(here)
            steps = store.topology().workflows["ship-from-store"].steps
            last = next(number for number, step in enumerate(steps) if step.key == LAST_STEP)
            at_last = set(columns.fulfillments.order[columns.fulfillments.step == last].tolist())
            unfinished = sum(row not in at_last for row in rows.tolist())
    finally:
        store.close()
    found = set(here)
    return Comparison(
        orders=len(sent),
        lost=len(sent - found),
        unfinished=unfinished,
        foreign=len(found - sent),
        doubled=len(here) - len(found),
        events=events,
        events_expected=len(sent) * EVENTS_OF_AN_ORDER,
    )
