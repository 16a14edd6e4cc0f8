"""Generates the demo's orders as customers place them, as columns."""

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from graph_models.money import minor_digits
from graph_models.time import DAY, HOUR, MINUTE, Millis
from impactgraph.demo.topology.places import REGIONS, SUPPLIERS, Place, places

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rng = np.random.Generator
Rows = TypeVar("Rows", "Orders", "Fulfillments")

LOOKBACK: Millis = 3 * DAY
SPLIT_SHARE = 0.05
"""Share of the placed orders with two fulfillments; they take longer, so about 6 % of those in flight."""
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
"""The workflow of each mode, by the same index."""
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
_HOURLY_VOLUME = np.array(
    [2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 14, 13, 12, 12, 13, 15, 18, 21, 22, 18, 11, 5], float
)
"""Relative number of orders in each hour of the local day."""
_PEAK_SHARE = 0.05
"""Share of the ship-from-store orders that a campaign moves into the last hours, which saturates the queues.
"""
_PEAK_DURATION = 150 * MINUTE


@dataclass
class Orders:
    """A row for each order. Codes index the tuples above; `value` is in the currency's smallest unit."""

    placed_at: Ints
    promised_by: Ints
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
        return len(self.placed_at)


@dataclass
class Fulfillments:
    """A row for each fulfillment:

    `order` is the row of its order, `number` counts within the order from 1, `location` indexes PLACES.
    """

    order: Ints
    number: Ints
    workflow: Ints
    location: Ints
    value: Ints

    def __len__(self) -> int:
        return len(self.order)


def select_rows(columns: Rows, rows: Ints) -> Rows:
    """The given rows, in the given order."""
    return type(columns)(*(getattr(columns, column.name)[rows] for column in fields(columns)))


def place_orders(count: int, now: Millis, rng: Rng) -> tuple[Orders, Fulfillments]:
    """`count` orders of the lookback before `now`, unsorted, and their fulfillments."""
    mode = rng.choice(len(MODES), count, p=_MODE_SHARES)
    region = rng.choice(len(REGIONS), count, p=[region.share for region in REGIONS])
    usual_moment = _placement_moments(region, now, rng)
    is_campaign = (mode == STORE) & (rng.random(count) < _PEAK_SHARE)
    campaign_moment = now - (rng.random(count) * _PEAK_DURATION).astype(np.int64)
    return _complete(mode, region, np.where(is_campaign, campaign_moment, usual_moment), rng)


def place_hour(hourly: float, since: Millis, rng: Rng) -> tuple[Orders, Fulfillments]:
    """The orders of the hour from `since` on, unsorted; `hourly` is the mean number per hour of a day."""
    mean_count = hourly * np.array(
        [
            region.share * _relative_volume(since, region.utc_offset) / _HOURLY_VOLUME.mean()
            for region in REGIONS
        ]
    )
    region = np.repeat(np.arange(len(REGIONS)), rng.poisson(mean_count))
    return _complete(
        rng.choice(len(MODES), len(region), p=_MODE_SHARES),
        region,
        since + rng.integers(0, HOUR, len(region)),
        rng,
    )


