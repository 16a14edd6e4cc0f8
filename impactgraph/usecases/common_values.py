"""Values that nearly all of some orders share and most others do not have."""

from collections.abc import Iterator

import numpy as np

from impactgraph.columns import IN_FLIGHT, Codes, Columns

NEARLY_ALL = 0.9
"""Share of the orders that must have a value for it to be listed."""
MOST_OTHERS = 0.7
"""Where more than this share of everything in flight has the value too, it is not listed."""
MOST_VALUES = 4


def common_values(columns: Columns, orders: Codes, fulfillments: Codes) -> tuple[str, ...]:
    """Shared values such as `region emea`, the rarest elsewhere first.

    `orders`, `fulfillments`: rows of the orders and of one fulfillment of each.

    Cost: a count of each dimension over all fulfillments in flight.
    """
    if not len(orders):
        return ()
    flying = np.flatnonzero(columns.fulfillments.status == IN_FLIGHT)
    owners = columns.fulfillments.order[flying]
    candidates: list[tuple[float, str]] = []
    for name, words, of_order, codes in _dimensions(columns):
        code, share = _most(codes[orders if of_order else fulfillments])
        if not code or share < NEARLY_ALL:
            continue
        usual = float(np.count_nonzero(codes[owners if of_order else flying] == code)) / max(1, len(flying))
        if usual < MOST_OTHERS:
            candidates.append((usual, f"{name} {words[code]}"))
    return tuple(text for _, text in sorted(candidates)[:MOST_VALUES])


def _dimensions(columns: Columns) -> Iterator[tuple[str, list[str], bool, Codes]]:
    """Name, words by code, whether the codes are by order (else by fulfillment), codes; code 0 is none."""
    o, f, v = columns.orders, columns.fulfillments, columns.dictionaries
    yield "location", v.locations.values, False, f.location
    yield "region", v.regions.values, True, o.region
    yield "mode", v.modes.values, True, o.mode
    yield "channel", v.channels.values, True, o.channel
    yield "tier", v.tiers.values, True, o.tier
    yield "currency", v.currencies.values, True, o.currency
    yield (
        "workflow",
        ["", *(workflow.key for workflow in v.workflows)],
        False,
        (f.workflow + 1).astype(np.int32),
    )
    for name, codes in o.attributes.items():
        yield name, v.attributes[name].values, True, codes


def _most(codes: Codes) -> tuple[int, float]:
    """The commonest code and the share that has it."""
    counts = np.bincount(codes)
    code = int(np.argmax(counts))
    return code, float(counts[code]) / len(codes)
