"""Encodes what order.placed events state: a row for each order, and one for each of its fulfillments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import msgspec
import numpy as np

from graph_models.money import equal_shares, to_micros
from impactgraph.columns import Ints
from impactgraph.columns.declare import Column, Objects
from impactgraph.columns.tables import OrderTerms
from impactgraph.ingest.event_base import moment_millis
from impactgraph.ingest.events import PlacedData
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_tables import PlacedRows, PlacementRows


@dataclass(frozen=True, slots=True)
class EncodedPlacements:
    placed: PlacedRows
    placements: PlacementRows
    order_values: Objects
    """Value of each order, exactly as it was written."""
    part_values: Objects
    """Value of each of its fulfillments as it was written, None where it states none."""


class PlacementEncoder:
    """`orders` and `fulfillments` give the number of every key that the events name."""

    def __init__(
        self,
        dictionaries: EventDictionaries,
        orders: Mapping[str, int],
        fulfillments: Mapping[str, int],
    ) -> None:
        self._dictionaries, self._orders, self._fulfillments = dictionaries, orders, fulfillments

    def encode(self, seqs: Ints, times: Ints, data: Sequence[PlacedData]) -> EncodedPlacements:
        """The rows of events with these sequence numbers and times."""
        placed = PlacedRows.blank(len(data))
        placed.seq[:], placed.time[:] = seqs, times
        placed.order[:] = [self._orders[each.order] for each in data]
        for each in OrderTerms.columns():
            encode, name = self._encoder_of(each), each.field
            getattr(placed, each.name)[:] = [encode(getattr(order, name)) for order in data]
        placed.attributes[:] = _objects([_attribute_texts(each) for each in data])
        placed.adds[:] = [each.adds for each in data]
        values = [
            None if part.value is None else str(part.value) for each in data for part in each.fulfillments
        ]
        return EncodedPlacements(
            placed,
            self._placements(placed, data),
            _objects([str(each.value) for each in data]),
            _objects(values),
        )

    def _placements(self, placed: PlacedRows, data: Sequence[PlacedData]) -> PlacementRows:
        parts = [part for each in data for part in each.fulfillments]
        owner = np.repeat(np.arange(len(data)), [len(each.fulfillments) for each in data])
        rows = PlacementRows.blank(len(parts))
        rows.seq[:], rows.time[:], rows.order[:] = placed.seq[owner], placed.time[owner], placed.order[owner]
        rows.fulfillment[:] = [self._fulfillments[part.fulfillment] for part in parts]
        rows.workflow[:] = [self._dictionaries.workflow_codes[part.workflow] for part in parts]
        locations = self._dictionaries.locations
        rows.location[:] = [locations.encode(part.location) for part in parts]
        rows.value[:] = [share for each in data for share in _shares(each)]
        return rows

    def _encoder_of(self, each: Column) -> Callable[[Any], int]:
        """Turns what order.placed states into the value of a column."""
        return getattr(self._dictionaries, each.coded_by).encode if each.coded_by else _number


def _number(value: Decimal | datetime | None) -> int:
    """Millionths of money, milliseconds of a moment, 0 of None."""
    if value is None:
        return 0
    return moment_millis(value) if isinstance(value, datetime) else to_micros(value)


def _shares(data: PlacedData) -> list[int]:
    """Millionths of each fulfillment; those that state none share equally what the others leave, in whole
    units of the currency where that can be.
    """
    values = [None if part.value is None else to_micros(part.value) for part in data.fulfillments]
    missing = values.count(None)
    if not missing:
        return cast("list[int]", values)
    total = to_micros(data.value)
    rest = total - sum(value or 0 for value in values)
    if (rest < 0) != (total < 0):  # the others state more than there is
        rest = 0
    shares = iter(equal_shares(rest, missing, data.currency))
    return [next(shares) if value is None else value for value in values]


def _attribute_texts(data: PlacedData) -> str | None:
    """JSON of the attributes as texts; None where there are none."""
    texts = {name: _text(value) for name, value in (data.attributes or {}).items() if value is not None}
    return _json(texts) if texts else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _objects(values: Sequence[str | None]) -> Objects:
    return np.array(values, np.object_) if values else np.zeros(0, np.object_)