def _complete(mode: Ints, region: Ints, placed_at: Ints, rng: Rng) -> tuple[Orders, Fulfillments]:
    """The orders with their remaining columns, and their fulfillments."""
    count = len(mode)
    currencies = [[CURRENCIES.index(code) for code, _ in place.currencies] for place in REGIONS]
    currency_shares = [[share for _, share in place.currencies] for place in REGIONS]
    currency = _by_region(region, currencies, currency_shares, rng)
    carriers = [[CARRIERS.index(carrier) for carrier in place.carriers] for place in REGIONS]
    carrier_shares = [[0.7, 0.3] if len(codes) > 1 else [1.0] for codes in carriers]
    typical = np.array([_TYPICAL_VALUE[code] * 10 ** minor_digits(code) for code in CURRENCIES])
    hours = np.array(_PROMISE_HOURS)[mode, rng.choice(4, count, p=_PROMISE_SHARES)]
    orders = Orders(
        placed_at=placed_at,
        promised_by=(placed_at // HOUR + 1 + hours) * HOUR,
        region=region,
        mode=mode,
        channel=_pick(_CHANNEL_SHARES[mode], rng),
        tier=rng.choice(len(TIERS), count, p=(0.55, 0.25, 0.15, 0.05)),
        currency=currency,
        value=np.maximum(1, typical[currency] * rng.lognormal(0, 0.7, count)).astype(np.int64),
        carrier=_by_region(region, carriers, carrier_shares, rng),
        version=(rng.random(count) < 0.15).astype(np.int64),
        supplier=np.where(mode == DROP_SHIP, rng.integers(0, len(SUPPLIERS), count), -1),
    )
    return orders, _fulfillments(orders, rng)


def alternative(location: Ints, rng: Rng) -> Ints:
    """Another place of the same kind and region for each; the same one where a few draws yield no other."""
    other = location.copy()
    for _ in range(_DRAWS):
        same = np.flatnonzero(other == location)
        other[same] = _draw_places(_PLACE_REGION[location[same]], _PLACE_KIND[location[same]], rng)
    return other


def _placement_moments(region: Ints, now: Millis, rng: Rng) -> Ints:
    """Moments of the lookback, distributed as the volume over the region's day."""
    hours = np.arange(LOOKBACK // HOUR)
    since = now - LOOKBACK + hours * HOUR
    moments = np.empty(len(region), np.int64)
    for code, place in enumerate(REGIONS):
        rows = np.flatnonzero(region == code)
        volume = _relative_volume(since, place.utc_offset)
        hour = since[rng.choice(len(hours), len(rows), p=volume / volume.sum())]
        moments[rows] = hour + rng.integers(0, HOUR, len(rows))
    return moments


def _relative_volume(since: Ints | Millis, utc_offset: int) -> NDArray[np.float64]:
    """Relative volume of the hours that begin at `since` in a region's day."""
    return _HOURLY_VOLUME[((since + HOUR // 2) // HOUR + utc_offset) % 24]


def _fulfillments(orders: Orders, rng: Rng) -> Fulfillments:
    """One for each order, and a second one for split orders."""
    count = len(orders)
    splittable = np.isin(orders.mode, (DC, STORE, THIRD_PARTY, DROP_SHIP)) & (orders.value > 1)
    split_share = SPLIT_SHARE / max(splittable.sum() / max(count, 1), SPLIT_SHARE)
    split = np.flatnonzero(splittable & (rng.random(count) < split_share))
    to_store = (orders.mode[split] == DC) & (rng.random(len(split)) < 0.5)
    second = np.where(to_store, STORE, DC)
    second_value = np.maximum(1, (orders.value[split] * rng.uniform(0.2, 0.8, len(split))).astype(np.int64))
    value = orders.value.copy()
    value[split] -= second_value
    order = np.concatenate((np.arange(count), split))
    workflow = np.concatenate((orders.mode, second))
    return Fulfillments(
        order=order,
        number=np.concatenate((np.ones(count, np.int64), np.full(len(split), 2))),
        workflow=workflow,
        location=_locations(workflow, orders.region[order], orders.supplier[order], rng),
        value=np.concatenate((value, second_value)),
    )


def _locations(workflow: Ints, region: Ints, supplier: Ints, rng: Rng) -> Ints:
    kinds = ("dc", "store", "store", "dark_store", "3pl", "supplier", "store")
    kind = np.array([_KINDS.index(name) for name in kinds])[workflow]
    to_dc = (workflow == RETURN) & (rng.random(len(workflow)) < 0.3)
    location = _draw_places(region, np.where(to_dc, _KINDS.index("dc"), kind), rng)
    suppliers = np.array([_PLACE_OF[f"supplier-{name}"] for name in SUPPLIERS])
    return np.where(workflow == DROP_SHIP, suppliers[supplier], location)


def _draw_places(region: Ints, kind: Ints, rng: Rng) -> Ints:
    """A place of the kind in the region for each, popular ones more often."""
    location = np.zeros(len(region), np.int64)
    group = region * len(_KINDS) + kind
    for code in np.unique(group).tolist():
        rows = np.flatnonzero(group == code)
        candidates = _CANDIDATES.get((code // len(_KINDS), code % len(_KINDS)))
        if candidates is not None:
            popularity = 1 / (np.arange(len(candidates)) + 6.0) ** 0.6
            shares = popularity / popularity.sum()
            location[rows] = candidates[rng.choice(len(candidates), len(rows), p=shares)]
    return location


def _by_region(region: Ints, codes: list[list[int]], shares: list[list[float]], rng: Rng) -> Ints:
    """One of its region's codes for each, by their shares."""
    choice = np.empty(len(region), np.int64)
    for code, (choices, share) in enumerate(zip(codes, shares, strict=True)):
        rows = np.flatnonzero(region == code)
        choice[rows] = np.array(choices)[rng.choice(len(choices), len(rows), p=share)]
    return choice


def _pick(shares: NDArray[np.float64], rng: Rng) -> Ints:
    """An index for each row of shares, drawn by those shares."""
    return (rng.random(len(shares))[:, None] >= shares.cumsum(axis=1)[:, :-1]).sum(axis=1)


_KINDS = ("store", "dc", "dark_store", "3pl", "supplier")
_REGION_OF = {region.key: code for code, region in enumerate(REGIONS)}
_PLACE_OF = {place.key: index for index, place in enumerate(PLACES)}


def _candidates() -> dict[tuple[int, int], Ints]:
    """Indexes of the places by (region, kind)."""
    indexes: dict[tuple[int, int], list[int]] = {}
    for index, place in enumerate(PLACES):
        indexes.setdefault((_REGION_OF[place.region], _KINDS.index(place.kind)), []).append(index)
    return {group: np.array(members) for group, members in indexes.items()}


_CANDIDATES = _candidates()
_PLACE_REGION = np.array([_REGION_OF[place.region] for place in PLACES])
_PLACE_KIND = np.array([_KINDS.index(place.kind) for place in PLACES])
_DRAWS = 4
"""How often an alternative place is drawn."""
