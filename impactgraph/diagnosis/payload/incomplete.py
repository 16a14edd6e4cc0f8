"""Orders without an attribute that nearly all others of the same channel and workflow have."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import PayloadFinding, PayloadKind
from graph_models.time import DAY, Millis
from graph_models.zones import TextClock
from impactgraph.columns import Columns
from impactgraph.diagnosis.payload.sampling import in_flight, sample_of, worth
from impactgraph.diagnosis.payload.sentences import incomplete_sentence

Flags = NDArray[np.bool_]

NEARLY_ALL = 0.98
LEAST = 50
"""Orders of a channel and workflow that are needed to learn what is usual."""
RECENT: Millis = DAY
"""Orders are also compared with those before this time, so that a sender that broke for all of its orders is
noticed.
"""


def find_incomplete(columns: Columns, among: Flags, clock: TextClock) -> list[PayloadFinding]:
    """`among` is by row of an order. What is usual is learned from all orders; findings are of those in
    flight.

    Costs a look at every order for each attribute.
    """
    o = columns.orders
    dictionaries = columns.dictionaries
    workflow = np.full(len(o), -1, np.int32)
    workflow[columns.fulfillments.order] = columns.fulfillments.workflow
    is_placed = (o.placed_at > 0) & (workflow >= 0)
    group = np.where(is_placed, o.channel * np.int32(len(dictionaries.workflows)) + workflow, np.int32(-1))
    groups = _Groups(
        group,
        is_placed,
        is_old=o.placed_at < clock.now - RECENT,
        is_candidate=is_placed & among & in_flight(columns),
    )
    findings: list[PayloadFinding] = []
    for name, has in _attributes(columns):
        for number in groups.incomplete(has):
            channel, flow = divmod(number, len(dictionaries.workflows))
            in_group = group == number
            rows = np.flatnonzero(in_group & groups.is_candidate & ~has)
            key = {
                "attribute": name,
                "channel": dictionaries.channels.values[channel],
                "workflow": dictionaries.workflows[flow].key,
            }
            total = int(np.count_nonzero(in_group))
            having = int(np.count_nonzero(in_group & has))
            findings.append(_finding(columns, key, rows, total, having=having, clock=clock))
    return findings


def _attributes(columns: Columns) -> Iterator[tuple[str, Flags]]:
    """By name, which orders have it: attributes, and the optional fields."""
    o = columns.orders
    for name, codes in sorted(o.attributes.items()):
        yield name, codes > 0
    yield from (("region", o.region > 0), ("customer_tier", o.tier > 0), ("promised_by", o.promised_by > 0))


@dataclass(frozen=True)
class _Groups:
    """Orders by channel and workflow; all arrays are by row of an order."""

    number: NDArray[np.int32]
    """-1 where the order is in no group."""
    is_placed: Flags
    is_old: Flags
    is_candidate: Flags
    """Orders that findings are made of."""

    def incomplete(self, has: Flags) -> Iterator[int]:
        """Groups in which nearly all orders have it, now or before the last day, and some
        candidates do not.
        """
        size = int(self.number.max(initial=-1)) + 1

        def count(mask: Flags) -> NDArray[np.intp]:
            return np.bincount(self.number[mask], minlength=size)

        lacking = count(self.is_candidate & ~has)
        is_usual = np.zeros(size, bool)
        for reference in (self.is_placed, self.is_placed & self.is_old):
            total = count(reference)
            having = count(reference & has)
            is_usual |= (total >= LEAST) & (having >= NEARLY_ALL * total) & (having > 0)
        yield from np.flatnonzero(is_usual & (lacking > 0)).tolist()


def _finding(
    columns: Columns,
    key: dict[str, str],
    rows: NDArray[np.intp],
    total: int,
    *,
    having: int,
    clock: TextClock,
) -> PayloadFinding:
    placed_at = columns.orders.placed_at[rows]
    first = int(placed_at.min())
    return PayloadFinding(
        kind=PayloadKind.INCOMPLETE,
        sentence=incomplete_sentence(len(rows), key, having, total, first=clock.dated(first)),
        key=key,
        count=len(rows),
        total=total,
        since=first,
        until=int(placed_at.max()),
        value=worth(columns, rows),
        orders=sample_of(columns, rows),
    )
