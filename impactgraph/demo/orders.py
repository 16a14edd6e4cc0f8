"""Orders as customers place them: when, where, by which channel, what for. Columns, a row an order and a row a fulfillment."""

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from graph_models.money import minor_digits
from graph_models.time import DAY, HOUR, MINUTE, Millis
from impactgraph.demo.landscape.places import REGIONS, SUPPLIERS, Place, places

Ints = NDArray[np.int64]
Rng = np.random.Generator
Rows = TypeVar("Rows", "Orders", "Fulfillments")

LOOKBACK: Millis = 3 * DAY
SPLIT_SHARE = 0.05
"""Of the orders that are placed; split ones take longer, so of those in flight it is about 6 %."""
TIERS = ("basic", "silver", "gold", "platinum")
VERSIONS = ("7", "6")
CURRENCIES = tuple(dict.fromkeys(code for region in REGIONS for code, _ in region.currencies))
CARRIERS = tuple(dict.fromkeys(carrier for region in REGIONS for carrier in region.carriers))
PLACES: tuple[Place, ...] = places()
CHANNELS = ("web", "app", "marketplace", "store", "call_centre")
MODES = ("ship_from_dc", "ship_from_store", "bopis", "same_day", "ship_from_3pl", "drop_ship", "return")
WORKFLOWS = (
    "ship-from-dc",
    "ship-from-store",
    "collect-in-store",
    "same-day",
    "ship-from-3pl",
    "drop-ship",
    "return-refund",
)
"""Of each mode, by the same index."""
DC, STORE, COLLECT, SAME_DAY, THIRD_PARTY, DROP_SHIP, RETURN = range(7)

_MODE_SHARES = (0.33, 0.27, 0.19, 0.04, 0.04, 0.06, 0.07)
_CHANNEL_SHARES = np.array([  # web, app, marketplace, store, call centre
    (0.52, 0.30, 0.14, 0.00, 0.04),
    (0.46, 0.34, 0.10, 0.10, 0.00),
    (0.40, 0.55, 0.00, 0.00, 0.05),
    (0.25, 0.75, 0.00, 0.00, 0.00),
    (0.50, 0.30, 0.20, 0.00, 0.00),
    (0.55, 0.25, 0.20, 0.00, 0.00),
    (0.50, 0.30, 0.00, 0.20, 0.00),
])  # fmt: skip
_PROMISE_HOURS = (
    (20, 24, 30, 48),
    (17, 19, 21, 36),
    (24, 36, 48, 72),
    (3, 3, 4, 4),
    (24, 30, 48, 72),
    (30, 36, 48, 72),
    (12, 24, 24, 48),
)
_PROMISE_SHARES = (0.08, 0.32, 0.40, 0.20)
_TYPICAL_VALUE = {"EUR": 62.0, "GBP": 55.0, "USD": 74.0, "BRL": 240.0, "JPY": 7800.0}
_BUSY = np.array(
    [2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 14, 13, 12, 12, 13, 15, 18, 21, 22, 18, 11, 5], float
)
"""How busy each hour of the local day is."""
_PEAK_SHARE, _PEAK_SPAN = 0.05, 150 * MINUTE
"""Part of the ship-from-store orders that a campaign draws into the last hours: what saturates the queues."""


@dataclass
class Orders:
    """Codes index the tuples above; `value` is in hundredths, or in the main unit where the currency has no smaller one."""

    placed: Ints
    promised: Ints
    region: Ints
    mode: Ints
    channel: Ints
    tier: Ints
    currency: Ints
    value: Ints
    carrier: Ints
    version: Ints
    supplier: Ints
    """Index in SUPPLIERS; -1 where there is none."""

    def __len__(self) -> int:
        return len(self.placed)


@dataclass
class Fulfillments:
    """`order` is the row of its order, `number` its place among the order's, from 1; `location` indexes PLACES."""

    order: Ints
    number: Ints
    workflow: Ints
    location: Ints
    value: Ints

    def __len__(self) -> int:
        return len(self.order)


