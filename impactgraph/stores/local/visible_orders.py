"""Orders that a row filter shows."""

import numpy as np
from numpy.typing import NDArray

from graph_models.access import RowFilter
from graph_models.topology import Topology
from impactgraph.columns import Columns
from impactgraph.columns.declare import Flags

BRAND = "brand"
"""The attribute of orders that names their brand."""


def visible_orders(columns: Columns, topology: Topology, rows: RowFilter) -> Flags:
    """By row of an order: whether it has a listed value in each dimension that the filter limits.

    Its regions are its own and those of its fulfillments' locations, by the topology; its locations are the
    present ones of its fulfillments. Cost: a look at each order and fulfillment.
    """
    orders, dictionaries = columns.orders, columns.dictionaries
    mask = np.ones(len(orders), bool)
    if rows.channels:
        mask &= dictionaries.channels.mask_of(rows.channels)[orders.channel]
    if rows.brands:
        mask &= _has_brand(columns, rows.brands)
    if rows.regions:
        of_order = dictionaries.regions.mask_of(rows.regions)[orders.region]
        mask &= of_order | _has_fulfillment_at(columns, _located_in(columns, topology, rows.regions))
    if rows.locations:
        mask &= _has_fulfillment_at(columns, dictionaries.locations.mask_of(rows.locations))
    return mask


def _has_brand(columns: Columns, brands: tuple[str, ...]) -> Flags:
    codes = columns.orders.attributes.get(BRAND)
    if codes is None:
        return np.zeros(len(columns.orders), bool)
    return columns.dictionaries.attributes[BRAND].mask_of(brands)[codes]


def _located_in(columns: Columns, topology: Topology, regions: tuple[str, ...]) -> Flags:
    """By code of a location."""
    names = columns.dictionaries.locations.values
    return np.array([is_in_regions(topology, name, regions) for name in names], bool)


def is_in_regions(topology: Topology, location: str, regions: tuple[str, ...]) -> bool:
    """Whether the topology places a location (bare key) in one of the regions."""
    place = topology.locations.get(location)
    return place is not None and place.region in regions


def _has_fulfillment_at(columns: Columns, is_listed: NDArray[np.bool_]) -> Flags:
    """By row of an order; `is_listed` is by code of a location."""
    mask = np.zeros(len(columns.orders), bool)
    fulfillments = columns.fulfillments
    mask[fulfillments.order[is_listed[fulfillments.location]]] = True
    return mask
