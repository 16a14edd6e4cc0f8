"""Orders that lack what nearly all others of the same channel and workflow say."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import PayloadFinding, PayloadKind
from graph_models.time import DAY, Millis, moment
from impactgraph.columns import Columns
from impactgraph.diagnosis.payload.sampling import in_flight, sample_of, worth

NEARLY_ALL = 0.98
LEAST = 50
"""Orders that are needed before their habit counts."""
RECENT: Millis = DAY
"""What is lacking in the last day is held against the days before too, so that a sender that broke for all is seen."""


def find_incomplete(columns: Columns, among: NDArray[np.bool_], at: Millis) -> list[PayloadFinding]:
    """`among` is by row of an order. All orders tell what is usual; of those in flight is told what they lack.

    Costs a look at every order for each attribute.
    """
    o, v = columns.orders, columns.dictionaries
    workflow = np.full(len(o), -1, np.int32)
    workflow[columns.fulfillments.order] = columns.fulfillments.workflow
    told = (o.placed_at > 0) & (workflow >= 0)
    group = np.where(told, o.channel * np.int32(len(v.workflows)) + workflow, np.int32(-1))
    concerned = told & among & in_flight(columns)
    found: list[PayloadFinding] = []
    for name, has in _said(columns):
        for number in _incomplete(group, told, has, o.placed_at < at - RECENT, concerned):
            channel, flow = divmod(number, len(v.workflows))
            mine = group == number
            rows = np.flatnonzero(mine & concerned & ~has)
            key = {
                "attribute": name,
                "channel": v.channels.values[channel],
                "workflow": v.workflows[flow].key,
            }
            found.append(
                _finding(columns, key, rows, int(np.count_nonzero(mine)), int(np.count_nonzero(mine & has)))
            )
    return found


def _said(columns: Columns) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """By name, which orders say it: attributes, and the fields that may be left out."""
    o = columns.orders
    for name, codes in sorted(o.attributes.items()):
        yield name, codes > 0
    yield from (("region", o.region > 0), ("customer_tier", o.tier > 0), ("promised_by", o.promised_by > 0))


def _incomplete(
    group: NDArray[np.int32],
    told: NDArray[np.bool_],
    has: NDArray[np.bool_],
    before: NDArray[np.bool_],
    concerned: NDArray[np.bool_],
) -> Iterator[int]:
    """Groups in which nearly all say it, now or before the last day, and some that are concerned do not."""
    size = int(group.max(initial=-1)) + 1

    def counted(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
        return np.bincount(group[mask], minlength=size)

    lacking = counted(concerned & ~has)
    usual = np.zeros(size, bool)
    for whom in (told, told & before):
        all_, say = counted(whom), counted(whom & has)
        usual |= (all_ >= LEAST) & (say >= NEARLY_ALL * all_) & (say > 0)
    yield from np.flatnonzero(usual & (lacking > 0)).tolist()


def _finding(
    columns: Columns, key: dict[str, str], rows: NDArray[np.intp], total: int, having: int
) -> PayloadFinding:
    placed = columns.orders.placed_at[rows]
    have = f"{having:,} of {total:,} orders of {key['channel']} in {key['workflow']} say it"
    since = f"the first was placed at {moment(int(placed.min())):%Y-%m-%d %H:%M} UTC"
    return PayloadFinding(
        kind=PayloadKind.INCOMPLETE,
        sentence=f"{len(rows):,} {'order lacks' if len(rows) == 1 else 'orders lack'} {key['attribute']}; {have}; {since}.",
        key=key,
        count=len(rows),
        total=total,
        since=int(placed.min()),
        until=int(placed.max()),
        value=worth(columns, rows),
        orders=sample_of(columns, rows),
    )