def taken(columns: Rows, rows: Ints) -> Rows:
    """The rows, in their order."""
    return type(columns)(*(getattr(columns, column.name)[rows] for column in fields(columns)))


def place_orders(count: int, now: Millis, rng: Rng) -> tuple[Orders, Fulfillments]:
    """`count` orders of the lookback before `now`, in no particular order, and their fulfillments."""
    mode = rng.choice(len(MODES), count, p=_MODE_SHARES)
    region = rng.choice(len(REGIONS), count, p=[region.share for region in REGIONS])
    placed = _placed(region, now, rng)
    rushed = (mode == STORE) & (rng.random(count) < _PEAK_SHARE)
    return _ordered(
        mode, region, np.where(rushed, now - (rng.random(count) * _PEAK_SPAN).astype(np.int64), placed), rng
    )


def place_hour(hourly: float, since: Millis, rng: Rng) -> tuple[Orders, Fulfillments]:
    """The orders of the hour from `since` on, in no particular order, where `hourly` are placed on the mean of all hours of a day."""
    expected = hourly * np.array(
        [region.share * _busy(since, region.utc_offset) / _BUSY.mean() for region in REGIONS]
    )
    region = np.repeat(np.arange(len(REGIONS)), rng.poisson(expected))
    return _ordered(
        rng.choice(len(MODES), len(region), p=_MODE_SHARES),
        region,
        since + rng.integers(0, HOUR, len(region)),
        rng,
    )


