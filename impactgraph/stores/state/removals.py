"""Fulfillments that an edited order no longer has: the latest order.placed says which ones there are."""

from dataclasses import dataclass

import numpy as np

from impactgraph.columns import Ints
from impactgraph.stores.state.dense_places import DensePlaces
from impactgraph.stores.state.event_tables import EventBatch
from impactgraph.stores.state.order_fold import TieBreaker, event_order


@dataclass(frozen=True, slots=True)
class Removals:
    """Each is as a cancellation of the fulfillment by that order.placed."""

    target: Ints
    """Row of the fulfillment."""
    time: Ints
    seq: Ints


def _none() -> Removals:
    return Removals(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))


def removals(batch: EventBatch, places: DensePlaces, tie_breaker: TieBreaker) -> Removals:
    """Of each fulfillment that an order.placed names: the first order.placed after the last that names it,
    without those that only add fulfillments. Fulfillments that no order.placed names stay.
    """
    placement_rows = batch.placed
    placements = batch.placements
    if len(placement_rows) < 2 or len(placement_rows) == len(np.unique(placement_rows.order)):
        return _none()
    order = event_order(
        placement_rows.order.astype(np.int64), placement_rows.time, placement_rows.seq, tie_breaker
    )
    by_seq = np.argsort(placement_rows.seq)
    rank = np.empty(len(placement_rows), np.int64)
    rank[order] = np.arange(len(placement_rows))
    rank_of_placement = rank[by_seq[np.searchsorted(placement_rows.seq[by_seq], placements.seq)]]
    rows = places.of(placements.fulfillment)
    last_naming = np.full(len(places), -1, np.int64)
    np.maximum.at(last_naming, rows, rank_of_placement)
    is_replacing = placement_rows.adds[order] == 0
    replacing = np.flatnonzero(is_replacing)
    targets = np.unique(rows)
    following = np.searchsorted(replacing, last_naming[targets], side="right")
    exists = following < len(replacing)
    targets, event = targets[exists], order[replacing[following[exists]]]
    is_same_order = placement_rows.order[event] == placement_rows.order[order[last_naming[targets]]]
    targets, event = targets[is_same_order].astype(np.int64), event[is_same_order]
    return Removals(targets, placement_rows.time[event], placement_rows.seq[event])