def _ordered(mode: Ints, region: Ints, placed: Ints, rng: Rng) -> tuple[Orders, Fulfillments]:
    """The rest of the orders, and their fulfillments."""
    count = len(mode)
    currency = _by_region(region, [[CURRENCIES.index(code) for code, _ in place.currencies] for place in REGIONS],
                          [[share for _, share in place.currencies] for place in REGIONS], rng)  # fmt: skip
    carriers = [[CARRIERS.index(carrier) for carrier in place.carriers] for place in REGIONS]
    typical = np.array([_TYPICAL_VALUE[code] * 10 ** minor_digits(code) for code in CURRENCIES])
    hours = np.array(_PROMISE_HOURS)[mode, rng.choice(4, count, p=_PROMISE_SHARES)]
    orders = Orders(
        placed=placed,
        promised=(placed // HOUR + 1 + hours) * HOUR,
        region=region,
        mode=mode,
        channel=_pick(_CHANNEL_SHARES[mode], rng),
        tier=rng.choice(len(TIERS), count, p=(0.55, 0.25, 0.15, 0.05)),
        currency=currency,
        value=np.maximum(1, typical[currency] * rng.lognormal(0, 0.7, count)).astype(np.int64),
        carrier=_by_region(
            region, carriers, [[0.7, 0.3][: len(some)] if len(some) > 1 else [1.0] for some in carriers], rng
        ),
        version=(rng.random(count) < 0.15).astype(np.int64),
        supplier=np.where(mode == DROP_SHIP, rng.integers(0, len(SUPPLIERS), count), -1),
    )
    return orders, _fulfillments(orders, rng)


def alternative(location: Ints, rng: Rng) -> Ints:
    """Another place of the same kind and region for each; the same one where no other was found in a few draws."""
    found = location.copy()
    for _ in range(_DRAWS):
        same = np.flatnonzero(found == location)
        found[same] = _located(_PLACE_REGION[location[same]], _PLACE_KIND[location[same]], rng)
    return found


def _placed(region: Ints, now: Millis, rng: Rng) -> Ints:
    """Moments of the lookback, as busy as the hour of the region's day."""
    hours = np.arange(LOOKBACK // HOUR)
    since = now - LOOKBACK + hours * HOUR
    placed = np.empty(len(region), np.int64)
    for code, place in enumerate(REGIONS):
        rows = np.flatnonzero(region == code)
        busy = _busy(since, place.utc_offset)
        placed[rows] = since[rng.choice(len(hours), len(rows), p=busy / busy.sum())] + rng.integers(
            0, HOUR, len(rows)
        )
    return placed


def _busy(since: Ints | Millis, utc_offset: int) -> NDArray[np.float64]:
    """How busy each hour that begins at `since` is in a region's day."""
    return _BUSY[((since + HOUR // 2) // HOUR + utc_offset) % 24]


def _fulfillments(orders: Orders, rng: Rng) -> Fulfillments:
    """One an order, and a second one for those that are split."""
    count = len(orders)
    splittable = np.isin(orders.mode, (DC, STORE, THIRD_PARTY, DROP_SHIP)) & (orders.value > 1)
    split = np.flatnonzero(
        splittable & (rng.random(count) < SPLIT_SHARE / max(splittable.sum() / max(count, 1), SPLIT_SHARE))
    )
    second = np.where((orders.mode[split] == DC) & (rng.random(len(split)) < 0.5), STORE, DC)
    part = np.maximum(1, (orders.value[split] * rng.uniform(0.2, 0.8, len(split))).astype(np.int64))
    value = orders.value.copy()
    value[split] -= part
    order = np.concatenate((np.arange(count), split))
    workflow = np.concatenate((orders.mode, second))
    number = np.concatenate((np.ones(count, np.int64), np.full(len(split), 2)))
    location = _locations(workflow, orders.region[order], orders.supplier[order], rng)
    return Fulfillments(order, number, workflow, location, np.concatenate((value, part)))


def _locations(workflow: Ints, region: Ints, supplier: Ints, rng: Rng) -> Ints:
    kind = np.array(
        [_KINDS.index(kind) for kind in ("dc", "store", "store", "dark_store", "3pl", "supplier", "store")]
    )[workflow]
    to_dc = (workflow == RETURN) & (rng.random(len(workflow)) < 0.3)
    location = _located(region, np.where(to_dc, _KINDS.index("dc"), kind), rng)
    suppliers = np.array([_PLACE_OF[f"supplier-{name}"] for name in SUPPLIERS])
    return np.where(workflow == DROP_SHIP, suppliers[supplier], location)


def _located(region: Ints, kind: Ints, rng: Rng) -> Ints:
    """A place of the kind in the region for each, popular ones more often."""
    location = np.zeros(len(region), np.int64)
    cell = region * len(_KINDS) + kind
    for code in np.unique(cell).tolist():
        rows = np.flatnonzero(cell == code)
        candidates = _CANDIDATES.get((code // len(_KINDS), code % len(_KINDS)))
        if candidates is not None:
            popularity = 1 / (np.arange(len(candidates)) + 6.0) ** 0.6
            location[rows] = candidates[
                rng.choice(len(candidates), len(rows), p=popularity / popularity.sum())
            ]
    return location


def _by_region(region: Ints, codes: list[list[int]], shares: list[list[float]], rng: Rng) -> Ints:
    chosen = np.empty(len(region), np.int64)
    for code, (choices, share) in enumerate(zip(codes, shares, strict=True)):
        rows = np.flatnonzero(region == code)
        chosen[rows] = np.array(choices)[rng.choice(len(choices), len(rows), p=share)]
    return chosen


def _pick(shares: NDArray[np.float64], rng: Rng) -> Ints:
    """For each row of shares an index, by its share."""
    return (rng.random(len(shares))[:, None] >= shares.cumsum(axis=1)[:, :-1]).sum(axis=1)


_KINDS = ("store", "dc", "dark_store", "3pl", "supplier")
_REGION_OF = {region.key: code for code, region in enumerate(REGIONS)}
_PLACE_OF = {place.key: index for index, place in enumerate(PLACES)}


def _candidates() -> dict[tuple[int, int], Ints]:
    found: dict[tuple[int, int], list[int]] = {}
    for index, place in enumerate(PLACES):
        found.setdefault((_REGION_OF[place.region], _KINDS.index(place.kind)), []).append(index)
    return {cell: np.array(indexes) for cell, indexes in found.items()}


_CANDIDATES = _candidates()
_PLACE_REGION = np.array([_REGION_OF[place.region] for place in PLACES])
_PLACE_KIND = np.array([_KINDS.index(place.kind) for place in PLACES])
_DRAWS = 4
